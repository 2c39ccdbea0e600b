import ArgumentParser
import Files
import Foundation
import HRVQ

/// `hrvq reconstruct`.
struct ReconstructCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconstruct", abstract: "Send images through a model and look at what comes back.",
        discussion: """
            Writes one PNG an image, in the folders that the images are in, and 'before-after.png', the originals above \
            their reconstructions. Images keep their size: they are padded to the latent grid and cropped back, and large ones go through in tiles.
            """)

    @OptionGroup var model: ModelOptions

    @Argument(help: "Image files (JPEG, PNG, WebP), or folders of them.", completion: .file())
    var images: [String]

    @Option(help: "The folder for the pictures.", completion: .directory, transform: OutputPath.parse)
    var output: String

    @OptionGroup var tiles: TileOptions

    @Flag(help: "Write into a folder that exists.")
    var force = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if images.isEmpty { throw ValidationError("Missing expected argument '<images> ...'") }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: output)
        try OutputPath.refuseExisting(
            output, force: force, remedy: "add --force to write into it, or choose another --output")
        let files = try InputFile.gather(images)
        let paths = files.map(\.path)
        let sheet = folder.appendingPathComponent("before-after.png")
        let targets = InputFile.resultPaths(
            of: files, in: output, fileExtension: "png", reserved: [sheet.lastPathComponent])
        var outputs = OutputGuard(force: force, quiet: quiet)
        outputs.reads(model: model.run)
        outputs.reads(paths)
        for path in targets + [sheet.path] {
            outputs.writes(path, .png, makesFolder: true)
        }
        try outputs.check()
        let (configuration, autoencoder, device) = try model.load()
        var originals: [PixelImage] = []
        var reconstructions: [PixelImage] = []
        var skipped: [String] = []
        let counter = ProgressCounter("reconstructing", quiet: quiet)
        let colour = ColourNotice(quiet: quiet)
        for (index, path) in paths.enumerated() {
            let original: PixelImage
            do {
                original = try colour.read(path, channels: autoencoder.channels)
            } catch {
                // One bad file among many should not cost the others; alone it is the whole job.
                if paths.count == 1 { throw error }
                skipped.append(error.programText)
                continue
            }
            let reconstruction = try ImageReconstruction.reconstruct(
                original, autoencoder, padding: configuration.data.padding, on: device, tile: tiles.tile)
            let target = URL(fileURLWithPath: targets[index])
            try AtomicFolder.create(target.deletingLastPathComponent())
            try reconstruction.writePNG(to: target.path)
            if originals.count < 64 {
                originals.append(try ReconstructionSheet.thumbnail(original))
                reconstructions.append(try ReconstructionSheet.thumbnail(reconstruction))
            }
            counter.show(index + 1, of: paths.count)
        }
        counter.finish()
        for text in skipped { printError("skipped: \(name: text)") }
        guard !originals.isEmpty else { throw ImageFilesError.noneDecoded(count: paths.count) }
        try ReconstructionSheet.draw(originals: originals, reconstructions: reconstructions).writePNG(to: sheet.path)
        if !quiet { printError("\(paths.count - skipped.count) images reconstructed; see \(name: sheet.path)") }
    }
}
