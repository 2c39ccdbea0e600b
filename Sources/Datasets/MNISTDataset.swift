import Files
import Foundation
import Images

/// MNIST, and data sets in its format such as Fashion-MNIST: grey images with labels 0 to 9.
public struct MNISTDataset: ImageDataset {
    /// The number of images.
    public let count: Int
    /// [1, height, width]; 1 x 28 x 28 for MNIST.
    public let shape: ImageShape
    /// `0` to `9`.
    public let classNames = (0...9).map(String.init)
    private let images: [UInt8]
    private let labels: [UInt8]
    private let fileName: String

    /// Reads `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, or `t10k-…` for the test split, from a
    /// folder; with `.gz` or without, and also under the names with a dot (`train-images.idx3-ubyte`).
    ///
    /// - Throws: ``DatasetError/missing(folder:expected:cure:)``; `FileError` for a file that breaks its format.
    public init(folder: String, split: Split) throws {
        let part = split == .train ? "train" : "t10k"
        let imageURL = try Self.find("\(part)-images", axes: 3, folder: folder)
        let labelURL = try Self.find("\(part)-labels", axes: 1, folder: folder)
        try self.init(
            images: (IDXFile(imageURL, axes: 3), imageURL.path), labels: (IDXFile(labelURL, axes: 1), labelURL.path))
    }

    /// Puts two files together that were read.
    ///
    /// - Throws: `FileError` where they do not fit each other, ``DatasetError/invalidSetting(name:value:expected:)`` for
    ///   images of impossible sides.
    package init(images: (file: IDXFile, path: String), labels: (file: IDXFile, path: String)) throws {
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
    }

    /// The digit, 0 to 9.
    public func label(at index: Int) -> Int? { Int(labels[index]) }

    /// The files are read when the data set is opened.
    public var isInMemory: Bool { true }

    /// The image; there is nothing to crop.
    ///
    /// - Throws: Nothing that a file could cause.
    public func item(at index: Int, crop: Crop) throws -> PixelImage {
        try PixelImage(
            width: shape.width, height: shape.height, channels: 1,
            pixels: Array(images[(index * shape.byteCount)..<((index + 1) * shape.byteCount)]))
    }

    /// The file and the number in it.
    public func name(at index: Int) -> String { "\(fileName)#\(index)" }

    private static func find(_ stem: String, axes: Int, folder: String) throws -> URL {
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        let names = ["\(stem)-idx\(axes)-ubyte", "\(stem).idx\(axes)-ubyte"].flatMap { [$0, $0 + ".gz"] }
        for name in names {
            let url = root.appendingPathComponent(name)
            if FileManager.default.fileExists(atPath: url.path) { return url }
        }
        throw DatasetError.missing(
            folder: folder, expected: ["\(names[0]) or \(names[1])"], cure: "put MNIST's four files there")
    }
}
