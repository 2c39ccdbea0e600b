import Files

/// Files that a list or a pattern names, with the classes that the list gives. Two lists are the splits; of one a share is
/// held out.
struct FileList: DatasetLayout {
    static func fits(_ source: any FileSource) throws -> Bool { source is ListedFiles }

    static func list(_ source: any FileSource, testShare: Double) throws -> ImageListing {
        var listing = ImageListing(name: "a list of files")
        let tree = try source.tree(below: "", kind: .images)
        var part = ImageListing.Part(root: "", place: "the list", paths: tree.files)
        listing.leftOut = tree.leftOut.texts
        if let list = source as? ListedFiles, !list.classes.isEmpty {
            let classes = Dictionary(zip(list.paths, list.classes)) { first, _ in first }
            let names = part.paths.compactMap { classes[$0] }
            let numbers = names.compactMap { Int($0) }
            if numbers.count == names.count, numbers.allSatisfy({ (0..<(1 << 20)).contains($0) }) {
                part.labels = numbers
                part.classNames = (0...(numbers.max() ?? 0)).map(String.init)
            } else {
                part.setLabels(names)
            }
            listing.labels = "the second column of the list"
        } else {
            part.unlabelled = "the list has no classes"
        }
        guard let list = source as? ListedFiles, !list.splits.isEmpty else {
            listing.holdOut(part, testShare)
            return listing
        }
        let splits = Dictionary(zip(list.paths, list.splits)) { first, _ in first }
        listing.training = part.filtered { splits[part.paths[$0]] == .train }
        listing.test = part.filtered { splits[part.paths[$0]] == .test }
        if let training = listing.training, let test = listing.test, !part.classNames.isEmpty {
            let learnt = Set(training.labels)
            let unknown = Set(test.labels).subtracting(learnt).sorted().map { part.classNames[$0] }
            guard unknown.isEmpty else {
                throw DatasetError.unknownClasses(
                    folder: list.path + "/test.txt", names: unknown,
                    known: learnt.sorted().map { part.classNames[$0] })
            }
        }
        listing.splits = "the splits are the lists train.txt and test.txt"
        return listing
    }
}
