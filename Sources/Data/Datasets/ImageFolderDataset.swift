import Files
import Foundation
import Images

/// The pictures below a folder, scaled and cropped to one shape.
///
/// Folders `train` (or `training`) and `test`, `testing`, `eval`, `val`, `valid`, `validation` or `dev`, in any letter
/// case, are the splits; where there is no folder of test images, a share of the files is held out, chosen by a hash of
/// the relative path. Folders in a split are its classes, as in torchvision's `ImageFolder`; labels are those of the
/// training images. ``summary`` says what was found.
package struct ImageFolderDataset: ImageDataset {
    /// The number of images of this split.
    package let count: Int
    /// The shape every picture is brought to.
    package let shape: ImageShape
    /// The names of the class folders of the training images, in the order of their bytes; empty where the images of this
    /// split have no labels.
    package let classNames: [String]
    /// What was found, and what was left out.
    package let summary: DatasetSummary
    private let root: URL
    private let paths: [String]
    private let labels: [Int]

    /// Lists a folder; no picture is opened, but for files of unknown kinds, of which 16 bytes are read.
    ///
    /// - Parameters:
    ///   - folder: Holds JPEG, PNG and WebP files at any depth; symbolic links are followed.
    ///   - split: Which part.
    ///   - shape: What every picture is brought to.
    ///   - testShare: The share held out for the test split, 0 ... 1, where no sub-folders say.
    /// - Throws: ``DatasetError`` for a missing folder, one without images, folders that cannot be told to be splits or
    ///   classes, test images of classes that the training images lack, or settings out of range;
    ///   `FileError.unreadable` for a folder that cannot be listed.
    package init(folder: String, split: Split, shape: ImageShape, testShare: Double = 0.1) throws {
        try self.init(Self.layout(folder, shape, testShare), folder: folder, split: split, shape: shape)
    }

    /// Both splits, of one listing.
    ///
    /// - Throws: As ``init(folder:split:shape:testShare:)``.
    package static func splits(
        folder: String, shape: ImageShape, testShare: Double
    ) throws -> (training: ImageFolderDataset, test: ImageFolderDataset) {
        let layout = try layout(folder, shape, testShare)
        return (
            try ImageFolderDataset(layout, folder: folder, split: .train, shape: shape),
            try ImageFolderDataset(layout, folder: folder, split: .test, shape: shape)
        )
    }

    private static func layout(_ folder: String, _ shape: ImageShape, _ testShare: Double) throws -> ImageFolderLayout {
        try shape.check()
        guard (0...1).contains(testShare) else {
            throw DatasetError.invalidSetting(name: "testShare", value: "\(testShare)", expected: "0 to 1")
        }
        guard try FileStatus.of(folder)?.kind == .folder else {
            throw DatasetError.missing(
                folder: folder, expected: ["a folder with JPEG, PNG or WebP files"], remedy: "check the path")
        }
        return try ImageFolderLayout(folder, testShare: testShare)
    }

    private init(_ layout: ImageFolderLayout, folder: String, split: Split, shape: ImageShape) throws {
        let part = split == .train ? layout.training : layout.test
        let other = split == .train ? layout.test : layout.training
        guard let part, !part.paths.isEmpty else {
            let reason =
                layout.training == nil && layout.test != nil
                ? "there is no folder 'train' beside \(layout.test?.place ?? "")"
                : other?.paths.isEmpty ?? true
                    ? "there is none at all"
                    : "the other split has all \(other?.paths.count ?? 0)"
            throw DatasetError.noImages(
                folder: part?.root ?? folder, split: split, reason: reason, leftOut: layout.leftOut)
        }
        self.shape = shape
        count = part.paths.count
        root = URL(fileURLWithPath: part.root, isDirectory: true)
        paths = part.paths
        labels = part.labels
        classNames = part.classNames
        summary = DatasetSummary(layout)
    }

    /// The number of the sub-folder, or `nil` where images lie outside of sub-folders.
    package func label(at index: Int) -> Int? { labels.isEmpty ? nil : labels[index] }

    /// The picture, scaled (antialiased, aspect ratio kept) to the smallest size that covers the shape, then
    /// cropped: torchvision's `Resize` and `CenterCrop`, where a JPEG at least four times as large is decoded at a part of
    /// its size first (`PixelImage.readFitted`). For a square shape the shorter side becomes the shape's.
    ///
    /// - Throws: `FileError` or `ImageError` naming the file.
    package func item(at index: Int, crop: Crop) throws -> PixelImage {
        try PixelImage.readFitted(
            name(at: index), channels: shape.channels, width: shape.width, height: shape.height
        ) { crop.origin(spareWidth: $0, spareHeight: $1) }
    }

    /// The path of the file.
    package func name(at index: Int) -> String { root.appendingPathComponent(paths[index], isDirectory: false).path }

    /// The names of all files, in order, with their sizes and the first bytes of some of them.
    ///
    /// - Throws: `DigestError`.
    package func fingerprint() throws -> DatasetFingerprint {
        var digest = try DatasetFingerprint.Digest(images: count)
        for (index, path) in paths.enumerated() {
            // A file that is gone since has no size, and is found when it is read.
            try digest.add(name: path, size: (try? FileStatus.of(name(at: index)))?.size ?? -1)
        }
        for index in DatasetFingerprint.sampled(of: count) {
            try digest.add(content: FileReader.start(of: name(at: index), count: DatasetFingerprint.sampledBytes))
        }
        return try digest.finish()
    }
}
