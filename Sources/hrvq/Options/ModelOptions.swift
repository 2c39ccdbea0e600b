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
    @Option(help: "The folder of the data set (not needed for glyphs).", completion: .directory)
    var data: String?

    @Option(help: "Which part of the data set; test by default.")
    var split: Split?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Take only so many images, spread over the data set.", valueName: "count"))
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit); it must be 1 or more") }
    }

    /// The part to take.
    var part: Split { split ?? .test }

    /// Opens the data set that the model was made for.
    func open(_ configuration: RunConfiguration) throws -> any ImageDataset {
        try configuration.data.open(data.map { URL(fileURLWithPath: $0) }, split: part)
    }
}
