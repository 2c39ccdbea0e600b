import ArgumentParser
import Compression
import Files
import Foundation
import HRVQ

/// `hrvq encode`.
struct EncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode", abstract: "Compress images into .hrvq files.",
        usage: """
            hrvq encode <run> <images> ... [--output <output>] [<options>]
            hrvq encode <run> --data <folder> --output <file> [<options>]
            """,
        discussion: """
            Each image becomes a .hrvq file beside it, or where --output says: a file for one image, a folder for \
            several, in which results keep the folders of their images. PNGs that 'hrvq decode' wrote beside their \
            files are left out of a folder. Images of any size keep it, and are turned upright as their EXIF \
            orientation says. With statistics ('hrvq train-entropy') files are smaller; \
            packed ones can be read by any program that knows the format (Documentation/hrvq-format.md).
            """)

    @OptionGroup var model: ModelOptions

    @Argument(
        help: "Image files (JPEG, PNG, WebP), folders of them, or - for standard input.", completion: .file())
    var images: [String] = []

    @Option(
        name: .shortAndLong,
        help:
            "A file for one image, a folder for several or for those of a folder, - for standard output; beside each image if not given.",
        completion: .file(), transform: OutputPath.parse)
    var output: String?

    @Option(help: "How codes are written; the smaller of both where the model has statistics, if not given.")
    var coding: CodingMode?

    @Option(
        help: ArgumentHelp("Compress a data set's images into one file instead of files.", valueName: "folder"),
        completion: .directory)
    var data: String?

    @Option(help: "Which images of the data set: train, test or all (train, then test); test by default.")
    var split: DatasetPart?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Take only so many images of the data set, spread over it.", valueName: "count"))
    var limit: Int?

    @OptionGroup var options: ConversionOptions

    func validate() throws {
        if images.isEmpty, data == nil, split == nil {
            throw ValidationError("Missing expected argument '<images> ...' (or --data for a data set)")
        }
        if data != nil || split != nil {
            if !images.isEmpty { throw ValidationError("--data and --split take a data set in the place of images") }
            if output == nil { throw ValidationError("a data set becomes one file: name it with --output") }
        } else if limit != nil {
            throw ValidationError("--limit is for a data set")
        }
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit); it must be 1 or more") }
    }

    func run() throws {
        if data != nil || split != nil { return try encodeDataset() }
        let inputs = try DecodedPicture.leftOut(of: InputFile.gather(images))
        if let text = inputs.notice, !options.quiet || inputs.taken.isEmpty { printError(text) }
        if inputs.taken.isEmpty {
            throw ImageFilesError.empty(
                folder: images.joined(separator: ", "), kind: "other \(FileTree.Kind.images.name)", leftOut: [])
        }
        let conversions = try FileConversion.plan(
            inputs.taken, to: output, kind: .hrvq, content: .compressed, guarding: guarded())
        let compressor = try options.tiles.compressor(model)
        try compressor.require(coding)
        let colour = ColourNotice(quiet: options.quiet)
        try FileConversion.run(conversions) { file in
            let name = file.inputName
            let image = try colour.decode(file.read(), channels: compressor.model.channels, name: name)
            let compressed = try compressor.compress(image, mode: coding, name: name)
            let bytes = try compressed.bytes(limits: compressor.limits, name: name)
            try file.write(Data(bytes))
            report(bytes.count, compressed.header, of: file)
        }
    }

    private func guarded() -> OutputGuard {
        var outputs = OutputGuard(force: options.force, quiet: options.quiet)
        outputs.reads(model: model.run, statistics: true)
        outputs.reads(data: data, of: model.run)
        return outputs
    }

    private func encodeDataset() throws {
        let target = output ?? OutputPath.standard
        let file = try FileConversion.plan(
            [InputFile(path: data ?? "glyphs", place: "", isOfFolder: false)], to: target, kind: .hrvq,
            content: .compressed, guarding: guarded())[0]
        let compressor = try options.tiles.compressor(model)
        try compressor.require(coding)
        let configuration = compressor.configuration
        let dataset = try configuration.data.open(
            DataOptions.folder(data, of: model.run, configuration, quiet: options.quiet), split: split ?? .test)
        DataReport.print(dataset.summary.lines(split ?? .test, taken: limit), quiet: options.quiet)
        // Better known before the data set goes through the network than after it.
        try OutputPath.requireWritable(file.output)
        try compressor.requireRoom(
            images: min(limit ?? dataset.count, dataset.count), width: configuration.data.width,
            height: configuration.data.height, name: "the data set")
        let counter = ProgressCounter("encoding", quiet: options.quiet)
        let (codes, skipped) = try compressor.encode(dataset, limit: limit) { counter.show($0, of: $1) }
        counter.finish()
        for reason in skipped { printError("skipped: \(name: reason.programText)") }
        let compressed = try compressor.compress(
            codes, width: configuration.data.width, height: configuration.data.height, mode: coding,
            name: "the data set")
        let bytes = try compressed.bytes(limits: compressor.limits, name: "the data set")
        try file.write(Data(bytes))
        report(bytes.count, compressed.header, of: file)
    }

    private func report(_ bytes: Int, _ header: CompressedHeader, of file: FileConversion) {
        guard !options.quiet else { return }
        let pixels = Double(header.width) * Double(header.height) * Double(header.images)
        printError(
            "\(name: file.inputName) → \(name: file.outputName): "
                + (header.images == 1 ? "" : "\(header.images) images of ")
                + "\(header.width)x\(header.height), \(header.mode), \(bytes) bytes, "
                + "\(String(format: "%.4f", Double(bytes) * 8 / pixels)) bits per pixel")
    }
}
