import ArgumentParser
import Compression
import Files
import Foundation
import HRVQ

/// `hrvq train-entropy`.
struct TrainEntropyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-entropy", abstract: "Learn the statistics of a model's codes, for smaller .hrvq files.",
        discussion: """
            Takes codes of training images ('hrvq tokenize'), writes 'entropy.safetensors' into the model's folder, \
            and prints what codes take in files, on codes that the tables were not learnt from (only how fast they \
            adapt is chosen by them). Files that were coded with statistics need the same ones to be read: keep them with the model.
            """)

    @Argument(
        help: ArgumentHelp("The folder of a training run, or of a model.", valueName: "run"), completion: .directory)
    var model: String

    @Option(
        help: "The codes of training images, as 'hrvq tokenize' writes them.",
        completion: .file(extensions: ["safetensors"]))
    var codes: String

    @Option(
        help: ArgumentHelp(
            "Codes of other images to measure on; a twentieth of --codes is held out if not given.",
            valueName: "codes"), completion: .file(extensions: ["safetensors"]))
    var heldOut: String?

    @Option(
        help: ArgumentHelp("Where to write; into the model's folder if not given.", valueName: "file.safetensors"),
        completion: .file(extensions: ["safetensors"]), transform: ResultKind.safetensors.path)
    var output: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Passes over the codes.", valueName: "count"))
    var passes = 3

    @OptionGroup var json: JSONOptions

    @OptionGroup var memory: MemoryOptions

    @Flag(help: "Replace statistics that exist; files coded with them can not be read any more.")
    var force = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if !(1...1000).contains(passes) { throw ValidationError("--passes is \(passes); it must be 1 to 1000") }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: model)
        let target = output.map { URL(fileURLWithPath: $0) } ?? folder.appendingPathComponent(StatisticsFile.name)
        var outputs = OutputGuard(force: force, quiet: quiet)
        outputs.reads(model: model)
        outputs.reads(codes, heldOut)
        outputs.writes(
            target.path, .statistics,
            remedy: "files coded with these statistics need them; add --force to replace them, or choose another"
                + " --output"
        )
        outputs.writes(json.file, .json, remedy: JSONOptions.remedy)
        try outputs.check()
        let (configuration, autoencoder) = try ModelFolder(folder).load()
        let training = try open(codes, autoencoder, configuration)
        let test: CodesFile? = if let heldOut { try open(heldOut, autoencoder, configuration) } else { nil }
        let layers = training.space.layers.count
        let counter = ProgressCounter("learning statistics", quiet: quiet)
        var settings = StatisticsTraining()
        settings.passes = passes
        let result = try EntropyTraining(training, heldOut: test, training: settings) { layer, pass in
            counter.show((layer - 1) * passes + pass, of: layers * passes, "pass ")
        }
        counter.finish()
        let report = try result.report()
        try AtomicGroup.write {
            try json.show(report.json(), text: report.text)
            // Last: where it is, the command is done.
            try StatisticsFile.write(result.statistics, to: target)
        }
        let name = try result.statistics.fingerprint()
        if !quiet { printError("statistics \(name) written to \(name: target.path)") }
    }

    /// Codes of this model.
    private func open(_ path: String, _ model: any Autoencoder, _ configuration: RunConfiguration) throws -> CodesFile {
        let file = try CodesFile(URL(fileURLWithPath: path))
        let fingerprint = try ModelFingerprint.of(model, configuration)
        guard file.space.model == fingerprint else {
            throw CompressionError.foreignCodes(path: path, file: file.space.model, model: fingerprint)
        }
        return file
    }
}
