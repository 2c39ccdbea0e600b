import Files
import Foundation
import Images

/// MNIST, and data sets in its format such as Fashion-MNIST: grey images with labels 0 to 9.
package struct MNISTDataset: ImageDataset {
    /// The number of images.
    package let count: Int
    /// [1, height, width]; 1 x 28 x 28 for MNIST.
    package let shape: ImageShape
    /// `0` to `9`.
    package let classNames: [String] = (0...9).map(String.init)
    private let images: [UInt8]
    private let labels: [UInt8]
    private let fileName: String

    /// What was found.
    package let summary: DatasetSummary

    /// Reads `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, or `t10k-…` for the test split.
    ///
    /// They may lie in the folder itself, in its sub-folders `MNIST/raw`, `FashionMNIST/raw` or `raw` (torchvision), or
    /// each in a folder of its own name (Kaggle); with `.gz` or without, and also under the names with a dot
    /// (`train-images.idx3-ubyte`). Whether a file is compressed is told by its content.
    ///
    /// - Throws: ``DatasetError/missing(folder:expected:remedy:)``; `FileError` for a file that breaks its format, or is
    ///   none.
    package init(folder: String, split: Split) throws {
        let (images, labels) = try Self.files(of: split, in: folder)
        try self.init(
            images: (IDXFile(images, axes: 3), images.path), labels: (IDXFile(labels, axes: 1), labels.path),
            split: split)
    }

    /// Puts two files together that were read.
    ///
    /// - Throws: `FileError` where they do not fit each other, ``DatasetError/invalidSetting(name:value:expected:)`` for
    ///   images of impossible sides.
    package init(
        images: (file: IDXFile, path: String), labels: (file: IDXFile, path: String), split: Split = .train
    ) throws {
        let (imageFile, labelFile) = (images.file, labels.file)
        let name = URL(fileURLWithPath: images.path).lastPathComponent
        guard imageFile.sizes[0] == labelFile.sizes[0] else {
            throw FileError.malformed(
                path: labels.path, reason: "it holds \(labelFile.sizes[0]) labels",
                expected: "\(imageFile.sizes[0]), as many as \(name) has images")
        }
        if let wrong = labelFile.bytes.firstIndex(where: { $0 > 9 }) {
            throw FileError.malformed(
                path: labels.path, reason: "label number \(wrong) is \(labelFile.bytes[wrong])",
                expected: "labels from 0 to 9")
        }
        count = imageFile.sizes[0]
        shape = ImageShape(channels: 1, height: imageFile.sizes[1], width: imageFile.sizes[2])
        try shape.check()
        self.images = imageFile.bytes
        self.labels = labelFile.bytes
        fileName = name
        summary = DatasetSummary(
            images: [split: count], classNames: classNames,
            labels: "from \(URL(fileURLWithPath: labels.path).lastPathComponent)")
    }

    /// The digit, 0 to 9.
    package func label(at index: Int) -> Int? { Int(labels[index]) }

    /// The files are read when the data set is opened.
    package var isInMemory: Bool { true }

    /// The image; there is nothing to crop.
    ///
    /// - Throws: Nothing that a file could cause.
    package func item(at index: Int, crop: Crop) throws -> PixelImage {
        try PixelImage(
            width: shape.width, height: shape.height, channels: 1,
            pixels: Array(images[(index * shape.byteCount)..<((index + 1) * shape.byteCount)]))
    }

    /// The file and the number in it.
    package func name(at index: Int) -> String { "\(fileName)#\(index)" }

    /// A digest of all pixels and labels.
    ///
    /// - Throws: `DigestError`.
    package func fingerprint() throws -> DatasetFingerprint {
        var digest = try DatasetFingerprint.Digest(images: count)
        try digest.add(name: "idx", size: shape.byteCount)
        try images.withUnsafeBytes { try digest.add(content: $0) }
        try labels.withUnsafeBytes { try digest.add(content: $0) }
        return try digest.finish()
    }

    /// Sub-folders in which torchvision and others put the files.
    private static let places = ["", "MNIST/raw/", "FashionMNIST/raw/", "raw/"]

    private static func files(of split: Split, in folder: String) throws -> (images: URL, labels: URL) {
        let part = split == .train ? "train" : "t10k"
        var lacking: [[String]] = []
        for place in places {
            let root = URL(fileURLWithPath: folder, isDirectory: true).appendingPathComponent(place, isDirectory: true)
            let images = find("\(part)-images", axes: 3, in: root)
            let labels = find("\(part)-labels", axes: 1, in: root)
            if let images, let labels { return (images, labels) }
            let names = [(images, "\(part)-images-idx3-ubyte"), (labels, "\(part)-labels-idx1-ubyte")]
            lacking.append(names.filter { $0.0 == nil }.map { "\(place)\($0.1) or \(place)\($0.1).gz" })
        }
        // Of all places, the one that lacks least is the one that was meant.
        throw DatasetError.missing(
            folder: folder, expected: lacking.min { $0.count < $1.count } ?? [], remedy: "put MNIST's four files there")
    }

    /// A file under one of its names, or in a folder of such a name. What lies there and is no file is found too, and
    /// refused when it is read.
    private static func find(_ stem: String, axes: Int, in root: URL) -> URL? {
        let names = ["\(stem)-idx\(axes)-ubyte", "\(stem).idx\(axes)-ubyte"].flatMap { [$0, $0 + ".gz"] }
        for name in names {
            let url = root.appendingPathComponent(name, isDirectory: false)
            switch FileStatus.kind(of: url.path) {
            case nil: continue
            case .folder:
                let inner = names.map { url.appendingPathComponent($0, isDirectory: false) }
                if let found = inner.first(where: { FileStatus.kind(of: $0.path) != nil }) { return found }
            case .file, .link, .other: return url
            }
        }
        return nil
    }
}
