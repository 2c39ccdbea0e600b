import Files
import Foundation

/// WebDataset: files of one sample have one name before the first dot, such as `000017.jpg` and `000017.cls`.
///
/// The class is the number in `.cls`, or else `cls` or `label` in `.json`. Splits are told by the names of the shards.
struct WebDatasetShards: DatasetLayout {
    private static let labelEndings = ["cls", "json"]

    static func fits(_ source: any FileSource) throws -> Bool {
        guard source is ArchiveFiles || source is OverlaidFiles else { return false }
        let top = try source.entries(of: "")?.entries ?? []
        let folders = top.filter { $0.type == .folder }.map(\.name)
        // Images without labels, whose shards would be taken for classes.
        if folders.count > 1, SplitName.areShards(folders) { return true }
        // The first sample of the first shard, or of the only one.
        for folder in [""] + folders.prefix(1) {
            let names = try source.entries(of: folder)?.entries.filter { $0.type == .file }.map(\.name) ?? []
            if names.prefix(16).contains(where: { labelEndings.contains(($0 as NSString).pathExtension.lowercased()) }),
                names.prefix(16).contains(where: { FileTree.Kind.images.isOfExtension($0) })
            {
                return true
            }
        }
        return false
    }

    static func list(_ source: any FileSource, testShare: Double) throws -> ImageListing {
        var listing = ImageListing(name: "WebDataset shards")
        let tree = try source.tree(below: "", kind: .images)
        var part = ImageListing.Part(root: "", place: "the shards", paths: tree.files)
        var labels: [Int] = []
        labels.reserveCapacity(part.paths.count)
        var ending: String?
        for (index, path) in part.paths.enumerated() {
            guard let (label, used) = try label(of: path, in: source) else {
                guard index == 0 || ending == nil else {
                    throw FileError.malformed(
                        path: source.name(of: path), reason: "there is no class beside it, as beside other images",
                        expected: "a file \(key(path)).\(ending ?? "cls") in the shard")
                }
                continue
            }
            guard labels.count == index else {
                throw FileError.malformed(
                    path: source.name(of: path), reason: "there is a class beside it, and none beside other images",
                    expected: "a class for every image, or for none")
            }
            ending = used
            labels.append(label)
        }
        if labels.isEmpty {
            part.unlabelled = "no .cls beside the images, and no number 'cls' or 'label' in .json"
        } else {
            part.labels = labels
            part.classNames = try classNames(source, atLeast: (labels.max() ?? 0) + 1)
            listing.labels = "the numbers in .\(ending ?? "cls") beside the images"
        }
        listing.leftOut = Self.withoutLabelFiles(tree.leftOut)
        listing.divide(part, testShare) { path in
            ImageListing.Part.firstFolder(path).flatMap { SplitName.split(ofShard: $0) }
        }
        return listing
    }

    /// The names that packing wrote beside the shards; numbers where there are none.
    private static func classNames(_ source: any FileSource, atLeast count: Int) throws -> [String] {
        let name = ShardPacking.manifestName
        guard source.kind(of: name) == .file else { return (0..<count).map(String.init) }
        let data = try source.read(name, limit: FileReader.textLimit)
        guard let found = try? JSONDecoder().decode(ShardPacking.Manifest.self, from: data) else {
            return (0..<count).map(String.init)
        }
        guard found.classNames.count >= count else {
            throw FileError.malformed(
                path: source.name(of: name), reason: "it names \(found.classNames.count) classes",
                expected: "\(count), as the labels of the shards go up to \(count - 1)")
        }
        guard found.isComplete else {
            throw FileError.malformed(
                path: source.name(of: name), reason: "packing has not ended", expected: "all shards; go on with packing"
            )
        }
        return found.classNames
    }

    /// What stands before the first dot of a file's name, with its folders.
    private static func key(_ path: String) -> String {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        return String(path[..<(path[slash...].firstIndex(of: ".") ?? path.endIndex)])
    }

    private static func label(of path: String, in source: any FileSource) throws -> (Int, ending: String)? {
        let key = key(path)
        if source.size(of: key + ".cls") != nil {
            let text = String(decoding: try source.read(key + ".cls", limit: 64), as: UTF8.self)
            guard let label = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), (0..<(1 << 20)).contains(label)
            else {
                throw FileError.malformed(
                    path: source.name(of: key + ".cls"), reason: "'\(text)' is no class", expected: "a number from 0")
            }
            return (label, "cls")
        }
        guard source.size(of: key + ".json") != nil else { return nil }
        let data = try source.read(key + ".json", limit: 1 << 20)
        guard let json = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else { return nil }
        guard let number = (json["cls"] ?? json["label"]) as? NSNumber, (0..<(1 << 20)).contains(number.intValue) else {
            return nil
        }
        return (number.intValue, "json")
    }

    private static func withoutLabelFiles(_ leftOut: LeftOutFiles) -> [String] {
        // Labels and captions beside images are as many as these; they are no surprise.
        leftOut.count(of: .otherKind) == leftOut.count ? [] : leftOut.texts
    }
}
