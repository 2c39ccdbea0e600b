import ArgumentParser
import Files
import Foundation
import HRVQ

/// `hrvq demo`.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Train on built-in glyphs for two or three minutes, draw new ones, and show what came of it.")

    @Option(help: "The folder for the run and the pictures.", completion: .directory, transform: ResultKind.folder.path)
    var output = "demo"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Training steps, of the autoencoder and of each prior.", valueName: "count"))
    var steps: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The number that all randomness is derived from.", valueName: "number"))
    var seed = 1

    @Flag(help: "Replace an earlier demo in the folder.")
    var force = false

    @OptionGroup var engine: EngineOptions

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if let steps, steps < 1 { throw ValidationError("--steps is \(steps); it must be 1 or more") }
    }

    /// The pictures and figures that the demo writes, and what each one is.
    private static let files: [(name: String, kind: OutputKind)] = [
        ("reconstructions.png", .png), ("layers.png", .png), ("evaluation.json", .json),
        ("codes.safetensors", .codes), ("samples.png", .png),
    ]

    /// Refuses a folder that holds anything but an earlier demo, which `--force` replaces.
    private func checkOutput() throws {
        let folder = URL(fileURLWithPath: output)
        let names = try FolderContents.namesIfPresent(of: folder).filter { !$0.hasPrefix(".") }.sorted()
        guard !names.isEmpty else { return }
        let run = RunFolder(folder.appendingPathComponent("run"))
        guard run.isRun, (try? run.model.configuration())?.data.kind == .glyphs else {
            throw OutputError.foreignFolder(path: output, expected: "an earlier demo", names: names)
        }
        guard force else {
            throw FileError.exists(
                path: output, remedy: "add --force to replace the demo in it, or choose another --output")
        }
        for file in Self.files { try file.kind.requireReplaceable(folder.appendingPathComponent(file.name).path) }
        if !quiet {
            let known = Set(Self.files.map(\.name) + ["run", "prior"])
            printError(
                "will replace the demo in \(name: output): " + Listing.text(names.filter(known.contains)))
        }
    }

    func run() throws {
        try checkOutput()
        let device = try engine.prepare()
        let start = ProcessInfo.processInfo.systemUptime
        let folder = URL(fileURLWithPath: output)
        let runURL = folder.appendingPathComponent("run")
        var overrides = ["training.seed=\(seed)"]
        if let steps { overrides.append("training.steps=\(steps)") }
        let configuration = try RunConfiguration.resolve(preset: Preset.glyphs.rawValue, overrides: overrides)
        let console = Console(quiet: quiet)
        let training = try TrainingRun(
            configuration, data: nil, output: runURL, existing: force ? .replace : .refuse, device: device,
            logger: console.logger
        ) { console.progress(totalSteps: $0, firstStep: $1, every: configuration.logging.every * 5) }
        let interruption = Interruption()
        guard case .completed = try training.run(shouldStop: { interruption.isAsked }) else {
            throw interruption.exitCode
        }
        interruption.end()

        let (_, model) = try ModelFolder(runURL).load(on: device)
        let dataset = try configuration.data.open(nil, split: .test)
        let evaluator = Evaluator(model: model, configuration: configuration, device: device)
        let report = try evaluator.evaluate(dataset, limit: 1000)
        let reconstructions = folder.appendingPathComponent("reconstructions.png")
        let layers = folder.appendingPathComponent("layers.png")
        let samples = folder.appendingPathComponent("samples.png")
        let drawn = try generate(model, configuration, folder, device)
        try AtomicGroup.write {
            try evaluator.sheet(dataset, count: 32).writePNG(to: reconstructions.path)
            try LayerSheet.draw(model, configuration, dataset, count: 10, device: device).writePNG(to: layers.path)
            try drawn.writePNG(to: samples.path)
            try AtomicFile.write(try report.json(), to: folder.appendingPathComponent("evaluation.json"))
        }

        try printOutput(report.text(in: .program))
        try printOutput("")
        try printOutput("\(Int(ProcessInfo.processInfo.systemUptime - start)) seconds. Open")
        try printOutput("  \(name: reconstructions.path)  rows of originals, each above the row of its reconstructions")
        try printOutput(
            "  \(name: layers.path)  originals, then what the codes of layer 1, layers 1–2 and layers 1–3 say")
        try printOutput("  \(name: samples.path)  new glyphs that the priors of the codes drew, a column a class")
        try printOutput("  \(name: runURL.path)/samples/  how reconstructions became better during training")
    }

    /// Trains priors of the codes and draws ten new glyphs of each class.
    private func generate(
        _ model: any Autoencoder, _ configuration: RunConfiguration, _ folder: URL, _ device: Device
    ) throws -> PixelImage {
        let file = folder.appendingPathComponent("codes.safetensors")
        try Tokenizer(model: model, configuration: configuration, device: device).write(
            configuration.data.open(nil, split: .train), split: .train, limit: 8192, to: file)
        let settings = try PriorConfiguration.resolve(
            preset: PriorPreset.glyphs.rawValue,
            overrides: ["training.seed=\(seed)"] + (steps.map { ["training.steps=\($0)"] } ?? []))
        let priors = folder.appendingPathComponent("prior")
        let console = Console(quiet: quiet)
        let training = try PriorTraining(
            settings, codes: (CodesFile(file), file.path), output: priors, existing: force ? .replace : .refuse,
            device: device, logger: console.logger)
        let interruption = Interruption()
        let outcome = try training.run(
            progress: { console.progress(totalSteps: $0, firstStep: $1, every: settings.logging.every * 5) },
            shouldStop: { interruption.isAsked })
        guard case .completed = outcome else { throw interruption.exitCode }
        let decoder = try CodeDecoder(model, configuration, device: device)
        let classes = training.space.classNames.indices
        let request = ImageSampler.Request(
            count: 10 * classes.count, classes: Array(classes),
            settings: [0.75, 0.9, 0.9].map { SamplingSettings(topP: $0) },
            seed: UInt64(seed))
        guard
            let sampled = try ImageSampler(PriorFolder(priors).load(on: device), device: device)
                .sample(request, shouldStop: { interruption.isAsked })
        else { throw interruption.exitCode }
        return try PictureGrid(columns: classes.count, gap: 2, scale: 2).image(of: decoder.images(sampled.codes))
    }
}
