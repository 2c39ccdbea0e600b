import ArgumentParser
import Files
import Foundation
import HRVQ

/// `hrvq evaluate`.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measure how well a model reconstructs a data set.",
        discussion: """
            Prints MSE, PSNR, SSIM and MS-SSIM on [0, 1] after rounding to 8 bits, on the pixels of the original \
            images; usage and perplexity of each layer; bits a pixel; images a second.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions

    @Option(help: "Write the figures as JSON to this file; '-' prints them.", completion: .file(extensions: ["json"]))
    var json: String?

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func run() throws {
        let (configuration, autoencoder, device) = try model.load()
        let dataset = try data.open(configuration)
        let evaluator = Evaluator(model: autoencoder, configuration: configuration, device: device)
        let counter = ProgressCounter("evaluating", quiet: quiet)
        let report = try evaluator.evaluate(dataset, limit: data.limit) { counter.show($0, of: $1) }
        counter.finish()
        switch json {
        case "-": try printOutput(report.json())
        case let path?:
            try AtomicFile.write(try report.json(), to: URL(fileURLWithPath: path))
            try printOutput(report.text)
        case nil: try printOutput(report.text)
        }
    }
}
