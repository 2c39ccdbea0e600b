import Files
import Foundation

/// CelebA: images side by side in `img_align_celeba`, and `list_eval_partition` (`.txt`, or `.csv` of Kaggle's archive) with
/// 0 for training, 1 for validation and 2 for test images.
struct CelebAFolders: DatasetLayout {
    private static let partitions = ["list_eval_partition.txt", "list_eval_partition.csv"]
    private static let places = ["img_align_celeba/img_align_celeba", "img_align_celeba", "img_celeba", ""]

    static func fits(_ source: any FileSource) throws -> Bool { source.first(of: partitions) != nil }

    static func list(_ source: any FileSource, testShare: Double) throws -> ImageListing {
        var listing = ImageListing(name: "CelebA")
        guard let file = source.first(of: partitions) else { return listing }
        let place = places.first { source.isFolder($0) } ?? ""
        let tree = try source.tree(below: place, kind: .images)
        var parts: [Substring: Substring] = [:]
        for line in try source.lines(of: file) {
            let fields = line.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "\t" })
            // The first line of Kaggle's file has the names of columns.
            if fields.count == 2 { parts[stem(fields[0])] = fields[1] }
        }
        let kinds = tree.files.map { parts[stem(Substring(($0 as NSString).lastPathComponent))] }
        if let lacking = kinds.firstIndex(where: { $0.map { !["0", "1", "2"].contains($0) } ?? true }) {
            throw FileError.malformed(
                path: source.name(of: file), reason: "it does not say which split \(tree.files[lacking]) is of",
                expected: "a line with 0, 1 or 2 for each image")
        }
        var part = ImageListing.Part(
            root: place, place: place.isEmpty ? "the folder itself" : place + "/", paths: tree.files)
        part.unlabelled = "CelebA has attributes and no classes"
        listing.leftOut = tree.leftOut.texts
        listing.training = part.filtered { kinds[$0] == "0" }
        listing.test = part.filtered { kinds[$0] == "2" }
        listing.splits = "the splits are those of \(file); its validation images are not used"
        return listing
    }

    /// The name without its extension: Kaggle's images are `.jpg`, other copies have `.png` under the same list.
    private static func stem(_ name: Substring) -> Substring { name.split(separator: ".").first ?? name }
}
