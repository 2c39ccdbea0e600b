import ArgumentParser
import Compression
import Files
import Foundation
import HRVQ

/// `hrvq decode`.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Turn .hrvq files, or files of codes, back into images.",
        usage: "hrvq decode <run> <files> ... [--output <output>] [<options>]",
        discussion: """
            Each .hrvq file becomes a PNG beside it, or where --output says: a file for one, a folder for several, in \
            which results keep the folders of their files. A file of several images becomes a folder of PNGs, or one \
            picture with all of them in rows where --output ends in .png. --layers takes the first layers alone, for a \
            coarser picture, and of a file whose end is damaged.

            A file of codes (*.safetensors) becomes images in the same way: what 'hrvq tokenize' and \
            'hrvq sample --codes' write, or another program. Of that the tensor 'codes' is enough, integers of shape \
            [images, layers, height, width], each in 0 ..< m ('codes.0', 'codes.1', … for models with several latent \
            grids). PNGs are named by 'indices', where the file has them, or counted from 0.
            """)

    @OptionGroup var model: ModelOptions

    @Argument(
        help: "Compressed images, folders of them, files of codes, or - for standard input.",
        completion: .file(extensions: ["hrvq", "safetensors"]))
    var files: [String]

    @Option(
        name: .shortAndLong,
        help:
            "A PNG for one file, a folder for several or for those of a folder, - for standard output; beside each file if not given.",
        completion: .file(), transform: OutputPath.parse)
    var output: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Decode from the first so many layers.", valueName: "count"))
    var layers: Int?

    @OptionGroup var options: ConversionOptions

    func validate() throws {
        if files.isEmpty { throw ValidationError("Missing expected argument '<files> ...'") }
        if let layers, layers < 1 { throw ValidationError("--layers is \(layers); it must be 1 or more") }
    }

    func run() throws {
        let inputs = try InputFile.gather(files, kind: .compressed)
        var outputs = OutputGuard(force: options.force, quiet: options.quiet)
        outputs.reads(model: model.run, statistics: true)
        let conversions = try FileConversion.plan(
            inputs, to: output, kind: .png, content: .png, guarding: outputs)
        let compressor = try options.tiles.compressor(model)
        try FileConversion.run(conversions) { conversion in
            // Codes of a whole data set are larger than a picture may be.
            let bytes = try conversion.read(limit: min(MemoryLimit.bytes / 2, 1 << 40))
            let pictures =
                Self.areCodes(bytes, name: conversion.input)
                ? try codes(bytes, conversion.inputName, compressor)
                : try compressed(bytes, conversion.inputName, compressor)
            try write(pictures, conversion, isNamed: conversion.output == output)
        }
    }

    /// Pictures to write, and what to say of them.
    private struct Pictures {
        /// Their names, without the extension, where they become files of a folder.
        var names: [String]
        var report: String
        var each: ((PixelImage) throws -> Void) throws -> Void
    }

    /// Whether bytes are safetensors, or are called so and are not a .hrvq file; their errors then say what is wrong.
    private static func areCodes(_ bytes: [UInt8], name: String) -> Bool {
        guard !bytes.starts(with: FileContent.compressedStart) else { return false }
        return FileContent.metadata(ofSafetensors: bytes) != nil || name.lowercased().hasSuffix(".safetensors")
    }

    private func compressed(_ bytes: [UInt8], _ name: String, _ compressor: ImageCompressor) throws -> Pictures {
        let file = try CompressedImage(bytes: bytes, layers: layers, name: name)
        let header = file.header
        return Pictures(
            names: numbered(0..<header.images),
            report: "\(header.width)x\(header.height) from \(file.payloads.count) of \(header.layers.count) layers"
        ) { body in try compressor.decompress(file, name: name, body) }
    }

    private func codes(_ bytes: [UInt8], _ name: String, _ compressor: ImageCompressor) throws -> Pictures {
        let decoder = try CodeDecoder(compressor.model, compressor.configuration, device: compressor.device)
        let count = decoder.space.layers.count
        if let layers, layers > count {
            throw ValidationError("--layers is \(layers), and the model has \(count) layers")
        }
        let codes = try DecodableCodes(Data(bytes), path: name, for: decoder.space, layers: layers)
        if !codes.namesModel, !options.quiet {
            printError(
                "\(name: name) does not say which model its codes are of; they are decoded as codes of \(name: model.run)"
            )
        }
        let data = compressor.configuration.data
        return Pictures(
            names: numbered(codes.indices),
            report: "\(data.width)x\(data.height) from \(layers ?? count) of \(count) layers"
        ) { body in try decoder.forEachImage(codes.codes, layers: layers, body) }
    }

    /// Numbers with as many digits as the largest.
    private func numbered(_ numbers: some Collection<Int>) -> [String] {
        let digits = String(numbers.max() ?? 0).count
        return numbers.map { number in
            let text = String(number)
            return String(repeating: "0", count: digits - text.count) + text
        }
    }

    /// Writes one picture as a file, several as a folder or as one picture.
    ///
    /// - Parameter isNamed: Whether the output is what --output says, and not a file in the folder that it names.
    private func write(_ pictures: Pictures, _ conversion: FileConversion, isNamed: Bool) throws {
        let count = pictures.names.count
        guard count > 1 else {
            try pictures.each { try conversion.write(DecodedPicture.marked($0.pngData())) }
            return say(conversion.inputName, conversion.outputName, pictures.report)
        }
        guard conversion.output != OutputPath.standard else {
            throw ValidationError("\(name: conversion.inputName) holds \(count) images; give a folder with --output")
        }
        if isNamed, ResultKind.promise(of: conversion.output) == ResultKind.png.rawValue {
            var all: [PixelImage] = []
            try pictures.each { all.append($0) }
            let columns = Int(Double(count).squareRoot().rounded(.up))
            let grid = try PictureGrid(columns: columns, gap: 2).image(of: all)
            try conversion.write(DecodedPicture.marked(grid.pngData()))
            return say(conversion.inputName, conversion.outputName, "\(count) images of \(pictures.report)")
        }
        // The folder that --output names, or one beside the file.
        let folder = isNamed ? conversion.output : (conversion.output as NSString).deletingPathExtension
        try OutputPath.refuseExisting(folder, force: options.force)
        let target = URL(fileURLWithPath: folder)
        if FileManager.default.fileExists(atPath: folder) {
            // With --force: what else is in the folder is not ours to remove.
            try write(pictures, into: target)
        } else {
            try AtomicFolder.create(target.deletingLastPathComponent())
            try AtomicFolder.write(to: target) { try write(pictures, into: $0) }
        }
        say(conversion.inputName, folder, "\(count) images of \(pictures.report)")
    }

    private func write(_ pictures: Pictures, into folder: URL) throws {
        for name in pictures.names {
            try OutputKind.png.requireReplaceable(folder.appendingPathComponent(name + ".png").path)
        }
        var names = pictures.names.makeIterator()
        try pictures.each { image in
            guard let name = names.next() else { return }
            try AtomicFile.write(
                DecodedPicture.marked(image.pngData()), to: folder.appendingPathComponent(name + ".png"))
        }
    }

    private func say(_ input: String, _ output: String, _ text: String) {
        if !options.quiet { printError("\(name: input) → \(name: output): \(name: text)") }
    }
}
