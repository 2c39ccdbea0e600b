import Autoencoders
import Datasets
import Files
import Foundation
import Latents
import Torch

/// The codes of a data set: what ``Tokenizer`` writes and priors are trained on.
///
/// A safetensors file of `codes` [N, layers, H, W] (or `codes.i` a latent grid), uint8 where m ≤ 256 and int32
/// otherwise, `indices` int64 [N] (each image's number in its data set: images that do not decode are left out), `labels`
/// int64 [N] where there are labels, and metadata that says which model made them.
public struct CodesFile {
    /// The codes, on the processor.
    public var codes: Codes
    /// Each image's number in its data set.
    public var indices: [Int]
    /// Each image's class, or `nil`.
    public var labels: [Int]?
    /// What the codes mean.
    public var space: CodeSpace
    /// Further texts, such as the data set's name and part.
    public var notes: [String: String]

    /// The key of the metadata that holds ``space`` as JSON.
    package static let spaceKey = "codeSpace"

    /// Collects the parts.
    public init(
        codes: Codes, indices: [Int], labels: [Int]?, space: CodeSpace, notes: [String: String] = [:]
    ) {
        self.codes = codes
        self.indices = indices
        self.labels = labels
        self.space = space
        self.notes = notes
    }

    /// How many images there are.
    public var count: Int { codes.count }

    /// What tells these codes from others: the images' numbers, the shapes, and all codes and labels.
    ///
    /// - Throws: `DigestError`, `TorchError`.
    package func fingerprint() throws -> DatasetFingerprint {
        var digest = try DatasetFingerprint.Digest(images: count)
        for index in indices { try digest.add(name: "\(index)", size: 1) }
        for grid in codes.grids {
            try grid.contiguous().withBytes { try digest.add(content: UnsafeRawBufferPointer($0)) }
        }
        if let labels { try labels.withUnsafeBytes { try digest.add(content: $0) } }
        return try digest.finish()
    }

    /// Reads a file and checks all of it: shapes, ranges, labels.
    ///
    /// - Throws: `FileError` that says what is wrong, `TorchError`.
    public init(_ url: URL) throws {
        try self.init(FileReader.read(url, remedy: "give a file that \(phrase: .tokenizer) wrote"), path: url.path)
    }

    /// Reads a file's bytes and checks all of them; see ``init(_:)``.
    ///
    /// - Throws: `FileError`, `TorchError`.
    package init(_ data: Data, path: String) throws {
        let (tensors, metadata) = try Safetensors.read(data, path: path)
        func malformed(_ reason: String) -> FileError {
            .malformed(path: path, reason: reason, expected: "codes as \(phrase: .tokenizer) writes them")
        }
        guard let text = metadata[Self.spaceKey],
            let space = try? JSONDecoder().decode(CodeSpace.self, from: Data(text.utf8)), space.isPlausible
        else { throw malformed("does not say which model made its codes") }
        var grids: [Tensor] = []
        for (index, grid) in space.grids.enumerated() {
            let name = Self.name(grid: index, of: space.grids.count)
            guard let tensor = tensors[name] else { throw malformed("holds no tensor '\(name)'") }
            let shape = [grid.branchings.count, grid.height, grid.width]
            guard tensor.dataType == .uint8 || tensor.dataType == .int32, tensor.rank == 4,
                Array(tensor.shape.dropFirst()) == shape, tensor.size(0) > 0
            else { throw malformed("'\(name)' is \(tensor), and its model's codes are [images, \(shape)]") }
            for (layer, choices) in grid.branchings.enumerated() {
                let values = try tensor.selected(axis: 1, layer).to(.int32).reshaped([-1])
                let (least, most) = (try values.extreme(.least), try values.extreme(.most))
                guard least >= 0, most < choices else {
                    throw malformed(
                        "layer \(layer + 1) of '\(name)' holds the code \(least < 0 ? least : most), and its model's"
                            + " are 0 to \(choices - 1)")
                }
            }
            grids.append(tensor)
        }
        let count = grids[0].size(0)
        guard grids.allSatisfy({ $0.size(0) == count }) else {
            throw malformed("its grids hold unlike numbers of images")
        }
        /// Numbers of images, which other types than integers would round.
        func integers(_ name: String) throws -> [Int]? {
            guard let tensor = tensors[name] else { return nil }
            guard [.uint8, .int8, .int16, .int32, .int64].contains(tensor.dataType), tensor.rank == 1 else {
                throw malformed("'\(name)' is \(tensor), and integers of the shape [images] (int64) are needed")
            }
            return try tensor.array(of: Int64.self).map { Int($0) }
        }
        let labels = try integers("labels")
        let indices = try integers("indices") ?? Array(0..<count)
        guard labels?.count ?? count == count, indices.count == count else {
            throw malformed("its labels or indices are not as many as its images")
        }
        if let wrong = labels?.first(where: { $0 < 0 || $0 >= space.classNames.count }) {
            throw malformed("holds the label \(wrong) and names \(space.classNames.count) classes")
        }
        self.init(
            codes: Codes(grids: grids, below: space.grids.map(\.branchings)), indices: indices, labels: labels,
            space: space, notes: metadata.filter { $0.key != Self.spaceKey })
    }

    /// Writes the file, whole or not at all.
    ///
    /// - Throws: `FileError`, `TorchError`.
    public func write(to url: URL) throws {
        var tensors: [(name: String, tensor: Tensor)] = try codes.grids.enumerated().map { index, grid in
            (Self.name(grid: index, of: codes.grids.count), try grid.to(space.grids[index].fitsBytes ? .uint8 : .int32))
        }
        tensors.append(("indices", try Tensor(indices.map(Int64.init), [indices.count])))
        if let labels { tensors.append(("labels", try Tensor(labels.map(Int64.init), [labels.count]))) }
        var metadata = notes
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        metadata[Self.spaceKey] = String(decoding: try encoder.encode(space), as: UTF8.self)
        try Safetensors.write(tensors, metadata: metadata, to: url)
    }

    /// The codes of some images, by their place in this file.
    ///
    /// - Throws: `TorchError`.
    package func selected(_ places: [Int]) throws -> CodesFile {
        let rows = try Tensor(places.map(Int64.init), [places.count])
        return CodesFile(
            codes: try codes.selected { try $0.indexSelected(axis: 0, rows) },
            indices: places.map { indices[$0] }, labels: labels.map { labels in places.map { labels[$0] } },
            space: space, notes: notes)
    }

    /// The name of a grid's tensor.
    package static func name(grid: Int, of count: Int) -> String { count == 1 ? "codes" : "codes.\(grid)" }
}
