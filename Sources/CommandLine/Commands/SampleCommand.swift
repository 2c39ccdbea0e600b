import ArgumentParser
import Features
import Files
import Foundation
import HRVQ

/// `hrvq sample`.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Generate images with a model and its priors.",
        discussion: """
            Writes one picture of all samples. The same seed gives the same images, whatever --count is. With several \
            classes every column of the picture is one of them.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var sampling: SamplingOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("How many images.", valueName: "count"))
    var count = 64

    @Option(
        help: "The picture to write, *.png.", completion: .file(extensions: ["png"]),
        transform: ResultKind.png.path)
    var output: String

    @Option(parsing: .unconditional, help: ArgumentHelp("Images in a row of the picture.", valueName: "count"))
    var columns: Int?

    @Option(
        help: "Write each image into this folder too, as 0000.png, 0001.png, …", completion: .directory,
        transform: ResultKind.folder.path)
    var images: String?

    @Option(
        help: "Write the codes to this file too, *.safetensors.", completion: .file(extensions: ["safetensors"]),
        transform: ResultKind.safetensors.path)
    var codes: String?

    @Option(
        help: ArgumentHelp(
            "Show below each sample the nearest training image of this data set ('-' for glyphs), to see that it is no"
                + " copy.", valueName: "data"), completion: .directory)
    var nearest: String?

    @Option(
        help: "Count how many samples this classifier takes for the class that was asked.", completion: .directory)
    var classifier: String?

    @OptionGroup var json: JSONOptions

    @Flag(help: "Replace files that exist.")
    var force = false

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if !(1...1_000_000).contains(count) {
            throw ValidationError("--count is \(count); it must be 1 to 1000000")
        }
        if let columns, columns < 1 { throw ValidationError("--columns is \(columns); it must be 1 or more") }
        if classifier != nil, sampling.classes == nil {
            throw ValidationError("--classifier needs --class, the classes that it is to recognise")
        }
    }

    func run() throws {
        if let images { try OutputPath.refuseExisting(images, force: force) }
        var outputs = OutputGuard(force: force, quiet: quiet)
        outputs.reads(model: model.run)
        outputs.reads(model: sampling.prior)
        outputs.reads(model: classifier)
        outputs.reads(data: nearest == OutputPath.standard ? nil : nearest, of: model.run)
        outputs.writes(output, .png)
        outputs.writes(folder: images, files: try earlierPictures())
        outputs.writes(codes, .codes)
        outputs.writes(json.file, .json, remedy: JSONOptions.remedy)
        try outputs.check()
        let (configuration, autoencoder, device) = try model.load()
        let decoder = try CodeDecoder(autoencoder, configuration, device: device)
        let priors = try PriorFolder(URL(fileURLWithPath: sampling.prior)).load(on: device, precision: model.precision)
        try priors.check(decoder.space, path: model.run)
        // What can be wrong should be so before the work is done.
        let recognizer = try classifier.map { try loadClassifier($0, priors.space.classNames, device) }
        let dataset = try nearest.map {
            try configuration.data.open(
                DataOptions.folder($0 == OutputPath.standard ? nil : $0, of: model.run, configuration, quiet: quiet),
                split: .train)
        }
        let seed = sampling.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        let classes = try sampling.classNumbers(in: priors.space)
        let request = ImageSampler.Request(
            count: count, classes: classes, settings: try sampling.settings(layers: priors.networks.count), seed: seed)
        try decoder.requireMemory(images: nearest == nil ? count : 2 * count)
        let size = configuration.data
        try layout(count, classes: classes.count, width: size.width)
            .size(of: nearest == nil ? count : 2 * count, width: size.width, height: size.height)
        let sampler = try ImageSampler(priors, device: device)
        let interruption = Interruption()
        let counter = ProgressCounter("sampling", quiet: quiet)
        let start = ProcessInfo.processInfo.systemUptime
        let sampled = try sampler.sample(
            request, progress: { counter.show($1, of: count, "layer \($0 + 1): ") },
            shouldStop: { interruption.isAsked })
        counter.finish()
        guard let sampled else { throw interruption.exitCode }
        interruption.end()
        let seconds = ProcessInfo.processInfo.systemUptime - start
        let pictures = try decoder.images(sampled.codes)
        var report = SampleReport(
            seed: seed, images: count, seconds: seconds, classes: classes.map { priors.space.classNames[$0] })
        if let recognizer, let labels = sampled.labels {
            report.recognised = try recognised(recognizer, pictures, labels, priors.space.classNames)
        }
        let share = configuration.data.maximumSkippedShare
        let shown = try dataset.map { try withNearest(pictures, $0, share, &report) } ?? pictures
        try AtomicGroup.write {
            try write(shown, pictures, classes: classes.count)
            if let codes {
                var space = priors.space
                if sampled.labels == nil { space.classNames = [] }
                try CodesFile(
                    codes: sampled.codes, indices: Array(0..<count), labels: sampled.labels, space: space,
                    notes: ["generator": "hrvq", "split": "sampled", "seed": "\(seed)"]
                ).write(to: URL(fileURLWithPath: codes))
            }
            try show(report)
        }
    }

    /// About a square, of which every column is one class.
    private func layout(_ count: Int, classes: Int, width: Int) -> PictureGrid {
        let square = Double(count).squareRoot() / Double(max(classes, 1))
        let perRow = min(columns ?? max(Int(square.rounded()), 1) * max(classes, 1), count)
        return PictureGrid(columns: perRow, gap: 2, scale: max(1, 64 / max(width, 1)))
    }

    /// The picture and, if wanted, single ones.
    private func write(_ shown: [PixelImage], _ pictures: [PixelImage], classes: Int) throws {
        let grid = layout(pictures.count, classes: classes, width: pictures[0].width)
        var ordered: [PixelImage] = shown
        if shown.count > pictures.count {
            // Rows of samples, each above the row of their nearest images.
            ordered = try PairedRows.interleave(
                Array(shown[..<pictures.count]), Array(shown[pictures.count...]), columns: grid.columns)
        }
        try grid.image(of: ordered).writePNG(to: output)
        guard let images else { return }
        let folder = URL(fileURLWithPath: images)
        // Pictures of an earlier call would pass for this one's.
        let earlier = try earlierPictures()
        try FolderReplacement.write(in: folder, replacing: earlier) { folder in
            for (index, picture) in pictures.enumerated() {
                try picture.writePNG(to: folder.appendingPathComponent(Self.pictureName(index)).path)
            }
        }
        if !earlier.isEmpty, !quiet {
            printError("replaced \(earlier.count) pictures of an earlier call in \(name: images)")
        }
    }

    /// The pictures of an earlier call in the folder of ``images``: numbered from 0000.png without a gap, and alike in
    /// size.
    ///
    /// - Throws: ``OutputError/foreignFolder(path:expected:names:)`` where the folder holds anything else.
    private func earlierPictures() throws -> [String] {
        guard let images, try FileStatus.of(images)?.kind == .folder else { return [] }
        let url = URL(fileURLWithPath: images)
        // A call that was killed may have left a part of its work.
        try FolderReplacement.finish(url)
        let names = try FolderContents.names(of: url).filter { !FolderReplacement.isInternal($0) }.sorted()
        let numbered = Set(names.indices.map(Self.pictureName))
        // The first bytes of a PNG file up to its size.
        let headers = names.map { FileReader.start(of: url.appendingPathComponent($0).path, count: 24) }
        let foreign = zip(names, headers).filter { !numbered.contains($0) || FileContent(Data($1)) != .png }.map(\.0)
        guard foreign.isEmpty else {
            throw OutputError.foreignFolder(
                path: images, expected: "a folder of pictures that 'hrvq sample' wrote", names: foreign)
        }
        // Pictures of one call are of one size.
        guard Set(headers).count <= 1 else {
            throw OutputError.foreignFolder(
                path: images, expected: "a folder of pictures that 'hrvq sample' wrote, as their sizes differ",
                names: names)
        }
        return names
    }

    private static func pictureName(_ index: Int) -> String {
        let number = String(index)
        return String(repeating: "0", count: max(4 - number.count, 0)) + number + ".png"
    }

    private func withNearest(
        _ pictures: [PixelImage], _ dataset: any ImageDataset, _ maximumSkippedShare: Double,
        _ report: inout SampleReport
    ) throws -> [PixelImage] {
        let counter = ProgressCounter("searching", quiet: quiet)
        var skipped: [SkippedImage] = []
        let found = try NearestImages.search(
            for: pictures, in: dataset, maximumSkippedShare: maximumSkippedShare, skipped: { skipped.append($0) },
            progress: { counter.show($0, of: $1) })
        counter.finish()
        for image in skipped { printError("skipped: \(name: image.reason.programText)") }
        let neighbours = try found.map { try dataset.item(at: $0.index, crop: .centre) }
        let distances = found.map(\.distance).sorted()
        report.nearest = .init(
            smallest: distances[0], median: distances[distances.count / 2],
            copies: zip(pictures, neighbours).count { $0 == $1 })
        return pictures + neighbours
    }

    private func loadClassifier(_ path: String, _ names: [String], _ device: Device) throws -> ImageClassifier {
        let classifier = try ClassifierFolder(URL(fileURLWithPath: path)).load(on: device)
        guard classifier.configuration.classNames == names else {
            throw PriorError.otherClasses(found: classifier.configuration.classNames, expected: names)
        }
        return classifier
    }

    private func recognised(
        _ classifier: ImageClassifier, _ pictures: [PixelImage], _ labels: [Int], _ names: [String]
    ) throws -> ClassifierAccuracy {
        let found = try classifier.classify(
            pictures.flatMap(\.pixels), count: pictures.count, height: pictures[0].height, width: pictures[0].width,
            channels: pictures[0].channels)
        return ClassifierAccuracy(found: found, labels: labels, names: names)
    }

    private func show(_ report: SampleReport) throws {
        try json.show(ReportJSON.data(report), text: report.text)
        if !quiet { printError("see \(name: output)") }
    }
}
