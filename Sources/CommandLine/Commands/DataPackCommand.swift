import ArgumentParser
import Datasets
import Files
import Foundation
import HRVQ

/// `hrvq data pack`.
struct DataPackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack", abstract: "Write a data set as WebDataset shards, resized or not.",
        usage: "hrvq data pack <data> --output <folder> [<options>]",
        discussion: """
            Writes train-000000.tar, … and test-000000.tar, … in the data set's order, with labels, and shards.json with \
            digests and names of classes. The same command goes on where it was interrupted.
            """)

    @OptionGroup var place: DataPlace

    @Option(
        help: "The folder of the shards.", completion: .directory, transform: ResultKind.folder.path)
    var output: String

    @Option(
        help: ArgumentHelp(
            "Resize and crop images to this size; without it they stay as they are.", valueName: "width×height"))
    var size: PictureSize?

    @Option(
        help: ArgumentHelp(
            "original (the bytes of the files; without --size), png (loses nothing), jpeg, or ppm (pixels as they are: the"
                + " largest and the fastest to read). By default original without --size, png with it.",
            valueName: "name"))
    var format: PackFormat?

    @Option(help: ArgumentHelp("The quality of --format jpeg.", valueName: "number"))
    var quality: Int?

    @Option(help: ArgumentHelp("Write grey images (1) or colour (3), with --size.", valueName: "number"))
    var channels = 3

    @Option(help: ArgumentHelp("Images of a shard.", valueName: "count"))
    var imagesPerShard = 10_000

    @Option(
        help: ArgumentHelp(
            "The share of the images that is held out where nothing says which are for tests.", valueName: "number"))
    var testShare = 0.1

    @Option(help: ArgumentHelp("Threads that read and encode; 0 takes all cores.", valueName: "count"))
    var threads = 0

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        guard imagesPerShard >= 1 else {
            throw ValidationError("--images-per-shard is \(imagesPerShard); it must be at least 1")
        }
        guard threads >= 0 else { throw ValidationError("--threads is \(threads); it must be at least 0") }
        guard [1, 3].contains(channels) else { throw ValidationError("--channels is \(channels); it must be 1 or 3") }
        if let quality {
            guard format == .jpeg else { throw ValidationError("--quality is for --format jpeg") }
            guard (1...100).contains(quality) else {
                throw ValidationError("--quality is \(quality); it must be 1 to 100")
            }
        }
        if format == .original, size != nil {
            throw ValidationError("--format original keeps files as they are; leave --size out")
        }
    }

    func run() throws {
        var outputs = OutputGuard(force: false, quiet: quiet)
        outputs.reads(data: place.data, kind: place.kind)
        outputs.writes(folder: output, files: [])
        try outputs.check()
        let shape = size.map { ImageShape(channels: channels, height: $0.height, width: $0.width) }
        var found: [(split: Split, dataset: any ImageDataset)] = []
        var problem: (any Error)?
        for split in Split.allCases {
            do {
                found.append(
                    (
                        split,
                        try place.kind.open(
                            folder: place.data, shape: shape, split: split == .train ? .train : .test,
                            testShare: testShare)
                    ))
            } catch let error as DatasetError {
                guard case .noImages = error else { throw error }
                problem = problem ?? error
            }
        }
        if found.isEmpty, let problem { throw problem }
        let isOfPictures = found.allSatisfy { $0.dataset.isOfFiles }
        let form: ShardPacking.Form =
            switch format ?? (size == nil && isOfPictures ? .original : .png) {
            case .original: .original
            case .png: .png
            case .ppm: .ppm
            case .jpeg: .jpeg(quality: quality ?? 92)
            }
        if isOfPictures, size == nil, form != .original {
            throw ValidationError("--format \(form.name) needs --size, as images of one shape are written")
        }
        if !quiet { for line in found[0].dataset.summary.lines(nil) { printError(line) } }
        let packing = try ShardPacking(
            found, form: form, isResized: size != nil || !isOfPictures, imagesPerShard: imagesPerShard,
            workers: threads == 0 ? ProcessInfo.processInfo.activeProcessorCount : threads)
        let counter = ProgressCounter("packing", quiet: quiet)
        let (manifest, skipped) = try packing.run(into: URL(fileURLWithPath: output)) { counter.show($0, of: $1) }
        counter.finish()
        for image in skipped { printError("skipped: \(name: image.reason.programText)") }
        guard !quiet else { return }
        let images = manifest.shards.reduce(0) { $0 + $1.images }
        printError(
            "\(images) images in \(manifest.shards.count) shards, "
                + "\(ByteCount.text(manifest.shards.reduce(0) { $0 + $1.bytes })), in \(name: output)")
    }
}

/// What `--format` takes.
enum PackFormat: String, ExpressibleByArgument, CaseIterable {
    case original, png, jpeg, ppm
}

/// A size as `256x256`, or with the sign of multiplication.
struct PictureSize: ExpressibleByArgument {
    var width: Int
    var height: Int

    init?(argument: String) {
        let numbers = argument.split(whereSeparator: { "x×X".contains($0) }).map { Int($0) }
        guard numbers.count == 2, let width = numbers[0], let height = numbers[1], width > 0, height > 0 else {
            return nil
        }
        (self.width, self.height) = (width, height)
    }
}
