import Images

/// Two splits of a data set one after the other.
struct JoinedDataset: ImageDataset {
    let count: Int
    let shape: ImageShape
    let classNames: [String]
    let summary: DatasetSummary
    private let first: any ImageDataset
    private let second: any ImageDataset

    /// - Parameters:
    ///   - first: The images that come first.
    ///   - second: Images of the same shape. Labels of one of them alone are of no use, and left out.
    init(_ first: any ImageDataset, _ second: any ImageDataset) throws {
        guard first.shape == second.shape else {
            throw DatasetError.mismatchedShape(
                dataset: "the test split", asked: first.shape, natural: second.shape)
        }
        count = first.count + second.count
        shape = first.shape
        classNames = first.classNames == second.classNames ? first.classNames : []
        var summary = first.summary
        summary.images.merge(second.summary.images) { own, _ in own }
        self.summary = summary
        self.first = first
        self.second = second
    }

    var isInMemory: Bool { first.isInMemory && second.isInMemory }

    func label(at index: Int) -> Int? {
        classNames.isEmpty ? nil : index < first.count ? first.label(at: index) : second.label(at: index - first.count)
    }

    func item(at index: Int, crop: Crop) throws -> PixelImage {
        index < first.count
            ? try first.item(at: index, crop: crop) : try second.item(at: index - first.count, crop: crop)
    }

    func name(at index: Int) -> String {
        index < first.count ? first.name(at: index) : second.name(at: index - first.count)
    }

    func fingerprint() throws -> DatasetFingerprint {
        let parts = try [first.fingerprint(), second.fingerprint()]
        var digest = try DatasetFingerprint.Digest(images: count)
        for part in parts {
            try digest.add(name: part.names + part.sizes, size: part.images)
            try digest.add(content: part.content.utf8)
        }
        return try digest.finish()
    }
}
