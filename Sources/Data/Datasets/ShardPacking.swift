import Archives
import Files
import Foundation
import Images

extension ImageDataset {
    /// Whether images are files of their own, or members of archives.
    package var isOfFiles: Bool { self is PictureDataset }
}

/// Writes a data set as WebDataset shards, so that training reads a few large files in the place of many small ones.
///
/// Shards are `train-000000.tar`, … and `test-000000.tar`, … of samples `000000000.jpg` with `000000000.cls`; the number is
/// the image's in its split, so that the order is the data set's. `shards.json` lists them with digests, and has the names of
/// the classes. A shard appears whole or not at all, and packing goes on where an earlier one ended.
package struct ShardPacking {
    /// What becomes of images.
    package enum Form: Sendable, Equatable {
        /// The bytes of their files.
        case original
        /// JPEG of a quality from 1 to 100.
        case jpeg(quality: Int)
        /// PNG, which loses nothing.
        case png
        /// The pixels as they are: large files, and no time to decode.
        case ppm

        package var name: String {
            switch self {
            case .original: "original"
            case .jpeg(let quality): "jpeg \(quality)"
            case .png: "png"
            case .ppm: "ppm"
            }
        }
    }

    /// What `shards.json` holds.
    package struct Manifest: Codable, Sendable, Equatable {
        /// A file.
        package struct Shard: Codable, Sendable, Equatable {
            package var name: String
            package var images: Int
            package var bytes: Int
            package var sha256: String
        }

        /// What the file is.
        package var format = "hrvq shards"
        /// ``Form``'s name.
        package var form: String
        /// The shape that images were brought to; `nil` where they were left as they are.
        package var shape: ImageShape?
        /// Images of a shard.
        package var imagesPerShard: Int
        /// What tells the source's splits from others.
        package var source: [String: DatasetFingerprint]
        /// What labels mean.
        package var classNames: [String]
        /// The shards that are whole.
        package var shards: [Shard] = []
        /// Whether all are there.
        package var isComplete = false
    }

    /// The name of the manifest.
    package static let manifestName = "shards.json"

    private let datasets: [(split: Split, dataset: any ImageDataset)]
    private let form: Form
    private let imagesPerShard: Int
    private let workers: Int
    private var manifest: Manifest

    /// Prepares packing.
    ///
    /// - Parameters:
    ///   - datasets: The splits, at least one.
    ///   - form: What images become. ``Form/original`` needs pictures in files or archives.
    ///   - isResized: Whether images are brought to the data sets' shape.
    ///   - imagesPerShard: 1 or more.
    ///   - workers: Threads that read and encode.
    /// - Throws: ``DatasetError/invalidSetting(name:value:expected:)``; `DigestError`, `FileError`.
    package init(
        _ datasets: [(split: Split, dataset: any ImageDataset)], form: Form, isResized: Bool, imagesPerShard: Int,
        workers: Int
    ) throws {
        guard imagesPerShard > 0 else {
            throw DatasetError.invalidSetting(
                name: "the images of a shard", value: "\(imagesPerShard)", expected: "1 or more")
        }
        if form == .original, let other = datasets.first(where: { !($0.dataset is PictureDataset) }) {
            throw DatasetError.invalidSetting(
                name: "the form of the images", value: form.name,
                expected: "jpeg, png or ppm: the images of \(other.dataset.name(at: 0)) are no files of their own")
        }
        self.datasets = datasets
        self.form = form
        self.imagesPerShard = imagesPerShard
        self.workers = workers
        manifest = Manifest(
            form: form.name, shape: isResized ? datasets.first?.dataset.shape : nil, imagesPerShard: imagesPerShard,
            source: try Dictionary(
                uniqueKeysWithValues: datasets.map { ($0.split.rawValue, try $0.dataset.fingerprint()) }),
            classNames: datasets.first?.dataset.classNames ?? [])
    }

    /// Packs what is not packed yet.
    ///
    /// - Parameters:
    ///   - folder: The folder of the shards; it is made. What lies there and was packed in the same way is kept.
    ///   - progress: Told how many images are packed, of how many.
    /// - Returns: The shards, and images that were left out as they cannot be read.
    /// - Throws: `FileError.exists` for a folder of something else; ``DatasetError/tooManySkipped(bad:seen:limit:examples:)``
    ///   where more than a hundredth of the images cannot be read.
    package func run(
        into folder: URL, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws -> (manifest: Manifest, skipped: [SkippedImage]) {
        var manifest = try started(in: folder)
        let total = datasets.reduce(0) { $0 + $1.dataset.count }
        var done = 0
        var skipped: [SkippedImage] = []
        for (split, dataset) in datasets {
            let hasLabels = dataset.label(at: 0) != nil
            for (number, first) in stride(from: 0, to: dataset.count, by: imagesPerShard).enumerated() {
                let range = first..<min(first + imagesPerShard, dataset.count)
                let digits = String(1_000_000 + number).dropFirst()
                let url = folder.appendingPathComponent("\(split.rawValue)-\(digits).tar")
                if let kept = manifest.shards.first(where: { $0.name == url.lastPathComponent }),
                    try FileStatus.of(url.path)?.size == kept.bytes
                {
                    done += range.count
                    continue
                }
                manifest.shards.removeAll { $0.name == url.lastPathComponent }
                let images = try write(
                    dataset, range, hasLabels, to: url, &skipped
                ) { progress(done + $0, total) }
                done += range.count
                guard skipped.count * 100 <= max(done, 1000) else {
                    throw DatasetError.tooManySkipped(bad: skipped.count, seen: done, limit: 0.01, examples: skipped)
                }
                let data = try FileReader.read(url)
                manifest.shards.append(
                    .init(
                        name: url.lastPathComponent, images: images, bytes: data.count,
                        sha256: try SHA256Digest.digest(of: data)))
                try save(manifest, in: folder)
            }
        }
        manifest.isComplete = true
        try save(manifest, in: folder)
        return (manifest, skipped)
    }

    private func save(_ manifest: Manifest, in folder: URL) throws {
        try AtomicFile.write(
            ReportJSON.data(manifest), to: folder.appendingPathComponent(Self.manifestName))
    }

    /// The manifest of what is there, if it was packed in the same way.
    private func started(in folder: URL) throws -> Manifest {
        let url = folder.appendingPathComponent(Self.manifestName)
        try AtomicFolder.create(folder)
        guard try FileStatus.exists(url) else {
            guard try FolderContents.names(of: folder).isEmpty else {
                throw FileError.exists(path: folder.path, remedy: "choose another \(phrase: .output), or empty it")
            }
            try save(manifest, in: folder)
            return manifest
        }
        let data = try FileReader.read(url, limit: FileReader.textLimit)
        guard let found = try? JSONDecoder().decode(Manifest.self, from: data) else {
            throw FileError.malformed(
                path: url.path, reason: "it is no list of shards", expected: "what an earlier packing wrote")
        }
        var same = found
        (same.shards, same.isComplete) = ([], false)
        guard same == manifest else {
            throw FileError.exists(
                path: folder.path,
                remedy: "it has shards of other images or settings; choose another \(phrase: .output)")
        }
        return found
    }

    /// Writes a shard; gives the number of its images.
    private func write(
        _ dataset: any ImageDataset, _ range: Range<Int>, _ hasLabels: Bool, to url: URL,
        _ skipped: inout [SkippedImage], progress: (Int) -> Void
    ) throws -> Int {
        let form = form
        let prefetcher = OrderedPrefetcher<Result<(bytes: [UInt8], end: String), any Error>>(
            first: range.lowerBound, end: range.upperBound, workers: workers, depth: 4 * max(workers, 1)
        ) { index in Result { try Self.encoded(dataset, index, form) } }
        defer { prefetcher.stop() }
        var images = 0
        var left: [SkippedImage] = []
        try AtomicFile.write(to: url) { sink in
            let writer = try ArchiveWriter(sink, path: url.path)
            for index in range {
                guard let result = prefetcher.next() else { break }
                switch result {
                case .success(let (bytes, end)):
                    let key = String(1_000_000_000 + index).dropFirst()
                    try writer.add("\(key).\(end)", bytes)
                    if hasLabels, let label = dataset.label(at: index) {
                        try writer.add("\(key).cls", Array(String(label).utf8))
                    }
                    images += 1
                case .failure(let error):
                    left.append(
                        SkippedImage(index: index, name: dataset.name(at: index), reason: Message(error)))
                }
                progress(index - range.lowerBound + 1)
            }
            try writer.finish()
        }
        skipped += left
        return images
    }

    private static func encoded(
        _ dataset: any ImageDataset, _ index: Int, _ form: Form
    ) throws -> (bytes: [UInt8], end: String) {
        switch form {
        case .original:
            guard let pictures = dataset as? PictureDataset else { throw DatasetError.stopped }
            let bytes = try pictures.bytes(at: index)
            // What cannot be read is left out here, and not in every epoch of every run.
            _ = try PixelImage.decode(bytes, channels: 3, name: dataset.name(at: index))
            return (bytes, ImageFormat(magic: bytes)?.fileExtension ?? "jpg")
        case .jpeg(let quality):
            return ([UInt8](try dataset.item(at: index, crop: .centre).jpegData(quality: quality)), "jpg")
        case .png: return ([UInt8](try dataset.item(at: index, crop: .centre).pngData()), "png")
        case .ppm: return (try dataset.item(at: index, crop: .centre).ppmData(), "ppm")
        }
    }
}
