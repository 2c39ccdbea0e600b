import ArgumentParser
import Foundation
import HRVQ

/// A trained model and how to run it.
struct ModelOptions: ParsableArguments {
    @Argument(
        help: "The folder of a training run, or of a model (config.json and model.safetensors).",
        completion: .directory)
    var run: String

    @OptionGroup var engine: EngineOptions

    @Option(help: "Element type of the convolutions; the run's own by default.")
    var precision: Precision?

    /// Loads the model.
    func load() throws -> (configuration: RunConfiguration, model: any Autoencoder, device: Device) {
        let device = try engine.prepare()
        let (configuration, model) = try ModelFolder(URL(fileURLWithPath: run)).load(on: device, precision: precision)
        return (configuration, model, device)
    }
}

/// A data set for a model that knows its kind.
struct DataOptions: ParsableArguments {
    @Option(help: "The data set: folder, archive, pattern or @list (not for glyphs).", completion: .directory)
    var data: String?

    @Option(help: "Which images of the data set: train, test or all (train, then test); test by default.")
    var split: DatasetPart?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Take only so many images, spread over the data set.", valueName: "count"))
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit); it must be 1 or more") }
    }

    /// The part to take.
    var part: DatasetPart { split ?? .test }

    /// Opens the data set that the model was made for, and says what was found.
    ///
    /// - Parameters:
    ///   - taken: How many images the command takes of it; as many as `--limit` says by default.
    ///   - quiet: Says nothing.
    func open(_ configuration: RunConfiguration, taken: Int? = nil, quiet: Bool = false) throws -> any ImageDataset {
        let dataset = try configuration.data.open(data.map { URL(fileURLWithPath: $0) }, split: part)
        DataReport.print(dataset.summary.lines(part, taken: taken ?? limit), quiet: quiet)
        return dataset
    }
}

/// What a command says about its images before it begins.
enum DataReport {
    /// Prints sentences, each on a line of its own.
    ///
    /// - Parameter quiet: Prints nothing.
    static func print(_ lines: [String], quiet: Bool) {
        guard !quiet else { return }
        for line in lines { printError("data: \(name: line)") }
    }
}
