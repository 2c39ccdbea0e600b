import ArgumentParser
import Files
import Foundation
import HRVQ

/// `hrvq complete`.
struct CompleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete", abstract: "Keep a part of images and let the priors draw the rest.",
        usage: """
            hrvq complete <run> <prior> <images> ... --keep <area> --output <file.png> [<options>]
            hrvq complete <run> <prior> --data <folder> --keep <area> --output <file.png> [<options>]
            """,
        discussion: """
            Writes a picture with a row an image: the image, what is kept of it, and completions. The priors draw \
            position by position from the upper left to the lower right, and see what lies before a position: keeping the \
            top shows them most.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var sampling: SamplingOptions

    @Argument(help: "Image files (JPEG, PNG, WebP), or folders of them; or give --data.", completion: .file())
    var images: [String] = []

    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "What stays: top:0.5, bottom:, left:, right: with a share, or a picture that is white where the image"
                + " stays.", valueName: "area"))
    var keep: String

    @Option(parsing: .unconditional, help: ArgumentHelp("Completions an image.", valueName: "count"))
    var count = 6

    @Option(
        help: "The picture to write, *.png.", completion: .file(extensions: ["png"]),
        transform: ResultKind.png.path)
    var output: String

    @Flag(help: "Replace a file that exists.")
    var force = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if !(1...64).contains(count) { throw ValidationError("--count is \(count); it must be 1 to 64") }
        if KeptArea(keep) == nil {
            throw ValidationError(
                "--keep is '\(keep)'; it must be top:, bottom:, left: or right: with a share from 0 to 1, as top:0.5, or"
                    + " the path of a picture")
        }
    }

    func run() throws {
        guard let area = KeptArea(keep) else { return }
        let paths = images.isEmpty ? [] : try ImageFiles.list(images)
        var outputs = OutputGuard(force: force, quiet: quiet)
        outputs.reads(model: model.run)
        outputs.reads(model: sampling.prior)
        outputs.reads(paths + [keep])
        outputs.reads(data: data.data, of: model.run)
        outputs.writes(output, .png)
        try outputs.check()
        let (configuration, autoencoder, device) = try model.load()
        let decoder = try CodeDecoder(autoencoder, configuration, device: device)
        let priors = try PriorFolder(URL(fileURLWithPath: sampling.prior)).load(on: device, precision: model.precision)
        let completion = try ImageCompletion(
            ImageSampler(priors, device: device), decoder, keeping: area, path: model.run)
        let originals = try read(paths, configuration) { images in
            // Before images are read and long before they are completed.
            try decoder.requireMemory(images: ByteCount(images, count + 2).value)
            try grid(width: configuration.data.width).size(
                of: ByteCount(images, count + 2).value, width: configuration.data.width,
                height: configuration.data.height)
        }
        let seed = sampling.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        let request = ImageSampler.Request(
            count: count, classes: try sampling.classNumbers(in: priors.space),
            settings: try sampling.settings(layers: priors.networks.count), seed: seed)
        let interruption = Interruption()
        let counter = ProgressCounter("completing", quiet: quiet)
        let results = try completion.complete(
            originals, request,
            progress: { counter.show($1, of: originals.count * count, "layer \($0 + 1): ") },
            shouldStop: { interruption.isAsked })
        counter.finish()
        guard let results else { throw interruption.exitCode }
        let rows = results.flatMap { [$0.original, $0.kept] + $0.completions }
        try grid(width: originals[0].width).image(of: rows).writePNG(to: output)
        if !quiet { printError("\(originals.count) images completed with the seed \(seed); see \(name: output)") }
    }

    /// An image, what is kept of it, and its completions in a row.
    private func grid(width: Int) -> PictureGrid {
        PictureGrid(columns: count + 2, gap: 2, scale: max(1, 64 / max(width, 1)))
    }

    /// Files, brought to the model's size as a data set would, or images of a data set.
    private func read(
        _ paths: [String], _ configuration: RunConfiguration, _ check: (Int) throws -> Void
    ) throws -> [PixelImage] {
        if images.isEmpty {
            let dataset = try data.remembering(model.run, configuration, quiet: quiet)
                .open(configuration, taken: data.limit ?? 10, quiet: quiet)
            let wanted = min(data.limit ?? 10, dataset.count)
            try check(wanted)
            let samples = try dataset.samples((0..<wanted).map { $0 * dataset.count / wanted })
            for image in samples.skipped { printError("skipped: \(name: image.reason.programText)") }
            return try samples.pictures(of: samples.pixels)
        }
        guard data.data == nil else {
            throw ValidationError("give image files or --data, not both")
        }
        let size = configuration.data
        try check(paths.count)
        let colour = ColourNotice(quiet: quiet)
        let read = try paths.compactMap { path -> PixelImage? in
            do {
                return try colour.readFitted(
                    path, channels: size.channels, width: size.width, height: size.height)
            } catch {
                // One bad file among many should not cost the others; alone it is the whole job.
                if paths.count == 1 { throw error }
                printError("skipped: \(error.programText)")
                return nil
            }
        }
        guard !read.isEmpty else { throw ImageFilesError.noneDecoded(count: paths.count) }
        return read
    }
}
