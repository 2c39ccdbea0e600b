import Foundation
import Images

/// The data sets that a configuration can name.
public enum DatasetKind: String, Codable, CaseIterable, Sendable {
    /// ``MNISTDataset``.
    case mnist
    /// ``CIFAR10Dataset``.
    case cifar10
    /// ``ImageFolderDataset``.
    case folder
    /// ``GlyphDataset``, which needs no files.
    case glyphs

    /// The shape that is taken where none is given.
    public var defaultShape: ImageShape {
        switch self {
        case .mnist, .glyphs: ImageShape(channels: 1, height: 28, width: 28)
        case .cifar10: ImageShape(channels: 3, height: 32, width: 32)
        case .folder: ImageShape(channels: 3, height: 256, width: 256)
        }
    }

    /// Opens a data set.
    ///
    /// - Parameters:
    ///   - folder: Where its files are; not used by ``glyphs``.
    ///   - shape: The shape of its images; `nil` takes that of the files or ``defaultShape``. Data sets of fixed
    ///     shape refuse another.
    ///   - split: Which part.
    ///   - testShare: The share that ``folder`` holds out where no sub-folders say.
    /// - Throws: ``DatasetError``, which names the expected files where they are missing; `FileError` for files
    ///   that break their format.
    public func open(folder: String? = nil, shape: ImageShape? = nil, split: Split, testShare: Double = 0.1)
        throws -> any ImageDataset
    {
        if self == .glyphs { return try GlyphDataset(shape: shape ?? defaultShape, split: split) }
        guard let folder, !folder.isEmpty else {
            throw DatasetError.invalidSetting(
                name: "the data folder of '\(rawValue)'", value: "not set", expected: "the path of a folder")
        }
        guard FolderListing.isFolder(URL(fileURLWithPath: folder)) else {
            throw DatasetError.missing(
                folder: folder, expected: expectedFiles(split),
                cure: FileManager.default.fileExists(atPath: folder)
                    ? "this is a file; give the folder that it lies in"
                    : "the folder itself is not there; check the path")
        }
        let dataset: any ImageDataset
        switch self {
        case .mnist: dataset = try MNISTDataset(folder: folder, split: split)
        case .cifar10: dataset = try CIFAR10Dataset(folder: folder, split: split)
        case .folder, .glyphs:
            return try ImageFolderDataset(
                folder: folder, split: split, shape: shape ?? defaultShape, testShare: testShare)
        }
        if let shape, shape != dataset.shape {
            throw DatasetError.mismatchedShape(dataset: rawValue, asked: shape, natural: dataset.shape)
        }
        return dataset
    }

    private func expectedFiles(_ split: Split) -> [String] {
        switch self {
        case .mnist:
            let part = split == .train ? "train" : "t10k"
            return ["\(part)-images-idx3-ubyte.gz", "\(part)-labels-idx1-ubyte.gz"]
        case .cifar10: return split == .train ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
        case .folder, .glyphs: return ["a folder with .jpg, .jpeg, .png or .webp files"]
        }
    }
}
