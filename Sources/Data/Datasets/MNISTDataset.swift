import Files
import Foundation
import Images

/// MNIST, and data sets in its format: Fashion-MNIST, KMNIST, EMNIST, QMNIST. Grey images with labels.
package struct MNISTDataset: ImageDataset {
    /// The number of images.
    package let count: Int
    /// [1, height, width]; 1 x 28 x 28 for MNIST.
    package let shape: ImageShape
    /// `0` to `9`; the characters of EMNIST.
    package let classNames: [String]
    private let images: [UInt8]
    private let labels: [UInt8]
    private let fileName: String
    /// EMNIST's images are written column by column.
    private let isTransposed: Bool

    /// What was found.
    package let summary: DatasetSummary

    /// Reads the files of a split in a folder; see ``init(_:split:)``.
    package init(folder: String, split: Split) throws { try self.init(FolderFiles(folder), split: split) }

    /// Reads `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, or `t10k-…` for the test split.
    ///
    /// They may lie in the source itself, in sub-folders such as `MNIST/raw` (torchvision), or each in a folder of its own
    /// name (Kaggle); with `.gz` or without, and also under the names with a dot (`train-images.idx3-ubyte`). Whether a file
    /// is compressed is told by its content. EMNIST's and QMNIST's files have their names before these. Images of EMNIST are
    /// turned upright, and its classes are those of its `mapping.txt`; labels of its letters begin with 1, and here with 0.
    ///
    /// - Throws: ``DatasetError/missing(folder:expected:remedy:)``,
    ///   ``DatasetError/unclearFolders(folder:reason:remedy:)``; `FileError` for a file that breaks its format, or is none.
    package init(_ source: any FileSource, split: Split) throws {
        let found = try MNISTFiles(source).find(split)
        func read(_ path: String) throws -> (data: Data, path: String) {
            (try source.read(path, limit: nil), source.name(of: path))
        }
        let (images, labels) = (try read(found.images), try read(found.labels))
        let labelAxes = found.labels.contains("idx2-int") ? 2 : 1
        try self.init(
            images: (IDXFile(images.data, path: images.path, axes: 3), images.path),
            labels: (IDXFile(labels.data, path: labels.path, axes: labelAxes, isInteger: labelAxes == 2), labels.path),
            variant: found.prefix, mapping: found.mapping.map { try read($0) }, split: split)
    }

    /// Puts two files together that were read.
    ///
    /// - Parameters:
    ///   - variant: What the files' names begin with: `emnist-letters-`; empty for MNIST.
    ///   - mapping: EMNIST's file of what labels mean.
    /// - Throws: `FileError` where they do not fit each other, ``DatasetError/invalidSetting(name:value:expected:)`` for
    ///   images of impossible sides.
    package init(
        images: (file: IDXFile, path: String), labels: (file: IDXFile, path: String), variant: String = "",
        mapping: (data: Data, path: String)? = nil, split: Split = .train
    ) throws {
        let (imageFile, labelFile) = (images.file, labels.file)
        let name = URL(fileURLWithPath: images.path).lastPathComponent
        guard imageFile.sizes[0] == labelFile.sizes[0] else {
            throw FileError.malformed(
                path: labels.path, reason: "it holds \(labelFile.sizes[0]) labels",
                expected: "\(imageFile.sizes[0]), as many as \(name) has images")
        }
        let isEMNIST = variant.hasPrefix("emnist-")
        let first = variant == "emnist-letters-" ? 1 : 0
        var names = (0...9).map(String.init)
        if isEMNIST {
            let most = Int(labelFile.bytes.max() ?? 0)
            names =
                try mapping.map { try Self.characters($0.data, path: $0.path, from: first) }
                ?? (0...max(0, most - first)).map(String.init)
        }
        if let wrong = labelFile.bytes.firstIndex(where: { $0 < first || Int($0) >= names.count + first }) {
            throw FileError.malformed(
                path: labels.path, reason: "label number \(wrong) is \(labelFile.bytes[wrong])",
                expected: "labels from \(first) to \(names.count + first - 1)")
        }
        count = imageFile.sizes[0]
        isTransposed = isEMNIST
        shape =
            isTransposed
            ? ImageShape(channels: 1, height: imageFile.sizes[2], width: imageFile.sizes[1])
            : ImageShape(channels: 1, height: imageFile.sizes[1], width: imageFile.sizes[2])
        try shape.check()
        classNames = names
        self.images = imageFile.bytes
        self.labels = first == 0 ? labelFile.bytes : labelFile.bytes.map { $0 - UInt8(first) }
        fileName = name
        summary = DatasetSummary(
            images: [split: count], classNames: classNames,
            labels: "from \(URL(fileURLWithPath: labels.path).lastPathComponent)",
            notices: isTransposed ? ["images of EMNIST are written column by column, and are turned upright"] : [])
    }

    /// EMNIST's mapping: a label and the code of its character a line.
    private static func characters(_ data: Data, path: String, from first: Int) throws -> [String] {
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
        return try lines.enumerated().map { index, line in
            let fields = line.split(separator: " ").compactMap { Int($0) }
            guard fields.count >= 2, fields[0] == index + first, let code = UnicodeScalar(UInt32(clamping: fields[1]))
            else {
                throw FileError.malformed(
                    path: path, reason: "line \(index + 1) is '\(line)'",
                    expected: "\(index + first) and the code of a character")
            }
            return String(Character(code))
        }
    }

    /// The class, from 0.
    package func label(at index: Int) -> Int? { Int(labels[index]) }

    /// The files are read when the data set is opened.
    package var isInMemory: Bool { true }

    /// The image; there is nothing to crop.
    ///
    /// - Throws: Nothing that a file could cause.
    package func item(at index: Int, crop: Crop) throws -> PixelImage {
        let stored = images[(index * shape.byteCount)..<((index + 1) * shape.byteCount)]
        guard isTransposed else {
            return try PixelImage(width: shape.width, height: shape.height, channels: 1, pixels: Array(stored))
        }
        let pixels = (0..<shape.height).flatMap { row in
            (0..<shape.width).map { stored[stored.startIndex + $0 * shape.height + row] }
        }
        return try PixelImage(width: shape.width, height: shape.height, channels: 1, pixels: pixels)
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
}
