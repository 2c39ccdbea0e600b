import ArgumentParser
import Foundation
import HRVQ

/// What commands take that train by settings: where those come from, where the result goes, and how it goes on.
struct TrainingOptions<Presets: ConfigurationPreset>: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Settings to start from: " + Presets.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "name"),
        completion: .list(Presets.allCases.map(\.rawValue)))
    var preset: String?

    @Option(help: "A YAML file of settings.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: "The folder to train in.", completion: .directory, transform: ResultKind.folder.path)
    var output: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Training steps of a network, in the place of the preset's epochs.", valueName: "count"))
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

    @Flag(help: "Go on with what was begun in the output folder.")
    var resume = false

    @Flag(help: "Replace what was trained in the output folder.")
    var force = false

    @OptionGroup var engine: EngineOptions

    @Option(help: "Element type of the network; auto takes bfloat16 where the hardware computes in it.")
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
                "what is resumed has its settings in its folder; leave out --preset, --config, --seed, --precision, "
                    + "--threads")
        }
        if !resume, preset == nil, config == nil {
            throw ValidationError(
                "choose a --preset or give a --config ('\(Presets.Configuration.help)' lists all keys)")
        }
        if let steps, steps < 1 { throw ValidationError("--steps is \(steps); it must be 1 or more") }
    }

    /// What to do with what the output folder holds.
    var existing: TrainingRun.Existing { resume ? .resume : force ? .replace : .refuse }

    /// All changes of settings, `--set` first.
    var allOverrides: [String] {
        overrides + (steps.map { ["training.steps=\($0)"] } ?? []) + (seed.map { ["training.seed=\($0)"] } ?? [])
            + (precision.map { ["training.precision=\($0.rawValue)"] } ?? [])
            + (engine.threads.map { ["training.threads=\($0)"] } ?? [])
    }

    /// The settings of a new run.
    func configuration() throws -> Presets.Configuration {
        try Presets.Configuration.resolve(
            preset: preset, file: config.map { URL(fileURLWithPath: $0) }, overrides: allOverrides)
    }
}
