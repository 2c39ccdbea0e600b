import Files
import Images

/// The data sets that a configuration can name, and the layouts of pictures.
public enum DatasetKind: String, Codable, CaseIterable, Sendable {
    /// Whatever is recognized: ``mnist``, ``cifar10``, ``cifar100`` by the names of their files, else ``folder``.
    case auto
    /// MNIST and data sets in its format: Fashion-MNIST, KMNIST, EMNIST, QMNIST.
    case mnist
    /// CIFAR-10.
    case cifar10
    /// CIFAR-100 with its fine classes.
    case cifar100
    /// Pictures in a folder, in archives or in a list, in whichever of the following layouts is recognized.
    case folder
    /// Folders of splits and of classes.
    case classes
    /// ImageNet, whose images of `val` have their classes in a file.
    case imagenet
    /// FFHQ and other images in folders of running numbers, without classes.
    case ffhq
    /// CelebA with its list of splits.
    case celeba
    /// WebDataset shards.
    case webdataset
    /// Images that the program draws, which need no files.
    case glyphs

    /// The shape that is taken where none is given.
    package var defaultShape: ImageShape {
        switch self {
        case .mnist, .glyphs: ImageShape(channels: 1, height: 28, width: 28)
        case .cifar10, .cifar100: ImageShape(channels: 3, height: 32, width: 32)
        case .auto, .folder, .classes, .imagenet, .ffhq, .celeba, .webdataset:
            ImageShape(channels: 3, height: 256, width: 256)
        }
    }

    /// The layouts of pictures, the most particular first.
    private static var layouts: [(kind: DatasetKind, layout: any DatasetLayout.Type)] {
        [
            (.folder, FileList.self), (.webdataset, WebDatasetShards.self), (.imagenet, ImageNetFolders.self),
            (.celeba, CelebAFolders.self), (.ffhq, NumberedFolders.self), (.classes, ClassFolders.self),
        ]
    }

    /// Opens a data set.
    ///
    /// - Parameters:
    ///   - folder: Where its files are: a folder, an archive, a pattern such as `shards/train-{000..127}.tar`, or a list such
    ///     as `@train.txt`; not used by ``glyphs``.
    ///   - shape: The shape of its images; `nil` takes that of the files or `defaultShape`. Data sets of fixed
    ///     shape refuse another.
    ///   - split: Which part.
    ///   - testShare: The share that is held out where nothing says which images are for tests.
    /// - Throws: ``DatasetError``, which names the expected files where they are missing; `FileError` for files
    ///   that break their format.
    public func open(folder: String? = nil, shape: ImageShape? = nil, split: DatasetPart, testShare: Double = 0.1)
        throws -> any ImageDataset
    {
        let source = try source(folder)
        guard let single = split.split else {
            let (training, test) = try splits(source, shape, testShare)
            return try JoinedDataset(training, test)
        }
        return try open(source, shape, single, testShare)
    }

    /// Opens both splits of a data set, of one listing of its files; parameters and errors as those of
    /// ``open(folder:shape:split:testShare:)``.
    package func splits(folder: String? = nil, shape: ImageShape? = nil, testShare: Double = 0.1)
        throws -> (training: any ImageDataset, test: any ImageDataset)
    {
        try splits(source(folder), shape, testShare)
    }

    func open(_ source: (any FileSource)?, _ shape: ImageShape?, _ split: Split, _ testShare: Double)
        throws -> any ImageDataset
    {
        guard let source else { return try GlyphDataset(shape: shape ?? defaultShape, split: split) }
        let dataset: any ImageDataset
        switch recognized(source) {
        case .mnist: dataset = try MNISTDataset(source, split: split)
        case .cifar10: dataset = try CIFARDataset(.ten, source, split: split)
        case .cifar100: dataset = try CIFARDataset(.hundred, source, split: split)
        default:
            return try PictureDataset(
                listing(source, shape ?? defaultShape, testShare), of: source, split: split,
                shape: shape ?? defaultShape)
        }
        if let shape, shape != dataset.shape {
            throw DatasetError.mismatchedShape(dataset: rawValue, asked: shape, natural: dataset.shape)
        }
        return dataset
    }

    private func splits(_ source: (any FileSource)?, _ shape: ImageShape?, _ testShare: Double)
        throws -> (training: any ImageDataset, test: any ImageDataset)
    {
        guard let source, recognized(source).isOfPictures else {
            return (try open(source, shape, .train, testShare), try open(source, shape, .test, testShare))
        }
        let shape = shape ?? defaultShape
        let listing = try listing(source, shape, testShare)
        return (
            try PictureDataset(listing, of: source, split: .train, shape: shape),
            try PictureDataset(listing, of: source, split: .test, shape: shape)
        )
    }

    /// The data set that a source holds.
    func recognized(_ source: any FileSource) -> DatasetKind {
        guard self == .auto else { return self }
        if CIFARFiles(.ten).fits(source) { return .cifar10 }
        if CIFARFiles(.hundred).fits(source) { return .cifar100 }
        return MNISTFiles(source).fits ? .mnist : .folder
    }

    /// Whether images lie in files of their own, or members of archives.
    package var isOfPictures: Bool {
        switch self {
        case .auto, .mnist, .cifar10, .cifar100, .glyphs: false
        case .folder, .classes, .imagenet, .ffhq, .celeba, .webdataset: true
        }
    }

    func listing(_ source: any FileSource, _ shape: ImageShape, _ testShare: Double) throws -> ImageListing {
        try PictureDataset.check(shape, testShare)
        let kind = recognized(source)
        if kind != .folder, let layout = Self.layouts.first(where: { $0.kind == kind })?.layout {
            guard try layout.fits(source) else {
                throw DatasetError.missing(
                    folder: source.path, expected: ["the files of '\(rawValue)'"],
                    remedy: "set data.kind=folder to have the layout recognized")
            }
            var listing = try layout.list(source, testShare: testShare)
            listing.kind = kind
            return listing
        }
        let (found, layout) = try Self.layouts.first { try $0.layout.fits(source) } ?? (.classes, ClassFolders.self)
        var listing = try layout.list(source, testShare: testShare)
        listing.kind = found
        if !(layout is ClassFolders.Type || layout is FileList.Type) {
            listing.notices.insert("recognized as \(listing.name)", at: 0)
        }
        return listing
    }

    func source(_ folder: String?) throws -> (any FileSource)? {
        if self == .glyphs { return nil }
        guard let folder, !folder.isEmpty else {
            throw DatasetError.invalidSetting(
                name: "the data folder of '\(rawValue)'", value: "not set", expected: "the path of a folder")
        }
        let location = DataLocation(folder)
        if case .path(let path) = location.form, try FileStatus.of(path) == nil {
            throw DatasetError.missing(
                folder: path, expected: expectedFiles, remedy: "the folder itself is not there; check the path")
        }
        return try location.source()
    }

    private var expectedFiles: [String] {
        switch self {
        case .mnist: ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]
        case .cifar10: ["data_batch_1.bin to data_batch_5.bin", "test_batch.bin"]
        case .cifar100: ["train.bin", "test.bin"]
        case .auto, .folder, .classes, .imagenet, .ffhq, .celeba, .webdataset, .glyphs:
            ["a folder with JPEG, PNG, WebP or PPM files"]
        }
    }
}
