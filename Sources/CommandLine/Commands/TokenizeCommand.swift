import ArgumentParser
import Files
import Foundation
import HRVQ

/// `hrvq tokenize`.
struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Turn a data set into codes, for priors and other programs.",
        usage: "hrvq tokenize <run> --data <folder> --output <file.safetensors> [<options>]",
        discussion: """
            Writes a safetensors file: 'codes' of shape [images, layers, height, width], each number in 0 ..< m \
            ('codes.0', 'codes.1', … for models with several latent grids), 'indices' and, where the data set has \
            labels, 'labels' of shape [images]. In Python: safetensors.torch.load_file("codes.safetensors")["codes"].
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions

    @Option(
        help: "The file to write, *.safetensors.", completion: .file(extensions: ["safetensors"]),
        transform: ResultKind.safetensors.path)
    var output: String

    @Flag(help: "Replace a file that exists.")
    var force = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func run() throws {
        let url = URL(fileURLWithPath: output)
        var outputs = OutputGuard(force: force, quiet: quiet)
        outputs.reads(model: model.run)
        outputs.reads(data: data.data, of: model.run)
        outputs.writes(output, .codes)
        try outputs.check()
        let (configuration, autoencoder, device) = try model.load()
        let dataset = try data.remembering(model.run, configuration, quiet: quiet).open(configuration, quiet: quiet)
        let counter = ProgressCounter("tokenizing", quiet: quiet)
        let (count, skipped) = try Tokenizer(model: autoencoder, configuration: configuration, device: device)
            .write(dataset, split: data.part, limit: data.limit, to: url) { counter.show($0, of: $1) }
        counter.finish()
        for reason in skipped { printError("skipped: \(name: reason.programText)") }
        if !quiet { printError("\(count) images became codes in \(name: output)") }
    }
}
