import ArgumentParser
import Foundation
import HRVQ

/// `hrvq train`.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train an autoencoder on a data set.",
        usage: """
            hrvq train --preset <name> --data <folder> --output <folder> [<options>]
            hrvq train --output <folder> --resume [<options>]
            """,
        discussion: """
            Settings come from a preset, then a YAML file, then --set, later ones winning. The output folder holds \
            config.json and model.safetensors (the model), checkpoints, metrics.jsonl, TensorBoard events and \
            pictures of reconstructions. Ctrl-C saves and ends; --resume goes on exactly where a run stopped, also \
            after a crash.
            """)

    @OptionGroup var options: TrainingOptions<Preset>

    @Option(help: "The folder of the data set (not needed for glyphs).", completion: .directory)
    var data: String?

    func run() throws {
        if options.helpConfig { return try SettingsHelp.print(options.configuration()) }
        guard let output = options.output else { return }
        let quiet = options.quiet
        let device = try options.engine.prepare(trains: true)
        let url = URL(fileURLWithPath: output)
        let configuration =
            options.resume
            ? try RunConfiguration.resumed(at: RunFolder(url), overrides: options.allOverrides)
            : try options.configuration()
        let training = try TrainingRun(
            configuration, data: data.map { URL(fileURLWithPath: $0) }, output: url,
            existing: options.existing, device: device
        ) { totalSteps, firstStep in
            .standardError(
                totalSteps: totalSteps, firstStep: firstStep, every: configuration.logging.every, quiet: quiet)
        }
        if !quiet {
            printError(
                "training \(configuration.model.kind.rawValue), \(training.model.parameters.trainableCount) weights, "
                    + "on \(device) in \(training.model.precision), seed \(configuration.training.seed), "
                    + "steps \(training.step) to \(training.totalSteps)")
        }
        let interruption = Interruption()
        switch try training.run(shouldStop: { interruption.isAsked }) {
        case .completed(let step):
            if !quiet { printError("done: \(step) steps; the model is in \(output)") }
        case .interrupted:
            let place = data.map { " --data '\($0)'" } ?? ""
            printError("go on with: hrvq train --output '\(output)' --resume\(place)")
            throw interruption.exitCode
        }
    }
}
