import ArgumentParser
import Exchange
import Files
import Foundation
import HRVQ

/// Programs whose models can be read and written.
enum ExchangeFormat: String, CaseIterable, ExpressibleByArgument {
    /// rosinality/vq-vae-2-pytorch.
    case rosinality
}

/// `hrvq import`.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Turn a model of another program into a model folder.",
        discussion: """
            rosinality: a state_dict of the VQVAE in rosinality/vq-vae-2-pytorch (a VQ-VAE-2 of two levels), as a \
            safetensors file. A .pt file becomes one by

              PYTHONPATH=.libtorch/site python3 Tools/pt_to_safetensors.py vqvae_560.pt state.safetensors

            All sizes are read off the file; it does not say the size of the images that it was trained on.
            """)

    @Argument(help: "The state dictionary, *.safetensors.", completion: .file(extensions: ["safetensors"]))
    var state: String

    @Option(help: ArgumentHelp("The program that the model is of.", valueName: "program"))
    var from: ExchangeFormat

    @Option(help: "The model folder to write.", completion: .directory, transform: ResultKind.folder.path)
    var output: String

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Pixels from top to bottom of the images.", valueName: "pixels"))
    var height = 256

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Pixels from left to right of the images.", valueName: "pixels"))
    var width = 256

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The share of a folder of images without a split of its own that is held out for tests.",
            valueName: "number"))
    var testShare = DataConfiguration().testShare

    @OptionGroup var memory: MemoryOptions

    @Flag(help: "Replace a run or model that is in the folder.")
    var force = false

    func run() throws {
        let folder = RunFolder(URL(fileURLWithPath: output))
        var outputs = OutputGuard(force: force)
        outputs.reads(state)
        outputs.writes(run: output)
        try outputs.check()
        if !force, folder.holdsRun {
            throw FileError.exists(
                path: output, remedy: "add --force to replace the model in it, or choose another --output")
        }
        // Before the model is read, and not only when it is written.
        try folder.check(.replace)
        let replaced = folder.holdsRun
        var (configuration, model): (RunConfiguration, any Autoencoder) =
            switch from {
            case .rosinality:
                try RosinalityExchange.model(at: URL(fileURLWithPath: state), height: height, width: width)
            }
        configuration.data.testShare = testShare
        try configuration.validate()
        try folder.replace(configuration, parameters: try model.parameters.state(), step: 0)
        if replaced { printError("replaced the run or model that was in \(name: output)") }
        try printOutput(ModelDescription(configuration, model).text)
    }
}
