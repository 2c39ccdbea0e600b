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

    @Flag(
        name: .customLong("continue"),
        help: "Go on with what the output folder holds, or begin where it holds nothing; settings are as before.")
    var continues = false

    @Flag(help: "Go on with what was begun in the output folder; an error where nothing was.")
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
        if output == nil { throw OptionTypo.missing("--output", valueName: "output") }
        let ways = [("--resume", resume), ("--continue", continues), ("--force", force)].filter(\.1).map(\.0)
        if ways.count > 1 { throw ValidationError("\(ways[0]) and \(ways[1]) exclude each other") }
        if !resume, !continues { try requireSettings() }
        if let steps, steps < 1 { throw ValidationError("--steps is \(steps); it must be 1 or more") }
    }

    /// Refuses a new run that nobody says the settings of.
    private func requireSettings() throws {
        if preset == nil, config == nil {
            if continues, let output {
                throw ValidationError(
                    "\(name: output) holds no run to continue; check --output, or add a --preset or --config to begin one"
                )
            }
            throw ValidationError(
                "choose a --preset or give a --config ('\(Presets.Configuration.help.programText)' lists all keys)")
        }
    }

    /// Decides what becomes of the output folder.
    ///
    /// - Parameters:
    ///   - canGoOn: Whether something was begun in it.
    ///   - holdsRest: Whether it holds what a run leaves that was killed before it had written its settings.
    /// - Returns: What to do with what the folder holds; and all settings that are asked for, `nil` where those that the
    ///   folder has are taken.
    func start(canGoOn: Bool, holdsRest: Bool = false) throws
        -> (existing: TrainingRun.Existing, requested: Presets.Configuration?)
    {
        if resume || continues && canGoOn {
            return (.resume, preset == nil && config == nil ? nil : try configuration())
        }
        try requireSettings()
        return (force || continues && holdsRest ? .replace : .refuse, try configuration())
    }

    /// Says which settings a run that goes on has now in the place of those before.
    func announce<Configuration: KeyedConfiguration>(_ now: Configuration, before: Configuration) {
        guard !quiet else { return }
        for change in now.differences(from: before) {
            printError("\(change.key): \(change.theirs) before, \(change.mine) now")
        }
    }

    /// All changes of settings, `--set` first.
    var allOverrides: [String] {
        overrides + (steps.map { ["training.steps=\($0)"] } ?? []) + (seed.map { ["training.seed=\($0)"] } ?? [])
            + (precision.map { ["training.precision=\($0.rawValue)"] } ?? [])
            + (engine.threads.map { ["training.threads=\($0)"] } ?? [])
    }

    /// The settings of a new run.
    func configuration() throws -> Presets.Configuration {
        try Presets.Configuration.merged(
            preset: preset, file: config.map { URL(fileURLWithPath: $0) }, overrides: allOverrides)
    }
}
