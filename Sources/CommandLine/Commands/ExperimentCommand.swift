import ArgumentParser
import Comparison
import Files
import Foundation
import HRVQ

/// `hrvq experiment`.
struct ExperimentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment", abstract: "Train models alike and see whether the paper's claims hold.",
        usage: """
            hrvq experiment --preset <name> --data <folder> [<options>]
            hrvq experiment --config <file.yaml> --data <folder> [<options>]
            """,
        discussion: """
            An experiment is declared: presets, seeds, steps, and what grows. What is not trained yet is trained, what \
            was begun is resumed, and then results.json, index.html, results.txt and plots are written. Ctrl-C keeps \
            what there is; the same command goes on.
            """)

    @Option(
        help: ArgumentHelp(
            "The declared experiment: " + ExperimentPreset.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "name"),
        completion: .list(ExperimentPreset.allCases.map(\.rawValue)))
    var preset: String?

    @Option(
        help: "A YAML file that declares another experiment; see --print.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: "The data set: folder, archive, pattern or @list (not for glyphs).", completion: .directory)
    var data: String?

    @Option(
        help: "The folder of runs and results; runs/NAME by default.", completion: .directory,
        transform: ResultKind.folder.path)
    var output: String?

    @Flag(help: "Print the declaration and the runs it plans, then end.")
    var print = false

    @Flag(help: "Print all keys of a declaration with their meaning, and the values of --preset if given, then end.")
    var helpConfig = false

    @Flag(help: "Train anew where the folder holds an experiment of other settings.")
    var force = false

    @OptionGroup var engine: EngineOptions

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if !helpConfig, (preset == nil) == (config == nil) {
            throw ValidationError("choose a --preset or give a --config, one of the two")
        }
    }

    func run() throws {
        let named = try preset.map { try ExperimentPreset(name: $0) }
        if helpConfig { return try SettingsHelp.print(named?.configuration() ?? ExperimentConfiguration()) }
        let declaration = try ExperimentConfiguration.merged(
            preset: preset, file: config.map { URL(fileURLWithPath: $0) })
        if print { return try show(declaration, named) }
        let device = try engine.prepare(trains: true)
        let file = config.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
        let name = named?.rawValue ?? file ?? "experiment"
        let folder = URL(fileURLWithPath: output ?? "runs/\(name)")
        var outputs = OutputGuard(force: force, quiet: quiet)
        outputs.reads(config)
        outputs.reads(data: data, kind: try ExperimentPlan(declaration).runs.first?.configuration.data.kind)
        outputs.writes(
            folder: folder.path, files: ["experiment.json", "results.json", "results.txt", "index.html", "sheet.png"],
            folders: ["runs"])
        try outputs.check()
        let console = Console(quiet: quiet)
        let experiment = try Experiment(
            declaration, data: data.map { URL(fileURLWithPath: $0) }, folder: folder, replace: force, device: device,
            logger: console.logger)
        if !experiment.removed.isEmpty, !quiet {
            printError("removed what was of other settings: " + Listing.text(experiment.removed))
        }
        let interruption = Interruption()
        let outcome = try experiment.run(
            progress: { console.progress(totalSteps: $1, firstStep: $2, every: $0.logging.every * 5) },
            shouldStop: { interruption.isAsked })
        guard outcome == .completed else {
            printError("stopped; the same command goes on")
            throw interruption.exitCode
        }
        interruption.end()
        let text = String(
            decoding: try FileReader.read(folder.appendingPathComponent("results.txt")), as: UTF8.self)
        try printOutput(text.hasSuffix("\n") ? String(text.dropLast()) : text)
        if !quiet { printError("see \(name: folder.appendingPathComponent("index.html").path)") }
    }

    private func show(_ declaration: ExperimentConfiguration, _ preset: ExperimentPreset?) throws {
        var text =
            try preset?.yaml
            ?? String(
                decoding: FileReader.read(URL(fileURLWithPath: config ?? ""), limit: FileReader.textLimit),
                as: UTF8.self)
        text += "\n# Runs:\n"
        for run in try ExperimentPlan(declaration).runs {
            text += "#   \(run.name)  (\(run.parts.map(\.rawValue).joined(separator: ", ")))\n"
        }
        try printOutput(Data(text.utf8))
    }
}
