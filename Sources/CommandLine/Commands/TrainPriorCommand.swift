import ArgumentParser
import Files
import Foundation
import HRVQ

/// `hrvq train-prior`.
struct TrainPriorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-prior", abstract: "Train the priors of a model's codes, with which it generates images.",
        usage: """
            hrvq train-prior --preset <name> --codes <file> --output <folder> [<options>]
            hrvq train-prior --codes <file> --output <folder> --continue [<options>]
            """,
        discussion: """
            Takes the codes that 'hrvq tokenize' wrote, and trains one network a layer, one after the other. The output \
            folder holds a run a layer (layer-1, layer-2, …), each with what a run of 'hrvq train' holds. Progress is in \
            bits a position and bits a dimension, beside those of a code that takes all numbers for equally likely. \
            Ctrl-C saves and ends, and so does a closed terminal; the same command with --continue goes on exactly where \
            training stopped, also after a crash.
            """)

    @OptionGroup var options: TrainingOptions<PriorPreset>

    @Option(
        help: "The codes to train on, written by 'hrvq tokenize'.", completion: .file(extensions: ["safetensors"]))
    var codes: String?

    @Option(
        help: "Codes to measure the likelihood of; by default a share of --codes is held out.",
        completion: .file(extensions: ["safetensors"]))
    var heldOut: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Train one layer alone, counted from 1.", valueName: "number"))
    var layer: Int?

    func validate() throws {
        if !options.helpConfig, codes == nil { throw OptionTypo.missing("--codes", valueName: "codes") }
    }

    func run() throws {
        if options.helpConfig { return try SettingsHelp.print(options.configuration()) }
        guard let output = options.output, let codes else { return }
        let quiet = options.quiet
        let url = URL(fileURLWithPath: output)
        let (existing, requested) = try options.start(canGoOn: PriorFolder.isPrior(url))
        let configuration = try requested ?? PriorTraining.resumed(at: url)
        var outputs = OutputGuard(force: options.force)
        outputs.reads(options.config, codes, heldOut)
        let inside = try FolderContents.namesIfPresent(of: url)
        outputs.writes(
            folder: output, files: ["prior.json", "config.json"], folders: inside.filter { $0.hasPrefix("layer-") })
        try outputs.check()
        let device = try options.engine.prepare(trains: true)
        let console = Console(quiet: quiet)
        let training = try PriorTraining(
            configuration, codes: (CodesFile(URL(fileURLWithPath: codes)), codes),
            heldOut: heldOut.map { (try CodesFile(URL(fileURLWithPath: $0)), $0) }, output: url, layer: layer,
            existing: existing, overrides: existing == .resume ? options.allOverrides : [], requested: requested,
            device: device, logger: console.logger)
        let start = ProcessInfo.processInfo.systemUptime
        let interruption = Interruption()
        let outcome = try training.run(
            announce: { layer, weights, step, totalSteps in
                guard !quiet else { return }
                printError(
                    "layer \(layer + 1) of \(training.space.layers.count): a prior of \(weights) weights, on \(device), "
                        + "steps \(step) to \(totalSteps)")
            },
            completed: { layer, step, figures in
                guard !quiet else { return }
                let bits = figures.map {
                    String(
                        format: ", held out %.4f bits a position, %.5f a dimension", $0.bitsPerPosition,
                        $0.bitsPerDimension)
                }
                printError("layer \(layer + 1) of \(training.space.layers.count) done: \(step) steps\(bits ?? "")")
            },
            progress: { console.progress(totalSteps: $0, firstStep: $1, every: configuration.logging.every) },
            shouldStop: { interruption.isAsked })
        switch outcome {
        case .completed:
            guard !quiet else { return }
            let seconds = ProcessInfo.processInfo.systemUptime - start
            printError("done: the priors are in \(name: output), \(ClockText.text(seconds: seconds))")
            printError(
                "next: hrvq evaluate \(ShellText.quoted(output)) --codes \(ShellText.quoted(heldOut ?? codes))\n"
                    + "  or: hrvq sample MODEL \(ShellText.quoted(output)) --output samples.png")
        case .interrupted:
            let further =
                (heldOut.map { " --held-out \(ShellText.quoted($0))" } ?? "") + (layer.map { " --layer \($0)" } ?? "")
            printError(
                "go on with: hrvq train-prior --codes \(ShellText.quoted(codes)) --output \(ShellText.quoted(output)) "
                    + "--continue\(further)")
            throw interruption.exitCode
        }
    }
}
