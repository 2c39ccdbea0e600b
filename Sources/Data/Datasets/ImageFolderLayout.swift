import Files
import Foundation

/// How the images below a folder are divided into splits and classes.
///
/// - `train` or `training` beside one of ``testNames``, in any letter case: these are the splits.
/// - `train` or `training` alone: the images below it, of which a share is held out.
/// - None of them: the images below the folder itself, of which a share is held out.
///
/// Folders directly in a split that hold images are its classes. Labels belong to a split: what another one lacks takes
/// none away.
struct ImageFolderLayout {
    /// The images of one split.
    struct Part {
        /// The folder that paths are relative to.
        var root: String
        /// What messages call that folder.
        var place: String
        /// Paths relative to ``root``, in the order of their bytes.
        var paths: [String]
        /// A class for each path; empty where there are none.
        var labels: [Int] = []
        /// What labels mean; empty where there are none.
        var classNames: [String] = []
        /// Why there are no labels, where there are none.
        var unlabelled: String?
    }

    /// The images to learn from, and those to measure on; `nil` where no folder has them.
    private(set) var training: Part?
    private(set) var test: Part?
    /// Whether the test images are a share that is held out of one folder.
    private(set) var isHeldOut = false
    /// What was assumed, or looks like a mistake.
    private(set) var notices: [String] = []
    /// What was left out, a text for each reason.
    private(set) var leftOut: [String] = []

    static let trainingNames = ["train", "training"]
    /// From the one that is taken first to the one that is taken last.
    static let testNames = ["test", "testing", "eval", "val", "valid", "validation", "dev"]
    private static let validationNames: Set<String> = ["val", "valid", "validation", "dev"]

    /// Lists a folder; opens no picture.
    ///
    /// - Throws: ``DatasetError/unclearFolders(folder:reason:remedy:)``, ``DatasetError/unknownClasses(folder:names:known:)``,
    ///   `FileError.unreadable`.
    init(_ folder: String, testShare: Double) throws {
        let top = try FolderEntries(folder)
        let folders = top.entries.filter { $0.type == .folder }.map(\.name)
        let trainingFolders = folders.filter { Self.trainingNames.contains($0.lowercased()) }
        let testFolders = folders.filter { Self.testNames.contains($0.lowercased()) }
        guard trainingFolders.count <= 1 else {
            throw DatasetError.unclearFolders(
                folder: folder,
                reason: "both \(trainingFolders.joined(separator: " and ")) could hold the training images",
                remedy: "rename one of them, or give one of them as the data folder")
        }
        if let name = trainingFolders.first {
            try divide(folder, top, training: name, testFolders, testShare)
        } else if !testFolders.isEmpty, testFolders.count == folders.count {
            try takeTestAlone(folder, top, testFolders)
        } else {
            let tree = try FileTree(folder, kind: .images)
            for name in testFolders { try refuseSplit(name, in: folder, tree, role: "test") }
            try holdOut(Self.part(of: tree, folder, place: "the folder itself"), tree, testShare)
        }
    }

    // MARK: - Which folders are splits

    private mutating func divide(
        _ folder: String, _ top: FolderEntries, training name: String, _ testFolders: [String], _ testShare: Double
    ) throws {
        if testFolders.isEmpty, top.entries.contains(where: { $0.type == .folder && $0.name != name }) {
            // A class of trains beside other classes, or a split beside folders of something else.
            let tree = try FileTree(folder, kind: .images)
            if tree.files.contains(where: { !$0.hasPrefix(name + "/") && $0.utf8.contains(UInt8(ascii: "/")) }) {
                try refuseSplit(name, in: folder, tree, role: "training")
                return try holdOut(Self.part(of: tree, folder, place: "the folder itself"), tree, testShare)
            }
        }
        let tree = try FileTree(folder + "/" + name, kind: .images)
        let part = Self.part(of: tree, folder + "/" + name, place: name + "/")
        let candidates = try testFolders.map { name in
            let tree = try FileTree(folder + "/" + name, kind: .images)
            return (name: name, tree: tree, part: Self.part(of: tree, folder + "/" + name, place: name + "/"))
        }
        for empty in candidates where empty.tree.files.isEmpty {
            notices.append("\(empty.name)/ holds no image and is not used")
        }
        let chosen = Self.choose(candidates.filter { !$0.tree.files.isEmpty }.map(\.part), training: part)
        guard let chosen, let found = candidates.first(where: { $0.part.place == chosen.place }) else {
            noteUnused(top, but: [name] + testFolders)
            return try holdOut(part, tree, testShare)
        }
        note(part, tree)
        note(found.part, found.tree)
        noteUnused(top, but: [name] + testFolders)
        noteOthers(than: found.name, candidates.filter { !$0.tree.files.isEmpty }.map(\.name))
        training = part
        test = try Self.fitted(found.part, to: part)
        if let reason = test?.unlabelled, found.part.unlabelled == nil { notices.append(reason) }
    }

    /// A folder with a split's name that is taken for a class, which is said; or an error, where it looks like a split.
    private mutating func refuseSplit(_ name: String, in folder: String, _ tree: FileTree, role: String) throws {
        let isDeep = tree.files.contains {
            $0.hasPrefix(name + "/") && $0.utf8.count { $0 == UInt8(ascii: "/") } > 1
        }
        guard !isDeep else {
            throw DatasetError.unclearFolders(
                folder: folder,
                reason: "\(name)/ has the name of a split and holds folders of images, and beside it lie other"
                    + " folders of images",
                remedy: role == "training"
                    ? "name the folder of the test images 'test' or 'val', or give \(folder)/\(name) as the data folder"
                    : "put the folders of the training images into a folder 'train'")
        }
        notices.append(
            "warning: \(name)/ has the name of a split and is taken for a class, as it lies beside other classes")
    }

    /// Folders of test images and nothing else.
    private mutating func takeTestAlone(_ folder: String, _ top: FolderEntries, _ names: [String]) throws {
        let loose = top.entries.first {
            $0.type == .file
                && FileTree.Kind.images.extensions.contains(($0.name as NSString).pathExtension.lowercased())
        }
        if let loose {
            throw DatasetError.unclearFolders(
                folder: folder, reason: "images such as \(loose.name) lie beside \(names.joined(separator: "/, "))/",
                remedy: "put the training images into a folder 'train'")
        }
        let trees = try names.map { (name: $0, tree: try FileTree(folder + "/" + $0, kind: .images)) }
            .filter { !$0.tree.files.isEmpty }
        let parts = trees.map { Self.part(of: $0.tree, folder + "/" + $0.name, place: $0.name + "/") }
        guard let chosen = Self.choose(parts, training: nil),
            let found = trees.first(where: { $0.name + "/" == chosen.place })
        else { return }
        note(chosen, found.tree)
        noteUnused(top, but: names)
        noteOthers(than: found.name, trees.map(\.name))
        notices.append("there is no folder 'train', so there are no training images")
        test = chosen
    }

    /// Of several folders of test images the one that is taken: one whose labels are those of training, then one without
    /// labels, of which `val` may be measured on and `test` is often of unknown answers (ImageNet).
    private static func choose(_ parts: [Part], training: Part?) -> Part? {
        func rank(_ part: Part) -> Int {
            let name = part.place.dropLast().lowercased()
            let place = testNames.firstIndex(of: name) ?? 0
            guard let training, !training.classNames.isEmpty else { return place }
            guard part.classNames.isEmpty else {
                return Set(part.classNames).isSubset(of: training.classNames) ? place : 100 + place
            }
            return (validationNames.contains(name) ? 200 : 300) + place
        }
        return parts.min { rank($0) < rank($1) }
    }

    /// A test split with the labels of training.
    private static func fitted(_ part: Part, to training: Part) throws -> Part {
        var part = part
        guard !part.classNames.isEmpty else { return part }
        func withoutLabels(_ reason: String) -> Part {
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
            throw DatasetError.unknownClasses(folder: part.root, names: unknown, known: training.classNames)
        }
        let own = part.classNames
        part.labels = part.labels.compactMap { numbers[own[$0]] }
        part.classNames = training.classNames
        return part
    }

    // MARK: - Classes

    /// The images of a folder with the labels that folders in it give.
    ///
    /// A few images beside many class folders are left out; where more lie there, folders are no classes.
    private static func part(of tree: FileTree, _ root: String, place: String) -> Part {
        var part = Part(root: root, place: place, paths: tree.files)
        let classes = tree.files.map(firstFolder)
        let loose = classes.count { $0 == nil }
        if loose == tree.files.count {
            part.unlabelled = "no folders of classes in \(place)"
            return part
        }
        guard loose * 4 <= tree.files.count else {
            let example = zip(tree.files, classes).first { $0.1 == nil }?.0 ?? ""
            part.unlabelled =
                "\(Count.text(loose)) of \(Count.text(tree.files.count)) images of \(place) lie in no class folder"
                + " (\(example)" + (loose > 1 ? ", …)" : ")")
            return part
        }
        part.paths = zip(tree.files, classes).filter { $0.1 != nil }.map(\.0)
        let names = classes.compactMap { $0 }
        part.classNames = Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let numbers = Dictionary(uniqueKeysWithValues: zip(part.classNames, 0...))
        part.labels = names.compactMap { numbers[$0] }
        return part
    }

    private static func firstFolder(_ path: String) -> String? {
        path.utf8.firstIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) }
    }

    private mutating func holdOut(_ part: Part, _ tree: FileTree, _ testShare: Double) throws {
        note(part, tree)
        isHeldOut = true
        let isTest = HoldOut.isTest(part.paths, testShare: testShare)
        func selected(_ wanted: Bool) -> Part {
            var result = part
            result.paths = zip(part.paths, isTest).filter { $0.1 == wanted }.map(\.0)
            if !part.labels.isEmpty {
                result.labels = zip(part.labels, isTest).filter { $0.1 == wanted }.map(\.0)
            }
            return result
        }
        training = selected(false)
        test = selected(true)
    }

    // MARK: - What is said

    private mutating func note(_ part: Part, _ tree: FileTree) {
        let place = part.place.hasSuffix("/") ? part.place : ""
        leftOut += tree.leftOut.texts.map { place.isEmpty ? $0 : "in \(place) \($0)" }
        let loose = tree.files.count - part.paths.count
        if loose > 0 {
            let names = tree.files.filter { Self.firstFolder($0) == nil }
            leftOut.append(
                "\(Count.text(loose)) " + (loose == 1 ? "image" : "images") + " beside the class folders: "
                    + Listing.text(names.map { place + $0 }, limit: 5))
        }
        guard !part.classNames.isEmpty else { return }
        let filled = Set(part.classNames)
        let empty = tree.folders.filter { !filled.contains($0) }
        if !empty.isEmpty {
            notices.append(
                "folders without images, which are no classes: " + Listing.text(empty.map { place + $0 }, limit: 5))
        }
    }

    private mutating func noteOthers(than chosen: String, _ names: [String]) {
        for name in names where name != chosen {
            notices.append("\(name)/ is not used: the test images are those in \(chosen)/")
        }
    }

    private mutating func noteUnused(_ top: FolderEntries, but used: [String]) {
        let unused =
            top.entries.filter { !used.contains($0.name) }
            .map { $0.type == .folder ? $0.name + "/" : $0.name } + top.hidden + top.unreadableNames
        if !unused.isEmpty { leftOut.append("beside the splits: " + Listing.text(unused, limit: 5)) }
    }
}
