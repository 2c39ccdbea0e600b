import ArgumentParser
import Comparison
import Figures
import Files
import Foundation
import HRVQ

/// `hrvq inspect`.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show what a model, priors, codes or a compressed image are made of.",
        usage: "hrvq inspect <model> [<options>]",
        discussion: """
            Takes \(Inspection.takes). Of a run it says how far training got, and of a damaged .hrvq file what is whole; \
            then it ends with 1.
            """)

    @Argument(
        help: ArgumentHelp(
            "A folder, a file, or a preset: " + presets.joined(separator: ", ") + ".", valueName: "model"),
        completion: .list(presets))
    var target: String?

    /// What is inspected; `validate` has seen that it is there.
    private var model: String { target ?? "" }

    private static let presets =
        Preset.allCases.map(\.rawValue) + PriorPreset.allCases.map(\.rawValue)
        + ExperimentPreset.allCases.map(\.rawValue)

    @OptionGroup var json: JSONOptions

    @Flag(help: "List every parameter with its shape.")
    var parameters = false

    @Option(
        help: ArgumentHelp(
            "Draw the codewords of each layer and the path of one position (figure 10 of the paper) to this file.",
            valueName: "file.svg"),
        completion: .file(extensions: ["svg"]), transform: ResultKind.svg.path)
    var codebookFigure: String?

    @Option(
        help: ArgumentHelp(
            "The image whose path is drawn; an image of the test split, or a random one of random pixels, if not given.",
            valueName: "file"), completion: .file())
    var image: String?

    @Option(
        help: ArgumentHelp("The data set whose test split the image is of.", valueName: "folder"),
        completion: .directory)
    var data: String?

    @Option(
        help: ArgumentHelp(
            "The position in the latent grid whose path is drawn; random if not given.", valueName: "row,column"))
    var position: GridPosition?

    @OptionGroup var memory: MemoryOptions

    @Flag(help: "Replace the files of --json and --codebook-figure if they exist.")
    var force = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What the random image and position are drawn from.", valueName: "number"))
    var seed: Int?

    func validate() throws {
        guard target != nil else {
            // `--json` takes the word after it for its file.
            throw ValidationError(
                "Missing expected argument '<model>'"
                    + (json.file.map {
                        $0 == OutputPath.standard ? "" : ": '\($0)' is the file of --json; give it last"
                    }
                        ?? ""))
        }
        if codebookFigure == nil, image != nil || data != nil || position != nil || seed != nil {
            throw ValidationError("--image, --data, --position and --seed are for --codebook-figure")
        }
        if image != nil, data != nil {
            throw ValidationError("--image and --data both say which image to take; give one of them")
        }
    }

    func run() throws {
        let url = URL(fileURLWithPath: model)
        let status = try FileStatus.of(model)
        let exists = status != nil
        if !exists, model.contains("/") || ResultKind.promise(of: model) != nil {
            throw FileError.missing(path: model, remedy: "give \(Inspection.takes)")
        }
        try checkOutputs(model: status)
        let found =
            try !exists
            ? Inspection(preset: model)
            : status?.kind == .folder ? Inspection(folder: model) : Inspection(file: model)
        if let found {
            if parameters || codebookFigure != nil {
                throw ValidationError("--parameters and --codebook-figure are for models, and \(name: model) is none")
            }
            try json.show(found.json, text: found.text)
            // A script that asks is to hear of it.
            if let damage = found.damage {
                printError("error: \(name: damage)")
                throw ExitCode.failure
            }
            return
        }
        if let codebookFigure {
            // The one question here that values answer; all others are of shapes.
            let (configuration, autoencoder) = try loaded(at: url, exists: exists)
            try draw(autoencoder, configuration, to: URL(fileURLWithPath: codebookFigure))
        }
        let configuration: RunConfiguration
        let autoencoder: any Autoencoder
        var problem: (any Error)?
        if exists {
            let outline = try ModelFolder(url).outline()
            (configuration, autoencoder, problem) = (outline.configuration, outline.model, outline.problem)
        } else {
            configuration = try preset(model).configuration()
            autoencoder = try configuration.makeAutoencoder(on: .meta)
        }
        let description = try Inspection(configuration, autoencoder, run: exists ? url : nil)
        var lines = [description.text]
        if parameters {
            lines.append("")
            lines += autoencoder.parameters.all.map {
                "\($0.name)  \($0.tensor.shape)" + ($0.isTrainable ? "" : "  (averaged)")
            }
        }
        try json.show(description.json, text: lines.joined(separator: "\n"))
        // What the settings come to is right whatever the weights are; that they cannot be used is an error still.
        if let problem { throw problem }
    }

    private func checkOutputs(model status: FileStatus?) throws {
        var outputs = OutputGuard(force: force)
        switch status?.kind {
        case nil: break
        case .folder: outputs.reads(model: model)
        default: outputs.reads(model)
        }
        outputs.reads(image)
        outputs.reads(data: data, kind: nil)
        outputs.writes(json.file, .json, remedy: JSONOptions.remedy)
        outputs.writes(codebookFigure, .svg, remedy: JSONOptions.remedy)
        try outputs.check()
    }

    /// The model with its values.
    private func loaded(at url: URL, exists: Bool) throws -> (RunConfiguration, any Autoencoder) {
        if exists { return try ModelFolder(url).load() }
        let configuration = try preset(model).configuration()
        return (configuration, try configuration.makeAutoencoder())
    }

    /// A preset of autoencoders; presets of all kinds are suggested for a name that is none.
    private func preset(_ name: String) throws -> Preset {
        guard let preset = Preset(rawValue: name) else {
            throw ConfigurationError.unknownPreset(
                name: name, suggestion: Suggestion.nearest(to: name, among: Self.presets), known: Self.presets)
        }
        return preset
    }

    private func draw(_ model: any Autoencoder, _ configuration: RunConfiguration, to url: URL) throws {
        guard configuration.model.kind.structure == .hierarchical else {
            throw ComparisonError.notHierarchical(kind: configuration.model.kind.rawValue)
        }
        var generator = SeededGenerator(seed: UInt64(bitPattern: Int64(seed ?? 0)), stream: "codebook figure")
        let picture = try self.picture(model, configuration, using: &generator)
        let padded = try picture.filling(model, border: configuration.data.padding)
        let codes = try model.encode(
            Pixels.batch(
                padded.pixels, count: 1, height: padded.height, width: padded.width, channels: padded.channels,
                padding: configuration.data.padding))
        let grid = codes.grids[0]
        let place =
            position
            ?? GridPosition(
                row: Int.random(in: 0..<grid.size(2), using: &generator),
                column: Int.random(in: 0..<grid.size(3), using: &generator))
        try CodebookFigure(
            of: model, kind: configuration.model.kind, codes: codes, row: place.row, column: place.column
        ).write(to: url)
    }

    /// The image whose path is drawn.
    private func picture(
        _ model: any Autoencoder, _ configuration: RunConfiguration, using generator: inout SeededGenerator
    ) throws -> PixelImage {
        if let image { return try PixelImage.read(image, channels: model.channels) }
        let shape = configuration.data.shape
        if data != nil || configuration.data.kind == .glyphs {
            let dataset = try configuration.data.open(data.map { URL(fileURLWithPath: $0) }, split: .test)
            let index = Int.random(in: 0..<dataset.count, using: &generator)
            let sample = try dataset.samples([index])
            for image in sample.skipped { printError("skipped: \(name: image.reason.programText)") }
            return try sample.pictures(of: sample.pixels)[0]
        }
        return try PixelImage(
            width: shape.width, height: shape.height, channels: shape.channels,
            pixels: (0..<shape.width * shape.height * shape.channels).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            })
    }
}

/// A place in a latent grid, as `row,column`.
struct GridPosition: ExpressibleByArgument {
    var row: Int
    var column: Int

    init(row: Int, column: Int) {
        self.row = row
        self.column = column
    }

    init?(argument: String) {
        let numbers = argument.split(separator: ",").map { Int($0) }
        guard numbers.count == 2, let row = numbers[0], let column = numbers[1], row >= 0, column >= 0 else {
            return nil
        }
        self.init(row: row, column: column)
    }
}
