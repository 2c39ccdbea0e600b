import Files
import Foundation

/// Where the files of MNIST and of data sets in its format are, and what they are called.
struct MNISTFiles {
    /// The files of a split.
    struct Found {
        var images: String
        var labels: String
        /// What stands before `train` or `t10k`, in lower case: `emnist-letters-`, `qmnist-`; empty for MNIST.
        var prefix: String
        /// EMNIST's file of what labels mean.
        var mapping: String?
    }

    /// Folders in which torchvision, Kaggle and others put the files.
    private static let places = [
        "", "MNIST/raw", "FashionMNIST/raw", "KMNIST/raw", "EMNIST/raw", "QMNIST/raw", "raw", "gzip",
    ]

    private let source: any FileSource

    init(_ source: any FileSource) { self.source = source }

    /// Whether a source has the files of a split, by their names.
    var fits: Bool { (try? find(.train)) != nil || (try? find(.test)) != nil }

    /// The files of a split.
    ///
    /// - Throws: ``DatasetError/missing(folder:expected:remedy:)``; ``DatasetError/unclearFolders(folder:reason:remedy:)`` for
    ///   several data sets side by side, such as EMNIST's six.
    func find(_ split: Split) throws -> Found {
        let parts = split == .train ? ["train"] : ["t10k", "test"]
        var lacking: [[String]] = []
        for place in Self.places {
            let names = try source.entries(of: place)?.entries.map(\.name) ?? []
            let images = names.compactMap { Name($0, "images", parts) }
            let labels = names.compactMap { Name($0, "labels", parts) }
            let prefixes = Set(images.map(\.prefix)).intersection(labels.map(\.prefix))
            guard prefixes.count <= 1 else {
                let sets = prefixes.sorted()
                throw DatasetError.unclearFolders(
                    folder: source.name(of: place),
                    reason: "several data sets lie side by side (\(Listing.text(sets, limit: 6)))",
                    remedy:
                        "give the files of one of them by a pattern, such as '\(source.name(of: place))/\(sets[0])*'")
            }
            let folder = place.isEmpty ? "" : place + "/"
            guard let prefix = prefixes.first, let image = images.first(where: { $0.prefix == prefix }),
                let label = labels.first(where: { $0.prefix == prefix })
            else {
                let part = split == .train ? "train" : "t10k"
                let pairs = [(images, "\(part)-images-idx3-ubyte"), (labels, "\(part)-labels-idx1-ubyte")]
                lacking.append(pairs.filter(\.0.isEmpty).map { "\(folder)\($0.1) or \(folder)\($0.1).gz" })
                continue
            }
            let mapping = prefix.split(separator: "-").count == 2 ? folder + prefix + "mapping.txt" : ""
            return Found(
                images: try inner(folder + image.file, image), labels: try inner(folder + label.file, label),
                prefix: prefix, mapping: source.kind(of: mapping) == .file ? mapping : nil)
        }
        // Of all places, the one that lacks least is the one that was meant.
        throw DatasetError.missing(
            folder: source.path, expected: lacking.min { $0.count < $1.count } ?? [],
            remedy: "put MNIST's four files there")
    }

    /// A file, or the one in a folder of its name, as Kaggle's archives have it. What lies there and is no file is found
    /// too, and refused when it is read.
    private func inner(_ path: String, _ name: Name) throws -> String {
        guard source.isFolder(path) else { return path }
        let names = try source.entries(of: path)?.entries.map(\.name) ?? []
        return names.first { Name($0, name.content, [name.part])?.prefix == name.prefix }.map { path + "/" + $0 }
            ?? path
    }

    /// A file's name taken apart: `emnist-letters-train-images-idx3-ubyte.gz`.
    private struct Name {
        var file: String
        var prefix: String
        var part: String
        var content: String

        init?(_ file: String, _ content: String, _ parts: [String]) {
            let name = (file.split(separator: "/").last.map(String.init) ?? file).lowercased()
            for part in parts {
                for divider in ["-", "."] {
                    guard let range = name.range(of: "\(part)-\(content)\(divider)idx") else { continue }
                    let ending = name[range.upperBound...]
                    guard ["1-ubyte", "3-ubyte", "2-int"].contains(where: { ending == $0 || ending == $0 + ".gz" })
                    else {
                        continue
                    }
                    (self.file, self.part, self.content) = (file, part, content)
                    prefix = String(name[..<range.lowerBound])
                    return
                }
            }
            return nil
        }
    }
}
