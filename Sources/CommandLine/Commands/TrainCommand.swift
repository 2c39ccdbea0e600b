import ArgumentParser
import Files
import Foundation
import HRVQ

/// `hrvq train`.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train an autoencoder on a data set.",
        usage: """
            hrvq train --preset <name> --data <folder> --output <folder> [<options>]
            hrvq train --output <folder> --continue [<options>]
            """,
        discussion: """
            Settings come from a preset, then a YAML file, then --set, later ones winning. The output folder holds \
            config.json and model.safetensors (the model), run.json (where the images are), checkpoints, metrics.jsonl, \
            TensorBoard events and pictures of reconstructions.

            Ctrl-C saves and ends, and so does a closed terminal. The same command with --continue, or --continue and \
            --output alone, goes on exactly where a run stopped, also after a crash; other settings than before are an \
            error, but for the number of steps, how often to save, evaluate and log, and the number of threads.

            The folder stays bounded: checkpoint.keep checkpoints; pictures of the first 16 evaluations, then of 8 each \
            time their number doubles, and the latest; 10,000 lines of metrics.jsonl, then 5,000 each time their number \
            doubles, about 600 bytes each, and as much in TensorBoard's events. Of the longest preset these are 100 \
            pictures and 26 MB.
            """)

    @OptionGroup var options: TrainingOptions<Preset>

    @Option(help: "The data set: folder, archive, pattern or @list (not for glyphs).", completion: .directory)
    var data: String?

    func run() throws {
        if options.helpConfig { return try SettingsHelp.print(options.configuration()) }
        guard let output = options.output else { return }
        let quiet = options.quiet
        let url = URL(fileURLWithPath: output)
        let folder = RunFolder(url)
        let (existing, requested) = try options.start(canGoOn: folder.hasSettings, holdsRest: folder.holdsRun)
        let configuration =
            try existing != .resume
            ? requested ?? options.configuration()
            : RunConfiguration.resumed(at: folder, requested: requested, overrides: options.allOverrides)
        if existing == .resume { options.announce(configuration, before: try folder.model.configuration()) }
        var outputs = OutputGuard(force: options.force)
        outputs.reads(options.config)
        outputs.reads(data: data, kind: configuration.data.kind)
        outputs.writes(run: output)
        try outputs.check()
        let device = try options.engine.prepare(trains: true)
        let console = Console(quiet: quiet)
        let training = try TrainingRun(
            configuration, data: data.map { URL(fileURLWithPath: $0) }, output: url,
            existing: existing, device: device, logger: console.logger
        ) { console.progress(totalSteps: $0, firstStep: $1, every: configuration.logging.every) }
        DataReport.print(training.dataSummary.lines(nil), quiet: quiet)
        if !quiet {
            printError(
                "training \(configuration.kindName), \(training.model.parameters.trainableCount) weights, "
                    + "on \(device) in \(training.model.precision), seed \(configuration.training.seed), "
                    + "steps \(training.step) to \(training.totalSteps)")
        }
        if !quiet, data == nil, let folder = training.dataFolder {
            printError("images of the run's data folder \(name: folder.path)")
        }
        let interruption = Interruption()
        let start = ProcessInfo.processInfo.systemUptime
        let firstStep = training.step
        switch try training.run(shouldStop: { interruption.isAsked }) {
        case .completed(let step):
            guard !quiet else { return }
            let seconds = ProcessInfo.processInfo.systemUptime - start
            printError(
                firstStep == step
                    ? "all \(step) steps were done before" : "done: \(step) steps, \(ClockText.text(seconds: seconds))")
            if let report = training.lastEvaluation { printError(report.shortText) }
            printError("next: hrvq evaluate \(ShellText.quoted(output))")
        case .interrupted:
            printError("go on with: hrvq train --output \(ShellText.quoted(output)) --continue")
            throw interruption.exitCode
        }
    }
}
