import ArgumentParser
import Files
import Foundation
import HRVQ

/// `hrvq evaluate`.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure how well a model reconstructs a data set, or how well priors predict codes.",
        usage: """
            hrvq evaluate <run> --data <folder> [<options>]
            hrvq evaluate <prior> --codes <file> [<options>]
            """,
        discussion: """
            Of a model: prints MSE, PSNR, SSIM and MS-SSIM on [0, 1] after rounding to 8 bits, on the pixels of the \
            original images; usage and perplexity of each layer; bits per pixel; images a second. Of a model of several \
            layers also MSE and PSNR of what the first layer gives alone, the first two, and so on.

            Of priors ('hrvq train-prior'), with --codes: prints for each layer the bits that a code of images they were \
            not trained on takes, beside the entropy of codes without regard to their neighbours (order 0).
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions

    @Option(
        help: "The codes that priors are measured on, written by 'hrvq tokenize'.",
        completion: .file(extensions: ["safetensors"]))
    var codes: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Decode from the first layers alone, of VQ-VAE-2 from the coarsest levels; all by default.",
            valueName: "count"))
    var layers: Int?

    @Option(
        help: ArgumentHelp(
            "Draw ten images, and below them what the first layer gives, the first two, and so on.",
            valueName: "file.png"), completion: .file(extensions: ["png"]), transform: ResultKind.png.path)
    var layerSheet: String?

    @OptionGroup var json: JSONOptions

    @Flag(help: "Replace the files of --json and --layer-sheet if they exist.")
    var force = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if layerSheet == OutputPath.standard {
            throw ValidationError("--layer-sheet is a picture; give it the name of a file")
        }
        if let layers, layers < 1 { throw ValidationError("--layers is \(layers); it must be 1 or more") }
    }

    func run() throws {
        var outputs = OutputGuard(force: force, quiet: quiet)
        outputs.reads(model: model.run)
        outputs.reads(codes)
        outputs.reads(data: data.data, of: model.run)
        outputs.writes(json.file, .json, remedy: JSONOptions.remedy)
        outputs.writes(layerSheet, .png, remedy: JSONOptions.remedy)
        try outputs.check()
        let folder = URL(fileURLWithPath: model.run)
        if PriorFolder.isPrior(folder) { return try evaluatePriors(PriorFolder(folder)) }
        if codes != nil {
            throw ValidationError("--codes is for priors, and \(name: model.run) is none; leave it out, or give priors")
        }
        let (configuration, autoencoder, device) = try model.load()
        let dataset = try data.remembering(model.run, configuration, quiet: quiet).open(configuration, quiet: quiet)
        let evaluator = Evaluator(model: autoencoder, configuration: configuration, device: device)
        let counter = ProgressCounter("evaluating", quiet: quiet)
        let report = try evaluator.evaluate(dataset, limit: data.limit, layers: layers, prefixes: true) {
            counter.show($0, of: $1)
        }
        counter.finish()
        try AtomicGroup.write {
            if let layerSheet {
                try LayerSheet.draw(autoencoder, configuration, dataset, count: 10, device: device)
                    .writePNG(to: layerSheet)
            }
            try json.show(ReportJSON.data(report, in: .program), text: report.text(in: .program))
        }
    }

    private func evaluatePriors(_ folder: PriorFolder) throws {
        guard let codes else {
            throw ValidationError("priors are measured on codes: give --codes, a file that 'hrvq tokenize' wrote")
        }
        if data.data != nil { throw ValidationError("priors are measured on --codes; leave out --data") }
        if data.split != nil {
            throw ValidationError(
                "priors are measured on --codes, which are of one part of a data set already; leave out --split, and"
                    + " choose the part with 'hrvq tokenize --split'")
        }
        if layers != nil || layerSheet != nil {
            throw ValidationError(
                "priors are measured layer by layer, all of them; leave out --layers and --layer-sheet")
        }
        let device = try model.engine.prepare()
        let priors = try folder.load(on: device, precision: model.precision)
        let counter = ProgressCounter("evaluating", quiet: quiet)
        let likelihood = try PriorLikelihood(
            priors, CodesFile(URL(fileURLWithPath: codes)), path: codes, limit: data.limit, on: device
        ) { counter.show($0, of: $1) }
        counter.finish()
        try json.show(likelihood.json(), text: likelihood.text())
    }
}
