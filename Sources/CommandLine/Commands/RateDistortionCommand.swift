import ArgumentParser
import Comparison
import Files
import Foundation
import HRVQ

/// `hrvq rate-distortion`.
struct RateDistortionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate-distortion",
        abstract: "Measure models beside JPEG and WebP: bits per pixel against quality.",
        usage: """
            hrvq rate-distortion <runs> ... --data <folder> --output <folder> [<options>]
            hrvq rate-distortion [<runs> ...] --images <file> ... --output <folder> [<options>]
            """,
        discussion: """
            Every image becomes a file and is read again: by JPEG (4:2:0 and 4:4:4) and WebP at many qualities, and by \
            each model with one, two, … of its layers. Bits are those of whole files, headers included.

            Prints a table and what it says in sentences, and writes a report: index.html (one self-contained page), \
            rate-distortion.json (every point), a chart each for PSNR, SSIM and MS-SSIM, and sheet.png (originals, and \
            what models and codecs make of them with as many bytes). A run may be given as NAME=FOLDER to name it; \
            without any run JPEG and WebP are measured alone.
            """)

    @Argument(help: "Folders of training runs or models, or NAME=FOLDER.", completion: .directory)
    var runs: [String] = []

    @OptionGroup var data: DataOptions

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Measure on these image files (JPEG, PNG, WebP) or folders of them, at their own sizes, instead of the runs'"
                + " data set.", valueName: "file"), completion: .file())
    var images: [String] = []

    @Option(help: "The folder of the report.", completion: .directory, transform: ResultKind.folder.path)
    var output: String

    @Option(
        parsing: .unconditional, help: ArgumentHelp("How many images are shown.", valueName: "count"))
    var pictures = 4

    @Flag(help: "Measure JPEG and WebP at every quality, not at some twenty.")
    var everyQuality = false

    @OptionGroup var engine: EngineOptions

    @Option(help: "Element type of the convolutions; each run's own by default.")
    var precision: Precision?

    @OptionGroup var json: JSONOptions

    @Flag(help: "Replace a report that exists.")
    var force = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if !(0...64).contains(pictures) { throw ValidationError("--pictures is \(pictures); it must be 0 to 64") }
        if !images.isEmpty, data.data != nil {
            throw ValidationError("--images and --data are two ways to name the images; give one of them")
        }
        if !images.isEmpty, data.split != nil {
            throw ValidationError("--split is for a data set, and --images takes files")
        }
        if runs.isEmpty, precision != nil || engine.threads != nil || engine.device != .auto {
            throw ValidationError("--precision, --threads and --device are for models; JPEG and WebP do without")
        }
        if runs.isEmpty, images.isEmpty {
            throw ValidationError("give folders of runs, or image files with --images to measure JPEG and WebP alone")
        }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: output)
        let paths = images.isEmpty ? [] : try ImageFiles.list(images)
        var outputs = OutputGuard(force: force, quiet: quiet)
        for run in self.runs { outputs.reads(model: NamedFolder(run).url.path) }
        outputs.reads(paths)
        if let run = self.runs.first { outputs.reads(data: data.data, of: NamedFolder(run).url.path) }
        let reports = RateDistortionFolder(folder)
        outputs.writes(
            report: output, of: "hrvq rate-distortion", files: RateDistortionFolder.names, exists: reports.exists,
            foreign: reports.foreignNames())
        outputs.writes(json.file, .json, remedy: JSONOptions.remedy)
        try outputs.check()
        let runs = try self.runs.map { try RateDistortionRun($0) }
        try RateDistortionRun.check(runs, sameData: images.isEmpty)
        let sequence = try sequence(runs, paths)
        let models = try models(runs)
        let ladder: QualityLadder = everyQuality ? .every : .steps
        var measurement = try RateDistortionMeasurement(
            models: models, others: ClassicCodecs.all(channels: sequence.channels, ladder: ladder))
        var shown = RateDistortionPictures(
            models: models, others: ClassicCodecs.shown(channels: sequence.channels))
        // A folder that cannot be written is better known before the measuring than after it.
        try AtomicFolder.create(folder)
        let counter = ProgressCounter("measuring", quiet: quiet)
        var done = 0
        var refused: [Message] = []
        while let item = try sequence.next() {
            do {
                try measurement.add(item)
            } catch let error as RateDistortionError {
                // One picture that a codec cannot take (WebP ends at 16,383 pixels) must not cost all others.
                guard case .codec = error else { throw error }
                refused.append(Message(error))
                continue
            }
            // Spread over the images, as far as they decode.
            if done * pictures / sequence.count < (done + 1) * pictures / sequence.count { try shown.add(item) }
            done += 1
            counter.show(done, of: sequence.count)
        }
        counter.finish()
        let report = try measurement.report(source: sequence.source, skipped: sequence.skipped + refused)
        try reports.write(report, shown, command: ShellText.ownCommand)
        try json.show(
            ReportJSON.data(report, in: .program), text: ([try report.text] + report.verdict).joined(separator: "\n"))
        for reason in report.skipped { printError("skipped: \(name: reason.programText)") }
        if !quiet { printError("see \(name: folder.appendingPathComponent("index.html").path)") }
    }

    /// The images to measure on.
    private func sequence(_ runs: [RateDistortionRun], _ paths: [String]) throws -> ImageSequence {
        guard images.isEmpty else {
            return ImageSequence(
                files: paths, channels: runs.first?.configuration.data.channels ?? 3,
                limit: data.limit, source: Self.title(of: images))
        }
        guard let configuration = runs.first?.configuration, let run = self.runs.first else {
            throw RateDistortionError.noData
        }
        let settings = configuration.data
        return try ImageSequence(
            dataset: data.remembering(NamedFolder(run).url.path, configuration, quiet: quiet)
                .open(configuration, quiet: quiet), limit: data.limit,
            maximumSkippedShare: settings.maximumSkippedShare,
            source: "\(settings.kind.rawValue) \(settings.width)×\(settings.height)×\(settings.channels),"
                + " \(data.part.rawValue) split")
    }

    /// What the report calls image files: their own names or their folders', without the way there.
    private static func title(of paths: [String]) -> String {
        let names = paths.prefix(3).map { URL(fileURLWithPath: $0).standardizedFileURL.lastPathComponent }
        return names.joined(separator: ", ") + (paths.count > 3 ? " and others" : "")
    }

    /// The runs' models as codecs.
    private func models(_ runs: [RateDistortionRun]) throws -> [any ImageCodec] {
        guard !runs.isEmpty else { return [] }
        let device = try engine.prepare()
        return try runs.flatMap { try ModelCodec.codecs(of: $0, on: device, precision: precision) }
    }
}
