import ArgumentParser
import Comparison
import Features
import Files
import Foundation
import HRVQ

/// `hrvq compare`.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Measure models side by side on the same images.",
        usage: "hrvq compare <runs> ... --data <folder> --output <folder> [<options>]",
        discussion: """
            Prints a table, a model a column, with the best of each figure marked, and writes a report: comparison.json, index.html (one self-contained page) and sheet.png \
            (originals, reconstructions and where they are wrong). A run may be given as NAME=FOLDER to name it.

            The Fréchet Inception distance needs the weights of pytorch-fid's Inception as safetensors (--inception, \
            see Tools/pt_to_safetensors.py); a classifier of 'hrvq train-classifier' gives a Fréchet distance in its \
            own feature space.
            """)

    @Argument(help: "Folders of training runs or models, or NAME=FOLDER.", completion: .directory)
    var runs: [String]

    @OptionGroup var data: DataOptions

    @Option(help: "The folder of the report.", completion: .directory, transform: ResultKind.folder.path)
    var output: String

    @Option(parsing: .unconditional, help: ArgumentHelp("How many images are shown.", valueName: "count"))
    var pictures = 10

    /// What --pictures was called before it was called alike in all commands.
    @Option(parsing: .unconditional, help: .hidden)
    var images: Int?

    @Option(
        help: ArgumentHelp("Inception's weights for the Fréchet Inception distance.", valueName: "file"),
        completion: .file(extensions: ["safetensors"]))
    var inception: String?

    @Option(help: ArgumentHelp("The SHA-256 that the file of --inception must have.", valueName: "hex"))
    var inceptionSHA256: String?

    @Option(help: "The folder of a trained classifier.", completion: .directory)
    var classifier: String?

    @OptionGroup var engine: EngineOptions

    @Option(help: "Element type of the convolutions; each run's own by default.")
    var precision: Precision?

    @OptionGroup var json: JSONOptions

    @Flag(help: "Replace a report that exists.")
    var force = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if !(1...64).contains(pictures) { throw ValidationError("--pictures is \(pictures); it must be 1 to 64") }
        if let images, !(1...64).contains(images) {
            throw ValidationError("--images is \(images); it must be 1 to 64 (it is called --pictures now)")
        }
        if inceptionSHA256 != nil, inception == nil {
            throw ValidationError("--inception-sha256 needs --inception, the file that it is of")
        }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: output)
        var outputs = OutputGuard(force: force, quiet: quiet)
        for run in runs { outputs.reads(model: NamedFolder(run).url.path) }
        outputs.reads(model: classifier)
        outputs.reads(inception)
        outputs.reads(data: data.data, of: NamedFolder(runs.first ?? "").url.path)
        let reports = ComparisonFolder(folder)
        outputs.writes(
            report: output, of: "hrvq compare", files: ComparisonFolder.names, exists: reports.exists,
            foreign: reports.foreignNames())
        outputs.writes(json.file, .json, remedy: JSONOptions.remedy)
        try outputs.check()
        let device = try engine.prepare()
        let models = try runs.map { try ComparedModel($0, on: device, precision: precision) }
        try ComparedModel.check(models)
        let comparison = try ModelComparison(
            models,
            inception: inception.map {
                try InceptionV3(file: URL(fileURLWithPath: $0), expectedDigest: inceptionSHA256, device: device)
            },
            classifier: classifier.map { try ClassifierFolder(URL(fileURLWithPath: $0)).load(on: device) },
            device: device)
        let dataset = try data.remembering(NamedFolder(runs[0]).url.path, models[0].configuration, quiet: quiet)
            .open(models[0].configuration, quiet: quiet)
        // A folder that cannot be written is better known before the measuring than after it.
        try AtomicFolder.create(folder)
        let counter = ProgressCounter("comparing", quiet: quiet)
        let report = try comparison.report(dataset, split: data.part, limit: data.limit) {
            counter.show($1, of: $2, "\($0): ")
        }
        counter.finish()
        let drawn = try ComparisonPictures(
            models, dataset, count: min(images ?? pictures, dataset.count), device: device)
        try reports.write(report, drawn, command: ShellText.ownCommand, wording: .program)
        try json.show(report.json(), text: report.text)
        if !quiet { printError("see \(name: folder.appendingPathComponent("index.html").path)") }
    }
}
