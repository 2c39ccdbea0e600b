import ArgumentParser
import Foundation
import HRVQ

/// `hrvq train`.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train an autoencoder on a data set.",
        discussion: """
            Settings come from a preset, then a YAML file, then --set, later ones winning. The output folder holds \
            config.json and model.safetensors (the model), checkpoints, metrics.jsonl, TensorBoard events and \
            pictures of reconstructions. Ctrl-C saves and ends; --resume goes on exactly where a run stopped, also \
            after a crash.
            """)

    @Option(
        help: ArgumentHelp(
            "Settings to start from: " + Preset.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "name"),
        completion: .list(Preset.allCases.map(\.rawValue)))
    var preset: String?

    @Option(help: "A YAML file of settings.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: "The folder of the data set (not needed for glyphs).", completion: .directory)
    var data: String?

    @Option(help: "The folder of the run.", completion: .directory, transform: OutputPath.parse)
    var output: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Training steps, in the place of the preset's epochs.", valueName: "count"))
    var steps: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The number that all randomness is derived from.", valueName: "number"))
    var seed: Int?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Change a setting, as optimizer.learningRate=0.001; may be repeated.", valueName: "key=value"))
    var overrides: [String] = []

    @Flag(help: "Go on with the run in the output folder.")
    var resume = false

    @Flag(help: "Replace a run in the output folder.")
    var force = false

    @OptionGroup var engine: EngineOptions

    @Option(help: "Element type of the convolutions; auto takes bfloat16 where the hardware computes in it.")
    var precision: Precision?

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @Flag(help: "Print all settings with their meaning, and those of --preset if given, then end.")
    var helpConfig = false

    func validate() throws {
        if helpConfig { return }
        if output == nil { throw ValidationError("Missing expected argument '--output <output>'") }
        if resume && force { throw ValidationError("--resume and --force exclude each other") }
        if resume, preset != nil || config != nil || seed != nil || precision != nil || engine.threads != nil {
            throw ValidationError(
                "a resumed run has its settings in its folder; leave out --preset, --config, --seed, --precision, --threads"
            )
        }
        if !resume, preset == nil, config == nil {
            throw ValidationError("choose a --preset or give a --config (see 'hrvq help train')")
        }
        if let steps, steps < 1 { throw ValidationError("--steps is \(steps); it must be 1 or more") }
    }

    func run() throws {
        if helpConfig { return try printSettings() }
        guard let output else { return }
        let device = try engine.prepare()
        let url = URL(fileURLWithPath: output)
        let configuration =
            resume
            ? try RunConfiguration.resumed(at: RunFolder(url), overrides: allOverrides)
            : try RunConfiguration.resolve(
                preset: preset, file: config.map { URL(fileURLWithPath: $0) }, overrides: allOverrides)
        let training = try TrainingRun(
            configuration, data: data.map { URL(fileURLWithPath: $0) }, output: url,
            existing: resume ? .resume : force ? .replace : .refuse, device: device
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

    private var allOverrides: [String] {
        overrides + (steps.map { ["training.steps=\($0)"] } ?? []) + (seed.map { ["training.seed=\($0)"] } ?? [])
            + (precision.map { ["training.precision=\($0.rawValue)"] } ?? [])
            + (engine.threads.map { ["training.threads=\($0)"] } ?? [])
    }

    private func printSettings() throws {
        let configuration = try RunConfiguration.resolve(
            preset: preset, file: config.map { URL(fileURLWithPath: $0) }, overrides: allOverrides)
        try SettingsHelp.print(configuration)
    }
}
