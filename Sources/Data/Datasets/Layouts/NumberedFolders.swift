import Files
import Foundation

/// Images with running numbers in folders that only keep each folder small: FFHQ's `00000/00000.png` to
/// `69000/69999.png`, StyleGAN's `00000/img00000000.png`. Such folders are no classes.
///
/// All 70,000 images of FFHQ have the official split: 60,000 to learn from, the last 10,000 to measure on. StyleGAN's
/// `dataset.json` gives labels where it has some.
struct NumberedFolders: DatasetLayout {
    /// Folders in which FFHQ's archives put the images.
    private static let places = [
        "images1024x1024", "images256x256", "images128x128", "thumbnails128x128", "in-the-wild-images",
    ]
    private static let imagesOfFFHQ = 70_000
    private static let trainingOfFFHQ = 60_000

    static func fits(_ source: any FileSource) throws -> Bool {
        if source.exists("dataset.json") { return true }
        guard let place = try place(in: source), let top = try source.entries(of: place) else { return false }
        let names = top.entries
        if !place.isEmpty { return true }
        let folders = names.filter { $0.type == .folder }.map(\.name)
        if folders.isEmpty {
            // FFHQ's images side by side, as some copies have them.
            return names.count { FileTree.Kind.images.isOfExtension($0.name) } == imagesOfFFHQ
                && Set(names.compactMap { number($0.name) }) == Set(0..<imagesOfFFHQ)
        }
        guard folders.count == names.count else { return false }
        if try areShards(folders, source) { return true }
        // One image of each of a few folders tells whether folders are numbers of images.
        for folder in [folders[0], folders[folders.count / 2], folders[folders.count - 1]] {
            guard let first = try source.entries(of: folder)?.entries.first(where: { $0.type == .file }),
                contains(folder, first.name)
            else { return false }
        }
        return true
    }

    static func list(_ source: any FileSource, testShare: Double) throws -> ImageListing {
        var listing = ImageListing(name: "numbered images")
        let place = try place(in: source) ?? ""
        let tree = try source.tree(below: place, kind: .images)
        listing.leftOut += tree.leftOut.texts
        var part = ImageListing.Part(
            root: place, place: place.isEmpty ? "the folder itself" : place + "/", paths: tree.files)
        part.unlabelled = "folders are numbers of images, and no classes"
        if source.exists("dataset.json") { try label(&part, source, &listing) }
        let numbers = part.paths.map(number)
        let isFFHQ =
            part.paths.count == imagesOfFFHQ && Set(numbers) == Set((0..<imagesOfFFHQ).map(Optional.some))
        guard isFFHQ else {
            listing.holdOut(part, testShare)
            return listing
        }
        listing.name = "FFHQ"
        listing.splits = "FFHQ's official split: images 0 to 59,999 are training images, 60,000 to 69,999 test images"
        listing.training = part.filtered { (numbers[$0] ?? 0) < trainingOfFFHQ }
        listing.test = part.filtered { (numbers[$0] ?? 0) >= trainingOfFFHQ }
        return listing
    }

    /// The folder of the images; `nil` where several could be meant.
    private static func place(in source: any FileSource) throws -> String? {
        let found = places.filter { source.isFolder($0) }
        guard found.count <= 1 else {
            throw DatasetError.unclearFolders(
                folder: source.path, reason: "both \(found.joined(separator: " and ")) hold the images",
                remedy: "give one of them as the data folder")
        }
        return found.first ?? ""
    }

    /// The number in an image's name: the digits at its end.
    private static func number(_ path: String) -> Int? {
        let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
        let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }
        return digits.count < 5 ? nil : Int(String(digits.reversed()))
    }

    /// Whether folders of five digits or more count from 0, and the numbers of their images go on from one to the next, as
    /// the folders of img2dataset do.
    private static func areShards(_ folders: [String], _ source: any FileSource) throws -> Bool {
        guard folders.count > 1,
            folders.allSatisfy({ $0.count >= 5 && $0.count == folders[0].count && $0.allSatisfy(\.isNumber) }),
            folders.enumerated().allSatisfy({ Int($1) == $0 })
        else { return false }
        var last = -1
        for folder in folders.prefix(8) {
            let numbers =
                try source.entries(of: folder)?.entries.filter { $0.type == .file }.map { number($0.name) } ?? []
            guard let least = numbers.first ?? nil, least > last, let most = numbers.last ?? nil else { return false }
            last = most
        }
        return true
    }

    /// Whether a folder's name is the number of an image's block: its first number (FFHQ), or its thousands (StyleGAN).
    private static func contains(_ folder: String, _ image: String) -> Bool {
        guard folder.count >= 3, folder.allSatisfy({ $0.isASCII && $0.isNumber }), let block = Int(folder),
            let number = number(image)
        else { return false }
        return [100, 1000, 10_000].contains { number / $0 == block || number - number % $0 == block }
    }

    /// StyleGAN's `dataset.json`: `{"labels": [["00000/img00000000.png", 6], …]}`, or `{"labels": null}`.
    private static func label(
        _ part: inout ImageListing.Part, _ source: any FileSource, _ listing: inout ImageListing
    ) throws {
        let name = source.name(of: "dataset.json")
        func malformed(_ reason: String) -> FileError {
            .malformed(
                path: name, reason: reason, expected: #"{"labels": [["folder/image.png", 0], …]} with every image"#)
        }
        let data = try source.read("dataset.json", limit: FileReader.textLimit)
        guard let json = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw malformed("it is no JSON object")
        }
        guard let entries = json["labels"] as? [Any] else { return }
        var labels: [String: Int] = [:]
        for entry in entries {
            guard let pair = entry as? [Any], pair.count == 2, let path = pair[0] as? String,
                let label = (pair[1] as? NSNumber)?.intValue, label >= 0, label < 1 << 20
            else { throw malformed("an entry of labels is no path with a number") }
            labels[path] = label
        }
        let found = part.paths.map { labels[$0] }
        if let lacking = found.firstIndex(of: nil) { throw malformed("it has no label of \(part.paths[lacking])") }
        part.labels = found.compactMap { $0 }
        part.classNames = (0...(part.labels.max() ?? 0)).map(String.init)
        part.unlabelled = nil
        listing.labels = "the numbers in dataset.json"
    }
}
