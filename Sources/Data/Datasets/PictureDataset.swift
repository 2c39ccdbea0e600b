import Files
import Foundation
import Images

/// Pictures in files, in a folder or in archives, scaled and cropped to one shape.
///
/// Which files they are, in which split and of which class, a ``DatasetLayout`` has found; ``summary`` says it.
package struct PictureDataset: ImageDataset {
    /// The number of images of this split.
    package let count: Int
    /// The shape every picture is brought to.
    package let shape: ImageShape
    /// What labels mean; empty where the images of this split have no labels.
    package let classNames: [String]
    /// What was found, and what was left out.
    package let summary: DatasetSummary
    private let source: any FileSource
    private let part: ImageListing.Part

    /// Lists a folder; no picture is opened, but for files of unknown kinds, of which 16 bytes are read.
    ///
    /// - Parameters:
    ///   - folder: Holds JPEG, PNG, WebP and PPM files at any depth; symbolic links are followed.
    ///   - split: Which part.
    ///   - shape: What every picture is brought to.
    ///   - testShare: The share held out for the test split, 0 ... 1, where no sub-folders say.
    /// - Throws: ``DatasetError`` for a missing folder, one without images, folders that cannot be told to be splits or
    ///   classes, test images of classes that the training images lack, or settings out of range;
    ///   `FileError.unreadable` for a folder that cannot be listed.
    package init(folder: String, split: Split, shape: ImageShape, testShare: Double = 0.1) throws {
        let source = try Self.source(folder, shape, testShare)
        try self.init(ClassFolders.list(source, testShare: testShare), of: source, split: split, shape: shape)
    }

    /// Both splits, of one listing.
    ///
    /// - Throws: As ``init(folder:split:shape:testShare:)``.
    package static func splits(
        folder: String, shape: ImageShape, testShare: Double
    ) throws -> (training: PictureDataset, test: PictureDataset) {
        let source = try source(folder, shape, testShare)
        let listing = try ClassFolders.list(source, testShare: testShare)
        return (
            try PictureDataset(listing, of: source, split: .train, shape: shape),
            try PictureDataset(listing, of: source, split: .test, shape: shape)
        )
    }

    private static func source(_ folder: String, _ shape: ImageShape, _ testShare: Double) throws -> any FileSource {
        try check(shape, testShare)
        guard try FileStatus.of(folder)?.kind == .folder else {
            throw DatasetError.missing(
                folder: folder, expected: ["a folder with JPEG, PNG, WebP or PPM files"], remedy: "check the path")
        }
        return FolderFiles(folder)
    }

    static func check(_ shape: ImageShape, _ testShare: Double) throws {
        try shape.check()
        guard (0...1).contains(testShare) else {
            throw DatasetError.invalidSetting(name: "testShare", value: "\(testShare)", expected: "0 to 1")
        }
    }

    /// The images of one split of a listing.
    ///
    /// - Throws: ``DatasetError/noImages(folder:split:reason:leftOut:)``.
    init(_ listing: ImageListing, of source: any FileSource, split: Split, shape: ImageShape) throws {
        let part = split == .train ? listing.training : listing.test
        let other = split == .train ? listing.test : listing.training
        guard let part, !part.paths.isEmpty else {
            let reason =
                listing.training == nil && listing.test != nil
                ? "there is no folder 'train' beside \(listing.test?.place ?? "")"
                : other?.paths.isEmpty ?? true
                    ? "there is none at all"
                    : "the other split has all \(other?.paths.count ?? 0)"
            throw DatasetError.noImages(
                folder: part.map { $0.root.isEmpty ? source.path : source.name(of: $0.root) } ?? source.path,
                split: split, reason: reason, leftOut: listing.leftOut)
        }
        self.shape = shape
        count = part.paths.count
        self.source = source
        self.part = part
        classNames = part.classNames
        summary = DatasetSummary(listing)
    }

    /// The class, or `nil` where the split has no labels.
    package func label(at index: Int) -> Int? { part.labels.isEmpty ? nil : part.labels[index] }

    /// The picture, scaled (antialiased, aspect ratio kept) to the smallest size that covers the shape, then
    /// cropped: torchvision's `Resize` and `CenterCrop`, where a JPEG at least four times as large is decoded at a part of
    /// its size first (`PixelImage.readFitted`). For a square shape the shorter side becomes the shape's.
    ///
    /// - Throws: `FileError` or `ImageError` naming the file.
    package func item(at index: Int, crop: Crop) throws -> PixelImage {
        let path = part.path(at: index)
        return try PixelImage.decodeFitted(
            source.picture(path), name: source.name(of: path), channels: shape.channels, width: shape.width,
            height: shape.height
        ) { crop.origin(spareWidth: $0, spareHeight: $1) }
    }

    /// The bytes of an image's file.
    ///
    /// - Throws: `FileError`, `MemoryError`.
    func bytes(at index: Int) throws -> [UInt8] { try source.picture(part.path(at: index)) }

    /// The path of the file; of an archive's member, the archive, a colon, and the member's name.
    package func name(at index: Int) -> String { source.name(of: part.path(at: index)) }

    /// The names of all files, in order, with their sizes and the first bytes of some of them.
    ///
    /// - Throws: `DigestError`.
    package func fingerprint() throws -> DatasetFingerprint {
        var digest = try DatasetFingerprint.Digest(images: count)
        for (index, path) in part.paths.enumerated() {
            // A file that is gone since has no size, and is found when it is read.
            try digest.add(name: path, size: source.size(of: part.path(at: index)) ?? -1)
        }
        for index in DatasetFingerprint.sampled(of: count) {
            try digest.add(content: source.start(of: part.path(at: index), count: DatasetFingerprint.sampledBytes))
        }
        return try digest.finish()
    }
}
