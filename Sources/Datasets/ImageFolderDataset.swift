import Files
import Foundation
import Images

/// The pictures below a folder, scaled and cropped to one shape.
///
/// With sub-folders `train` and `test` (or `val`) these are the splits; otherwise a share of the files is held
/// out for testing, chosen by a hash of the relative path. First-level sub-folders are the classes. The layout
/// is that of torchvision's `ImageFolder`.
public struct ImageFolderDataset: ImageDataset {
    /// The number of images of this split.
    public let count: Int
    /// The shape every picture is brought to.
    public let shape: ImageShape
    /// The first-level sub-folders that hold images of either split, sorted; empty when an image lies outside
    /// of them, as labels are for all images or none.
    public let classNames: [String]
    private let root: URL
    private let paths: [String]
    private let labels: [Int]

    /// Lists a folder; no picture is opened.
    ///
    /// - Parameters:
    ///   - folder: Holds files ending in .jpg, .jpeg, .png or .webp in any case, at any depth.
    ///   - split: Which part.
    ///   - shape: What every picture is brought to.
    ///   - testShare: The share held out for the test split, 0 ... 1, where no sub-folders say.
    /// - Throws: ``DatasetError`` for a missing folder, one without images, or settings out of range;
    ///   `FileError.unreadable` for a folder that cannot be listed.
    public init(folder: String, split: Split, shape: ImageShape, testShare: Double = 0.1) throws {
        try shape.check()
        guard (0...1).contains(testShare) else {
            throw DatasetError.invalidSetting(name: "testShare", value: "\(testShare)", expected: "0 to 1")
        }
        let top = URL(fileURLWithPath: folder, isDirectory: true)
        guard FolderListing.isFolder(top) else {
            throw DatasetError.missing(
                folder: folder, expected: ["a folder with .jpg, .jpeg, .png or .webp files"],
                cure: "check the path")
        }
        let train = top.appendingPathComponent("train", isDirectory: true)
        let test = ["test", "val"].map { top.appendingPathComponent($0, isDirectory: true) }
            .first(where: FolderListing.isFolder)
        let all: [String]
        if let test, FolderListing.isFolder(train) {
            root = split == .train ? train : test
            paths = try FolderListing.images(below: root)
            all = paths + (try FolderListing.images(below: split == .train ? test : train))
        } else {
            root = top
            all = try FolderListing.images(below: root)
            paths = HoldOut.paths(all, split: split, testShare: testShare)
        }
        guard !paths.isEmpty else {
            throw DatasetError.noImages(
                folder: root.path, split: split,
                reason: all.isEmpty ? "there is none at all" : "the other split has all \(all.count)")
        }
        self.shape = shape
        count = paths.count
        let folders = all.map(Self.firstFolder)
        classNames =
            folders.contains(nil)
            ? [] : Set(folders.compactMap { $0 }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let numbers = Dictionary(uniqueKeysWithValues: zip(classNames, 0...))
        labels = classNames.isEmpty ? [] : paths.compactMap { Self.firstFolder($0).flatMap { numbers[$0] } }
    }

    /// The number of the sub-folder, or `nil` where images lie outside of sub-folders.
    public func label(at index: Int) -> Int? { labels.isEmpty ? nil : labels[index] }

    /// The picture, scaled (antialiased, aspect ratio kept) to the smallest size that covers the shape, then
    /// cropped: torchvision's `Resize` and `CenterCrop`, where a JPEG at least four times as large is decoded at a part of
    /// its size first (`PixelImage.readFitted`). For a square shape the shorter side becomes the shape's.
    ///
    /// - Throws: `FileError` or `ImageError` naming the file.
    public func item(at index: Int, crop: Crop) throws -> PixelImage {
        try PixelImage.readFitted(
            name(at: index), channels: shape.channels, width: shape.width, height: shape.height
        ) { crop.origin(spareWidth: $0, spareHeight: $1) }
    }

    /// The path of the file.
    public func name(at index: Int) -> String { root.appendingPathComponent(paths[index]).path }

    private static func firstFolder(_ path: String) -> String? {
        path.firstIndex(of: "/").map { String(path[..<$0]) }
    }
}
