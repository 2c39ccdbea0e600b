import ArgumentParser
import Files
import Foundation
import HRVQ

/// `hrvq decode`.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Turn .hrvq files back into images.",
        discussion: """
            Each file becomes a PNG beside it, or where --output says; a file of several images becomes a folder of \
            them. --layers takes the first layers alone, for a coarser picture, and of a file whose end is damaged.
            """)

    @OptionGroup var model: ModelOptions

    @Argument(
        help: "Compressed images, folders of them, or - for standard input.",
        completion: .file(extensions: ["hrvq"]))
    var files: [String]

    @Option(
        name: .shortAndLong,
        help: "A PNG for one file, a folder for several, - for standard output; beside each file if not given.",
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
        let paths = try FileConversion.inputs(files, extensions: ["hrvq"], kind: ".hrvq")
        let conversions = try FileConversion.plan(paths, to: output, fileExtension: "png", force: options.force)
        let compressor = try options.tiles.compressor(model)
        try FileConversion.run(conversions) { conversion in
            let name = conversion.inputName
            let file = try CompressedImage(bytes: conversion.read(), layers: layers, name: name)
            guard file.header.images > 1 else {
                try compressor.decompress(file, name: name) { try conversion.write($0.pngData()) }
                return report(file, to: conversion.output)
            }
            guard conversion.output != FileConversion.standard else {
                throw ValidationError("\(name) holds \(file.header.images) images; give a folder with --output")
            }
            // Several pictures become a folder: the one that --output names, or one beside the file.
            let named = paths.count == 1 ? output : nil
            let folder = named ?? (conversion.output as NSString).deletingPathExtension
            try OutputPath.refuseExisting(folder, force: options.force)
            let target = URL(fileURLWithPath: folder)
            if FileManager.default.fileExists(atPath: folder) {
                // With --force: what else is in the folder is not ours to remove.
                try write(file, name: name, compressor, into: target)
            } else {
                try AtomicFolder.create(target.deletingLastPathComponent())
                try AtomicFolder.write(to: target) { try write(file, name: name, compressor, into: $0) }
            }
            report(file, to: folder)
        }
    }

    /// The pictures of a file, numbered.
    private func write(
        _ file: CompressedImage, name: String, _ compressor: ImageCompressor, into folder: URL
    ) throws {
        let digits = String(file.header.images - 1).count
        var index = 0
        try compressor.decompress(file, name: name) { image in
            let number = String(index)
            let path = String(repeating: "0", count: digits - number.count) + number + ".png"
            try AtomicFile.write(image.pngData(), to: folder.appendingPathComponent(path))
            index += 1
        }
    }

    private func report(_ file: CompressedImage, to output: String) {
        options.report(file.header, to: output, " from \(file.payloads.count) of \(file.header.layers.count) layers")
    }
}
