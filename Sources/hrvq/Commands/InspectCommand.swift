import ArgumentParser
import Foundation
import HRVQ

/// `hrvq inspect`.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show what a model is made of: layers, parameters, rate.",
        discussion: "Takes a preset's name or the folder of a run.")

    @Argument(
        help: ArgumentHelp(
            "A run's folder, or a preset: " + Preset.allCases.map(\.rawValue).joined(separator: ", ") + "."),
        completion: .list(Preset.allCases.map(\.rawValue)))
    var model: String

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "List every parameter with its shape.")
    var parameters = false

    func run() throws {
        let isFolder = FileManager.default.fileExists(atPath: model)
        let configuration: RunConfiguration
        let autoencoder: any Autoencoder
        if isFolder {
            (configuration, autoencoder) = try ModelFolder(URL(fileURLWithPath: model)).load()
        } else {
            configuration = try Preset(name: model).configuration()
            autoencoder = try configuration.makeAutoencoder()
        }
        let description = ModelDescription(configuration, autoencoder)
        if json {
            try printOutput(description.json())
        } else {
            print(description.text)
            if parameters {
                print("")
                for parameter in autoencoder.parameters.all {
                    print(
                        "\(parameter.name)  \(parameter.tensor.shape)" + (parameter.isTrainable ? "" : "  (averaged)"))
                }
            }
        }
    }
}
