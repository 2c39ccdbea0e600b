import ArgumentParser
import Exchange
import Files
import Foundation
import HRVQ

/// `hrvq export`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a model as another program's state dictionary.",
        discussion: """
            rosinality: for the VQVAE in rosinality/vq-vae-2-pytorch, which holds VQ-VAE-2 models of two levels with \
            model.downsampling 4 and model.filterSize 3. In Python:

              model.load_state_dict(safetensors.torch.load_file("state.safetensors"))

            Its moving averages of codewords come from the run's newest checkpoint; a model without one gives them the \
            start of a new average, counts of 1 and the codewords.
            """)

    @Argument(help: "The folder of a run or of a model.", completion: .directory)
    var model: String

    @Option(help: ArgumentHelp("The program that the model is for.", valueName: "program"))
    var to: ExchangeFormat

    @Option(
        help: "The file to write, *.safetensors.", completion: .file(extensions: ["safetensors"]),
        transform: ResultKind.safetensors.path)
    var output: String

    @OptionGroup var memory: MemoryOptions

    @Flag(help: "Replace a file that exists.")
    var force = false

    func run() throws {
        let url = URL(fileURLWithPath: output)
        var outputs = OutputGuard(force: force)
        outputs.reads(model: model)
        outputs.writes(output, .stateDictionary)
        try outputs.check()
        let state =
            switch to {
            case .rosinality: try RosinalityExchange.state(ofModelAt: URL(fileURLWithPath: model))
            }
        try Safetensors.write(state, metadata: ["format": "pt", "generator": "hrvq"], to: url)
        printError("\(state.count) tensors in \(name: output)")
    }
}
