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
        usage: "hrvq train-classifier --kind <kind> --data <folder> --output <folder> [<options>]",
        discussion: """
            Learns the classes of a data set and prints how many images of its test split it names rightly. The output \
            folder holds config.json (with classes and accuracy) and model.safetensors. A folder of images needs one \
            sub-folder a class.
            """)

    @Option(help: "The folder of the data set (not needed for glyphs).", completion: .directory)
    var data: String?

    @Option(help: "What the data set is.")
    var kind: DatasetKind

    @Option(help: "The folder of the classifier.", completion: .directory, transform: ResultKind.folder.path)
    var output: String

    @Option(parsing: .unconditional, help: ArgumentHelp("Training steps.", valueName: "count"))
    var steps: Int = 1000

    @Option(parsing: .unconditional, help: ArgumentHelp("Images a step.", valueName: "count"))
    var batchSize: Int = 64

    @Option(parsing: .unconditional, help: ArgumentHelp("The highest learning rate.", valueName: "number"))
    var learningRate: Double = 0.002

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The number that all randomness is derived from.", valueName: "number"))
    var seed: Int = 0

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
        help: ArgumentHelp("The share that a folder without a split of its own holds out.", valueName: "number"))
    var testShare = 0.1

    @Flag(help: "Replace a classifier in the output folder.")
    var force = false

    @OptionGroup var engine: EngineOptions

    @OptionGroup var json: JSONOptions

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if steps < 1 { throw ValidationError("--steps is \(steps); it must be 1 or more") }
        if batchSize < 1 { throw ValidationError("--batch-size is \(batchSize); it must be 1 or more") }
        if !(learningRate > 0 && learningRate.isFinite) {
            throw ValidationError("--learning-rate is \(learningRate); it must be a finite number above 0")
        }
        if !(testShare >= 0 && testShare < 1) {
            throw ValidationError("--test-share is \(testShare); it must be from 0 on and below 1")
        }
        if kind == .glyphs, let data {
            throw ValidationError(
                "--data is '\(name: data)', and glyphs are drawn by the program; leave it out, or give another --kind")
        }
        if seed < 0 { throw ValidationError("--seed is \(seed); it must be 0 or more") }
    }

    func run() throws {
        var outputs = OutputGuard(force: force, quiet: quiet)
        outputs.reads(data: data, kind: kind)
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
            try folder.refuseAutoencoder()
            let taken = [folder.configurationFile, folder.weightsFile].filter { FileIdentity($0.path) != nil }
            guard taken.isEmpty || folder.isClassifier else {
                throw OutputError.foreignFolder(
                    path: output, expected: "a classifier", names: taken.map(\.lastPathComponent))
            }
            if !taken.isEmpty, !quiet { printError("will replace the classifier in \(name: output)") }
        }
        let device = try engine.prepare(trains: true)
        let (training, test) = try kind.splits(folder: data, shape: shape, testShare: testShare)
        var summary = training.summary
        summary.images.merge(test.summary.images) { own, _ in own }
        DataReport.print(summary.lines(nil), quiet: quiet)
        let configuration = ClassifierConfiguration(
            kind: kind, shape: training.shape, classNames: training.classNames, steps: steps, batchSize: batchSize,
            learningRate: learningRate, testShare: testShare, seed: seed)
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
        try report(accuracy)
    }

    private func train(_ run: ClassifierTraining, device: Device) throws {
        if !quiet {
            printError(
                "training a classifier, \(run.classifier.parameters.trainableCount) weights, on \(device), seed \(seed)"
            )
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
            printError("stopped at step \(run.step) of \(steps); nothing was written")
            throw interruption.exitCode
        }
    }

    private func report(_ accuracy: ClassifierAccuracy) throws {
        try json.show(ReportJSON.data(accuracy), text: accuracy.text)
        if !quiet { printError("the classifier is in \(name: output)") }
    }

    /// The shape that options ask for; `nil` where none does.
    private var shape: ImageShape? {
        guard height != nil || width != nil || channels != nil else { return nil }
        let usual = kind.defaultShape
        return ImageShape(
            channels: channels ?? usual.channels, height: height ?? usual.height, width: width ?? usual.width)
    }
}

extension DatasetKind: ExpressibleByArgument {}
