import Files
import Foundation

/// Folders of splits, and folders of classes in them, as torchvision's `ImageFolder` reads them.
///
/// - `train` or `training` beside one of ``SplitName/test``, in any letter case: these are the splits.
/// - `train` or `training` alone: the images below it, of which a share is held out.
/// - None of them: the images below the folder itself, of which a share is held out.
///
/// Folders directly in a split that hold images are its classes. Labels belong to a split: what another one lacks takes
/// none away.
struct ClassFolders: DatasetLayout {
    private var listing = ImageListing(name: "a folder of images")
    private let source: any FileSource

    /// What every source of images is.
    static func fits(_ source: any FileSource) throws -> Bool { true }

    /// Lists a source; opens no picture.
    ///
    /// - Throws: ``DatasetError/unclearFolders(folder:reason:remedy:)``, ``DatasetError/unknownClasses(folder:names:known:)``,
    ///   `FileError.unreadable`.
    static func list(_ source: any FileSource, testShare: Double) throws -> ImageListing {
        try ClassFolders(source, testShare).listing
    }

    private init(_ source: any FileSource, _ testShare: Double) throws {
        self.source = source
        guard let top = try source.entries(of: "") else { return }
        let folders = top.entries.filter { $0.type == .folder }.map(\.name)
        let trainingFolders = folders.filter { SplitName.training.contains($0.lowercased()) }
        let testFolders = folders.filter { SplitName.test.contains($0.lowercased()) }
        guard trainingFolders.count <= 1 else {
            throw DatasetError.unclearFolders(
                folder: source.path,
                reason: "both \(trainingFolders.joined(separator: " and ")) could hold the training images",
                remedy: "rename one of them, or give one of them as the data folder")
        }
        if let name = trainingFolders.first {
            try divide(top, training: name, testFolders, testShare)
        } else if !testFolders.isEmpty, testFolders.count == folders.count {
            try takeTestAlone(top, testFolders)
        } else {
            let tree = try source.tree(below: "", kind: .images)
            for name in testFolders { try refuseSplit(name, tree, role: "test") }
            listing.holdOut(ImageListing.Part(of: tree, "", place: "the folder itself"), tree, testShare)
        }
    }

    // MARK: - Which folders are splits

    private mutating func divide(
        _ top: FolderEntries, training name: String, _ testFolders: [String], _ testShare: Double
    ) throws {
        if testFolders.isEmpty, top.entries.contains(where: { $0.type == .folder && $0.name != name }) {
            // A class of trains beside other classes, or a split beside folders of something else.
            let tree = try source.tree(below: "", kind: .images)
            if tree.files.contains(where: { !$0.hasPrefix(name + "/") && $0.utf8.contains(UInt8(ascii: "/")) }) {
                try refuseSplit(name, tree, role: "training")
                return listing.holdOut(ImageListing.Part(of: tree, "", place: "the folder itself"), tree, testShare)
            }
        }
        let tree = try source.tree(below: name, kind: .images)
        let part = ImageListing.Part(of: tree, name, place: name + "/")
        let candidates = try testFolders.map { name in
            let tree = try source.tree(below: name, kind: .images)
            return (name: name, tree: tree, part: ImageListing.Part(of: tree, name, place: name + "/"))
        }
        for empty in candidates where empty.tree.files.isEmpty {
            listing.notices.append("\(empty.name)/ holds no image and is not used")
        }
        let chosen = Self.choose(candidates.filter { !$0.tree.files.isEmpty }.map(\.part), training: part)
        guard let chosen, let found = candidates.first(where: { $0.part.place == chosen.place }) else {
            noteUnused(top, but: [name] + testFolders)
            return listing.holdOut(part, tree, testShare)
        }
        listing.note(part, tree)
        listing.note(found.part, found.tree)
        noteUnused(top, but: [name] + testFolders)
        noteOthers(than: found.name, candidates.filter { !$0.tree.files.isEmpty }.map(\.name))
        listing.training = part
        listing.test = try fitted(found.part, to: part)
        if let reason = listing.test?.unlabelled, found.part.unlabelled == nil { listing.notices.append(reason) }
    }

    /// A folder with a split's name that is taken for a class, which is said; or an error, where it looks like a split.
    private mutating func refuseSplit(_ name: String, _ tree: FileTree, role: String) throws {
        let isDeep = tree.files.contains {
            $0.hasPrefix(name + "/") && $0.utf8.count { $0 == UInt8(ascii: "/") } > 1
        }
        guard !isDeep else {
            throw DatasetError.unclearFolders(
                folder: source.path,
                reason: "\(name)/ has the name of a split and holds folders of images, and beside it lie other"
                    + " folders of images",
                remedy: role == "training"
                    ? "name the folder of the test images 'test' or 'val', or give \(source.name(of: name)) as the data folder"
                    : "put the folders of the training images into a folder 'train'")
        }
        listing.notices.append(
            "warning: \(name)/ has the name of a split and is taken for a class, as it lies beside other classes")
    }

    /// Folders of test images and nothing else.
    private mutating func takeTestAlone(_ top: FolderEntries, _ names: [String]) throws {
        let loose = top.entries.first {
            $0.type == .file
                && FileTree.Kind.images.extensions.contains(($0.name as NSString).pathExtension.lowercased())
        }
        if let loose {
            throw DatasetError.unclearFolders(
                folder: source.path,
                reason: "images such as \(loose.name) lie beside \(names.joined(separator: "/, "))/",
                remedy: "put the training images into a folder 'train'")
        }
        let trees = try names.map { (name: $0, tree: try source.tree(below: $0, kind: .images)) }
            .filter { !$0.tree.files.isEmpty }
        let parts = trees.map { ImageListing.Part(of: $0.tree, $0.name, place: $0.name + "/") }
        guard let chosen = Self.choose(parts, training: nil),
            let found = trees.first(where: { $0.name + "/" == chosen.place })
        else { return }
        listing.note(chosen, found.tree)
        noteUnused(top, but: names)
        noteOthers(than: found.name, trees.map(\.name))
        listing.notices.append("there is no folder 'train', so there are no training images")
        listing.test = chosen
    }

    /// Of several folders of test images the one that is taken: one whose labels are those of training, then one without
    /// labels, of which `val` may be measured on and `test` is often of unknown answers (ImageNet).
    private static func choose(_ parts: [ImageListing.Part], training: ImageListing.Part?) -> ImageListing.Part? {
        func rank(_ part: ImageListing.Part) -> Int {
            let name = part.place.dropLast().lowercased()
            let place = SplitName.test.firstIndex(of: name) ?? 0
            guard let training, !training.classNames.isEmpty else { return place }
            guard part.classNames.isEmpty else {
                return Set(part.classNames).isSubset(of: training.classNames) ? place : 100 + place
            }
            return (SplitName.validation.contains(name) ? 200 : 300) + place
        }
        return parts.min { rank($0) < rank($1) }
    }

    /// A test split with the labels of training.
    private func fitted(_ part: ImageListing.Part, to training: ImageListing.Part) throws -> ImageListing.Part {
        var part = part
        guard !part.classNames.isEmpty else { return part }
        func withoutLabels(_ reason: String) -> ImageListing.Part {
            part.labels = []
            part.classNames = []
            part.unlabelled = reason
            return part
        }
        guard !training.classNames.isEmpty else {
            return withoutLabels("folders in \(part.place) are no classes, as the training images have none")
        }
        let numbers = Dictionary(uniqueKeysWithValues: zip(training.classNames, 0...))
        let unknown = part.classNames.filter { numbers[$0] == nil }
        guard unknown.isEmpty else {
            // One folder in each split, under names of their own, is an order of files and no classes.
            if training.classNames.count == 1, part.classNames.count == 1 {
                return withoutLabels(
                    "\(part.place)\(part.classNames[0]) is no class of the training images, so the test images have no labels"
                )
            }
            throw DatasetError.unknownClasses(
                folder: source.name(of: part.root), names: unknown, known: training.classNames)
        }
        let own = part.classNames
        part.labels = part.labels.compactMap { numbers[own[$0]] }
        part.classNames = training.classNames
        return part
    }

    // MARK: - What is said

    private mutating func noteOthers(than chosen: String, _ names: [String]) {
        for name in names where name != chosen {
            listing.notices.append("\(name)/ is not used: the test images are those in \(chosen)/")
        }
    }

    private mutating func noteUnused(_ top: FolderEntries, but used: [String]) {
        let unused =
            top.entries.filter { !used.contains($0.name) }
            .map { $0.type == .folder ? $0.name + "/" : $0.name } + top.hidden + top.unreadableNames
        if !unused.isEmpty { listing.leftOut.append("beside the splits: " + Listing.text(unused, limit: 5)) }
    }
}
