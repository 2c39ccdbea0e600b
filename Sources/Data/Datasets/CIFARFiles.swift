import Files

/// Where the files of CIFAR-10 and CIFAR-100 are, and what they are called.
struct CIFARFiles {
    /// Files of one version in one folder.
    struct Place {
        /// Ends with a slash, unless it is empty.
        var folder: String
        var training: [String]
        var test: [String]
        /// Files that may hold the names of the classes.
        var names: [String]
        var isPickled: Bool

        func files(_ split: Split) -> [String] { split == .train ? training : test }
    }

    private let variant: CIFARDataset.Variant

    init(_ variant: CIFARDataset.Variant) { self.variant = variant }

    private var stem: String { "cifar-\(variant.rawValue)" }

    /// The places in which files may be, the most usual first.
    var places: [Place] {
        let binary = variant == .ten ? "\(stem)-batches-bin/" : "\(stem)-binary/"
        let python = variant == .ten ? "\(stem)-batches-py/" : "\(stem)-python/"
        return ["", binary, "\(stem)-binary/"].map(binaryPlace) + ["", python, "\(stem)-python/"].map(pythonPlace)
    }

    private func binaryPlace(_ folder: String) -> Place {
        variant == .ten
            ? Place(
                folder: folder, training: (1...5).map { "data_batch_\($0).bin" }, test: ["test_batch.bin"],
                names: ["batches.meta.txt"], isPickled: false)
            : Place(
                folder: folder, training: ["train.bin"], test: ["test.bin"], names: ["fine_label_names.txt"],
                isPickled: false)
    }

    private func pythonPlace(_ folder: String) -> Place {
        variant == .ten
            ? Place(
                folder: folder, training: (1...5).map { "data_batch_\($0)" }, test: ["test_batch"],
                names: ["batches.meta"], isPickled: true)
            : Place(folder: folder, training: ["train"], test: ["test"], names: ["meta"], isPickled: true)
    }

    /// The files of both versions as they are handed out.
    var archives: [String] { ["\(stem)-binary.tar.gz", "\(stem)-python.tar.gz"] }

    /// Whether a source has all files of a split, outside of archives.
    func place(in source: any FileSource, _ split: Split) -> Place? {
        places.first { place in
            // A folder of the name of CIFAR-100's files `train` and `test` is a split of pictures.
            place.files(split).allSatisfy { source.kind(of: place.folder + $0).map { $0 != .folder } ?? false }
        }
    }

    /// Whether a source is this data set, by the names of its files.
    func fits(_ source: any FileSource) -> Bool {
        if place(in: source, .train) != nil || place(in: source, .test) != nil { return true }
        return source.first(of: archives) != nil
    }

    /// The files of a split, those in an archive that lies in the folder included.
    ///
    /// - Throws: ``DatasetError/missing(folder:expected:remedy:)``, ``DatasetError/otherKind(place:asked:found:remedy:)``,
    ///   `FileError`.
    func find(in source: any FileSource, _ split: Split) throws -> (source: any FileSource, place: Place) {
        if let place = place(in: source, split) { return (source, place) }
        if let archive = source.first(of: archives), source is FolderFiles {
            let inner = try DataLocation(source.name(of: archive)).source()
            if let place = place(in: inner, split) { return (inner, place) }
        }
        let other = CIFARFiles(variant == .ten ? .hundred : .ten)
        if other.fits(source) {
            throw DatasetError.otherKind(
                place: source.path, asked: "CIFAR-\(variant.rawValue)", found: "CIFAR-\(other.variant.rawValue)",
                kind: other.variant == .ten ? .cifar10 : .cifar100)
        }
        // Of all places, the one that lacks least is the one that was meant.
        let lacking = places.map { place in
            place.files(split).filter { source.kind(of: place.folder + $0) == nil }.map { place.folder + $0 }
        }
        let least = lacking.map(\.count).min() ?? 0
        throw DatasetError.missing(
            folder: source.path, expected: lacking.first { $0.count == least } ?? [],
            remedy: "put \(archives[0]) or \(archives[1]) there, or what is in it")
    }
}
