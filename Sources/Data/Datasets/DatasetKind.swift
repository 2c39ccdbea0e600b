import Files
import Images

/// The data sets that a configuration can name.
public enum DatasetKind: String, Codable, CaseIterable, Sendable {
    /// `MNISTDataset`.
    case mnist
    /// `CIFAR10Dataset`.
    case cifar10
    /// `ImageFolderDataset`.
    case folder
    /// `GlyphDataset`, which needs no files.
    case glyphs

    /// The shape that is taken where none is given.
    package var defaultShape: ImageShape {
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
    ///   - shape: The shape of its images; `nil` takes that of the files or `defaultShape`. Data sets of fixed
    ///     shape refuse another.
    ///   - split: Which part.
    ///   - testShare: The share that ``folder`` holds out where no sub-folders say.
    /// - Throws: ``DatasetError``, which names the expected files where they are missing; `FileError` for files
    ///   that break their format.
    public func open(folder: String? = nil, shape: ImageShape? = nil, split: DatasetPart, testShare: Double = 0.1)
        throws -> any ImageDataset
    {
        guard let single = split.split else {
            let (training, test) = try splits(folder: folder, shape: shape, testShare: testShare)
            return try JoinedDataset(training, test)
        }
        if self == .glyphs { return try GlyphDataset(shape: shape ?? defaultShape, split: single) }
        let path = try check(folder, single)
        let dataset: any ImageDataset
        switch self {
        case .mnist: dataset = try MNISTDataset(folder: path, split: single)
        case .cifar10: dataset = try CIFAR10Dataset(folder: path, split: single)
        case .folder, .glyphs:
            return try ImageFolderDataset(
                folder: path, split: single, shape: shape ?? defaultShape, testShare: testShare)
        }
        if let shape, shape != dataset.shape {
            throw DatasetError.mismatchedShape(dataset: rawValue, asked: shape, natural: dataset.shape)
        }
        return dataset
    }

    /// Opens both splits of a data set, of one listing of its folder; parameters and errors as those of
    /// ``open(folder:shape:split:testShare:)``.
    package func splits(folder: String? = nil, shape: ImageShape? = nil, testShare: Double = 0.1)
        throws -> (training: any ImageDataset, test: any ImageDataset)
    {
        guard self == .folder else {
            return (
                try open(folder: folder, shape: shape, split: .train, testShare: testShare),
                try open(folder: folder, shape: shape, split: .test, testShare: testShare)
            )
        }
        let (training, test) = try ImageFolderDataset.splits(
            folder: check(folder, .train), shape: shape ?? defaultShape, testShare: testShare)
        return (training, test)
    }

    private func check(_ folder: String?, _ split: Split) throws -> String {
        guard let folder, !folder.isEmpty else {
            throw DatasetError.invalidSetting(
                name: "the data folder of '\(rawValue)'", value: "not set", expected: "the path of a folder")
        }
        // A folder that may not be looked at is an error of its own, and not a missing one.
        let kind = try FileStatus.of(folder)?.kind
        guard kind == .folder else {
            throw DatasetError.missing(
                folder: folder, expected: expectedFiles(split),
                remedy: kind == nil
                    ? "the folder itself is not there; check the path"
                    : "this is a file; give the folder that it lies in")
        }
        return folder
    }

    private func expectedFiles(_ split: Split) -> [String] {
        switch self {
        case .mnist:
            let part = split == .train ? "train" : "t10k"
            return ["\(part)-images-idx3-ubyte.gz", "\(part)-labels-idx1-ubyte.gz"]
        case .cifar10: return split == .train ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
        case .folder, .glyphs: return ["a folder with JPEG, PNG or WebP files"]
        }
    }
}
