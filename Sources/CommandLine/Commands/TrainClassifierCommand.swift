import ArgumentParser
import Features
import Files
import Foundation
import HRVQ

/// `hrvq train-classifier`.
struct TrainClassifierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-classifier",
        abstract: "Train a small classifier, whose features and answers measure other models.",
        usage: """
            hrvq train-classifier --kind <kind> --data <folder> --output <folder> [<options>]
            hrvq train-classifier --config <file.yaml> --data <folder> --output <folder> [<options>]
            """,
        discussion: """
            Learns the classes of a data set and prints how many images of its test split it names rightly. The output \
            folder holds config.json (with classes and accuracy) and model.safetensors. A folder of images needs one \
            sub-folder a class.
            """)

    @Option(help: "The data set: folder, archive, pattern or @list (not for glyphs).", completion: .directory)
    var data: String?

    @Option(help: "What the data set is.")
    var kind: DatasetKind?

    @Option(help: "The folder of the classifier.", completion: .directory, transform: ResultKind.folder.path)
    var output: String?

    @Option(help: "A YAML file of settings.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Change a setting, as network.hiddenUnits=64; may be repeated.", valueName: "key=value"))
    var overrides: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("Training steps; 1000 by default.", valueName: "count"))
    var steps: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Images a step; 64 by default.", valueName: "count"))
    var batchSize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The highest learning rate; 0.002 by default.", valueName: "number"))
    var learningRate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The number that all randomness is derived from; 0 by default.", valueName: "number"))
    var seed: Int?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Rows of an image, for folders and glyphs.", valueName: "pixels"))
    var height: Int?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Pixels in a row, for folders and glyphs.", valueName: "pixels"))
    var width: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("1 for grey, 3 for colour, for folders and glyphs.", valueName: "count"))
    var channels: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The share that a folder without a split of its own holds out; 0.1 by default.", valueName: "number"))
    var testShare: Double?

    @Flag(help: "Print all settings with their meaning, then end.")
    var helpConfig = false

    @Flag(help: "Replace a classifier in the output folder.")
    var force = false

    @OptionGroup var engine: EngineOptions

    @OptionGroup var json: JSONOptions

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if helpConfig { return }
        if kind == nil, config == nil { throw OptionTypo.missing("--kind", valueName: "kind") }
        if output == nil { throw OptionTypo.missing("--output", valueName: "output") }
        if let steps, steps < 1 { throw ValidationError("--steps is \(steps); it must be 1 or more") }
        if let batchSize, batchSize < 1 { throw ValidationError("--batch-size is \(batchSize); it must be 1 or more") }
        if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
            throw ValidationError("--learning-rate is \(learningRate); it must be a finite number above 0")
        }
        if let testShare, !(testShare >= 0 && testShare < 1) {
            throw ValidationError("--test-share is \(testShare); it must be from 0 on and below 1")
        }
        if kind == .glyphs { try refuseData() }
        if let seed, seed < 0 { throw ValidationError("--seed is \(seed); it must be 0 or more") }
    }

    private func refuseData() throws {
        guard let data else { return }
        throw ValidationError(
            "--data is '\(name: data)', and glyphs are drawn by the program; leave it out, or give another --kind")
    }

    /// The settings; where the data set decides the shape and the classes, those are open.
    private func settings() throws -> ClassifierConfiguration {
        let flags: [(key: String, value: String?)] = [
            ("data.kind", kind?.rawValue), ("training.steps", steps.map(String.init)),
            ("training.batchSize", batchSize.map(String.init)),
            ("optimizer.learningRate", learningRate.map { "\($0)" }),
            ("training.seed", seed.map(String.init)), ("data.height", height.map(String.init)),
            ("data.width", width.map(String.init)), ("data.channels", channels.map(String.init)),
            ("data.testShare", testShare.map { "\($0)" }),
        ]
        return try ClassifierConfiguration.merged(
            file: config.map { URL(fileURLWithPath: $0) },
            overrides: overrides + flags.compactMap { flag in flag.value.map { "\(flag.key)=\($0)" } })
    }

    func run() throws {
        if helpConfig { return try SettingsHelp.print(settings()) }
        guard let output else { return }
        let settings = try settings()
        if settings.kind == .glyphs { try refuseData() }
        var outputs = OutputGuard(force: force, quiet: quiet)
        outputs.reads(data: data, kind: settings.kind)
        outputs.reads(config)
        outputs.writes(folder: output, files: ["config.json", "model.safetensors"])
        outputs.writes(json.file, .json, remedy: JSONOptions.remedy)
        try outputs.check()
        let url = URL(fileURLWithPath: output)
        let folder = ClassifierFolder(url)
        // An empty folder is what a run leaves that failed before it saved.
        if let status = try FileStatus.of(output),
            try status.kind != .folder || !FolderContents.names(of: url).isEmpty
        {
            guard force else {
                throw FileError.exists(path: output, remedy: "add --force to replace it, or choose another --output")
            }
            try folder.refuseOther()
            let taken = [folder.configurationFile, folder.weightsFile].filter { FileIdentity($0.path) != nil }
            guard taken.isEmpty || folder.isClassifier else {
                throw OutputError.foreignFolder(
                    path: output, expected: "a classifier", names: taken.map(\.lastPathComponent))
            }
            if !taken.isEmpty, !quiet { printError("will replace the classifier in \(name: output)") }
        }
        let device = try engine.prepare(trains: true)
        let (training, test) = try settings.kind.splits(
            folder: data, shape: settings.chosenShape, testShare: settings.testShare)
        var summary = training.summary
        summary.images.merge(test.summary.images) { own, _ in own }
        DataReport.print(summary.lines(nil), quiet: quiet)
        let configuration = settings.completed(for: training)
        let run = try ClassifierTraining(configuration, on: training, device: device)
        // What cannot be measured is better known before the training than after it.
        try configuration.check(test)
        // A folder that cannot be written is better known before the training than after it.
        try AtomicFolder.requireWritable(folder.url)
        try train(run, device: device)
        // Once before measuring, which may fail on bad files and must not cost the training.
        try folder.save(run.classifier)
        let counter = ProgressCounter("measuring", quiet: quiet)
        let accuracy = try ClassifierAccuracy.measure(run.classifier, on: test) { counter.show($0, of: $1) }
        counter.finish()
        try folder.add(accuracy, to: run.classifier.configuration)
        try report(accuracy, output)
    }

    private func train(_ run: ClassifierTraining, device: Device) throws {
        let configuration = run.classifier.configuration
        if !quiet {
            printError(
                "training a classifier, \(run.classifier.parameters.trainableCount) weights, on \(device), seed"
                    + " \(configuration.seed)")
        }
        let start = ProcessInfo.processInfo.systemUptime
        var sum = 0.0
        var count = 0
        let interruption = Interruption()
        defer { interruption.end() }
        let report = { (progress: ClassifierTraining.Progress) in
            sum += progress.loss
            count += 1
            guard !quiet, progress.step % 100 == 0 || progress.step == progress.steps else { return }
            let seconds = ProcessInfo.processInfo.systemUptime - start
            printError(
                "step \(progress.step)/\(progress.steps)  loss \(String(format: "%.4f", sum / Double(count)))"
                    + "  \(Int(seconds)) s")
            sum = 0
            count = 0
        }
        try run.run(progress: report, shouldStop: { interruption.isAsked })
        if interruption.isAsked {
            printError("stopped at step \(run.step) of \(configuration.steps); nothing was written")
            throw interruption.exitCode
        }
    }

    private func report(_ accuracy: ClassifierAccuracy, _ output: String) throws {
        try json.show(ReportJSON.data(accuracy), text: accuracy.text)
        if !quiet { printError("the classifier is in \(name: output)") }
    }
}

extension DatasetKind: ExpressibleByArgument {}
