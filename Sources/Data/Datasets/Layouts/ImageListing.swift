import Files
import Foundation

/// The pictures of a source, divided into splits, with their classes: what a ``DatasetLayout`` finds.
struct ImageListing {
    /// The images of one split.
    struct Part {
        /// The folder that paths are relative to; empty for the source itself.
        var root: String
        /// What messages call that folder.
        var place: String
        /// Paths relative to ``root``, in their order.
        var paths: [String]
        /// A class for each path; empty where there are none.
        var labels: [Int] = []
        /// What labels mean; empty where there are none.
        var classNames: [String] = []
        /// Why there are no labels, where there are none.
        var unlabelled: String?

        /// The path of an image in the source.
        func path(at index: Int) -> String { root.isEmpty ? paths[index] : root + "/" + paths[index] }
    }

    /// What the layout is called.
    var name: String
    /// What `data.kind` calls it.
    var kind = DatasetKind.folder
    /// The images to learn from, and those to measure on; `nil` where no folder has them.
    var training: Part?
    var test: Part?
    /// Whether the test images are a share that is held out of one folder.
    var isHeldOut = false
    /// Where the splits come from, as a sentence, where folders do not say it.
    var splits: String?
    /// Where labels come from, as the end of a sentence, where folders do not say it.
    var labels: String?
    /// What was assumed, or looks like a mistake.
    var notices: [String] = []
    /// What was left out, a text for each reason.
    var leftOut: [String] = []

    init(name: String) { self.name = name }

    /// Holds a share of the images out, chosen by a hash of their names.
    mutating func holdOut(_ part: Part, _ tree: FileTree, _ testShare: Double) {
        note(part, tree)
        holdOut(part, testShare)
    }

    /// Holds a share of the images out, chosen by a hash of their names.
    mutating func holdOut(_ part: Part, _ testShare: Double) {
        isHeldOut = true
        let isTest = HoldOut.isTest(part.paths, testShare: testShare)
        training = part.filtered { !isTest[$0] }
        test = part.filtered { isTest[$0] }
    }

    /// Says what a split's folder holds that is no image of it.
    mutating func note(_ part: Part, _ tree: FileTree) {
        let place = part.place.hasSuffix("/") ? part.place : ""
        leftOut += tree.leftOut.texts.map { place.isEmpty ? $0 : "in \(place) \($0)" }
        let loose = tree.files.count - part.paths.count
        if loose > 0 {
            let names = tree.files.filter { Part.firstFolder($0) == nil }
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
}

extension ImageListing.Part {
    /// The images of a folder with the labels that folders in it give.
    ///
    /// A few images beside many class folders are left out; where more lie there, folders are no classes.
    init(of tree: FileTree, _ root: String, place: String) {
        self.init(root: root, place: place, paths: tree.files)
        let classes = tree.files.map(Self.firstFolder)
        let loose = classes.count { $0 == nil }
        if loose == tree.files.count {
            unlabelled = "no folders of classes in \(place)"
            return
        }
        guard loose * 4 <= tree.files.count else {
            let example = zip(tree.files, classes).first { $0.1 == nil }?.0 ?? ""
            unlabelled =
                "\(Count.text(loose)) of \(Count.text(tree.files.count)) images of \(place) lie in no class folder"
                + " (\(example)" + (loose > 1 ? ", …)" : ")")
            return
        }
        paths = zip(tree.files, classes).filter { $0.1 != nil }.map(\.0)
        setLabels(classes.compactMap { $0 })
    }

    /// Gives each image the class of a name; classes are in the order of the names' bytes.
    mutating func setLabels(_ names: [String]) {
        classNames = Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let numbers = Dictionary(uniqueKeysWithValues: zip(classNames, 0...))
        labels = names.compactMap { numbers[$0] }
    }

    /// The images of some indices.
    func filtered(_ isIncluded: (Int) -> Bool) -> Self {
        let kept = paths.indices.filter(isIncluded)
        var result = self
        result.paths = kept.map { paths[$0] }
        if !labels.isEmpty { result.labels = kept.map { labels[$0] } }
        return result
    }

    /// The first folder of a path; `nil` where it lies in none.
    static func firstFolder(_ path: String) -> String? {
        path.utf8.firstIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) }
    }
}
