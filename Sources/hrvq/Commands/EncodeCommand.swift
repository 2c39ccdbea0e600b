import ArgumentParser
import Files
import Foundation
import HRVQ

/// `hrvq encode`.
struct EncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode", abstract: "Compress images into .hrvq files.",
        discussion: """
            Each image becomes a .hrvq file beside it, or where --output says. Images of any size keep it, and are \
            turned upright as their EXIF orientation says. With statistics ('hrvq train-entropy') files are smaller; \
            packed ones can be read by any program that knows the format (Documentation/hrvq-format.md).
            """)

    @OptionGroup var model: ModelOptions

    @Argument(
        help: "Image files (JPEG, PNG, WebP), folders of them, or - for standard input.", completion: .file())
    var images: [String] = []

    @Option(
        name: .shortAndLong,
        help: "A file for one image, a folder for several, - for standard output; beside each image if not given.",
        completion: .file(), transform: OutputPath.parse)
    var output: String?

    @Option(help: "packed, or modelled where the model has statistics; modelled by default where it has.")
    var coding: CodingMode?

    @Option(
        help: ArgumentHelp("Compress a data set's images into one file instead of files.", valueName: "folder"),
        completion: .directory)
    var data: String?

    @Option(help: "Which part of the data set.")
    var split: Split?

    @Option(help: ArgumentHelp("Take only so many images of the data set, spread over it.", valueName: "count"))
    var limit: Int?

    @OptionGroup var tiles: TileOptions

    @Flag(help: "Replace files that exist.")
    var force = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

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
        let paths = try images.flatMap { try $0 == FileConversion.standard ? [$0] : ImageFiles.list([$0]) }
        let conversions = try FileConversion.plan(paths, to: output, fileExtension: "hrvq", force: force)
        let compressor = try tiles.compressor(model)
        try FileConversion.run(conversions) { conversion in
            let name = conversion.inputName
            let image = try PixelImage.decode(conversion.read(), channels: compressor.model.channels, name: name)
            let file = try compressor.compress(image, mode: coding, name: name)
            let bytes = try file.bytes(name: name)
            try conversion.write(Data(bytes))
            report(bytes.count, of: 1, file.header, to: conversion.output)
        }
    }

    private func encodeDataset() throws {
        let target = output ?? FileConversion.standard
        let conversion = try FileConversion.plan(
            [data ?? "glyphs"], to: target, fileExtension: "hrvq", force: force)[0]
        let compressor = try tiles.compressor(model)
        try compressor.require(coding)
        let configuration = compressor.configuration
        let dataset = try configuration.data.open(
            data.map { URL(fileURLWithPath: $0) }, split: split ?? .test)
        let counter = ProgressCounter("encoding", quiet: quiet)
        let (codes, skipped) = try compressor.encode(dataset, limit: limit) { counter.show($0, of: $1) }
        counter.finish()
        for reason in skipped { printError("skipped: \(reason)") }
        let file = try compressor.compress(
            codes, width: configuration.data.width, height: configuration.data.height, mode: coding,
            name: "the data set")
        let bytes = try file.bytes(name: "the data set")
        try conversion.write(Data(bytes))
        report(bytes.count, of: codes.images, file.header, to: conversion.output)
    }

    private func report(_ bytes: Int, of images: Int, _ header: CompressedHeader, to output: String) {
        guard !quiet else { return }
        let pixels = Double(header.width) * Double(header.height) * Double(images)
        printError(
            "\(output == FileConversion.standard ? "standard output" : output): "
                + (images == 1 ? "" : "\(images) images of ") + "\(header.width)x\(header.height), \(header.mode),"
                + " \(bytes) bytes, \(String(format: "%.4f", Double(bytes) * 8 / pixels)) bits a pixel")
    }
}

extension CodingMode: ExpressibleByArgument {
    /// The coding of a name.
    public init?(argument: String) {
        guard let mode = CodingMode.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self = mode
    }

    /// All names.
    public static var allValueStrings: [String] { allCases.map { "\($0)" } }
    /// The name.
    public var defaultValueDescription: String { "\(self)" }
}

/// How large pictures are cut.
struct TileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Side of the tiles that large images are cut into.", valueName: "pixels"))
    var tile = 512

    func validate() throws {
        if !(16...16384).contains(tile) { throw ValidationError("--tile is \(tile); it must be 16 to 16384") }
    }

    /// Loads a model for compressing pictures.
    func compressor(_ model: ModelOptions) throws -> ImageCompressor {
        let device = try model.engine.prepare()
        var compressor = try ImageCompressor(
            folder: URL(fileURLWithPath: model.run), device: device, precision: model.precision)
        compressor.tile = tile
        return compressor
    }
}
