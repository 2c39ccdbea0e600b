import Autoencoders
import Files
import Foundation
import Latents
import Torch
import Training

/// Codes to make pictures of: a file of `Tokenizer` or of sampled codes, or one that another program wrote.
///
/// Of another program's file the tensor `codes` [images, layers, height, width] suffices (`codes.0`, `codes.1`, … for a
/// model of several latent grids), in any type of integers. A model of one layer takes [images, height, width] and
/// [images, height · width] too.
package struct DecodableCodes {
    /// The codes as int32, on the processor.
    package let codes: Codes
    /// Each image's number in its data set; 0, 1, … where the file does not say.
    package let indices: [Int]
    /// Whether the file names the model that its codes are of.
    package let namesModel: Bool

    /// The types of integers that codes may have.
    private static let types: [DataType] = [.uint8, .int8, .int16, .int32, .int64]

    /// Reads a file's bytes and checks that they are codes of a model.
    ///
    /// - Parameters:
    ///   - data: The file's bytes.
    ///   - path: What errors call them.
    ///   - space: The model's codes.
    ///   - layers: How many layers are decoded; the others may be missing. All if `nil`.
    /// - Throws: ``PriorError/otherModel(what:other:reason:)`` for codes of another model, `FileError.malformed` that says
    ///   which code is not one, `TorchError`.
    package init(_ data: Data, path: String, for space: CodeSpace, layers: Int? = nil) throws {
        let (tensors, metadata) = try Safetensors.read(data, path: path)
        if let text = metadata[CodesFile.spaceKey] {
            guard let own = try? JSONDecoder().decode(CodeSpace.self, from: Data(text.utf8)) else {
                throw FileError.malformed(
                    path: path, reason: "its metadata '\(CodesFile.spaceKey)' cannot be read",
                    expected: "what \(phrase: .tokenizer) writes, or none")
            }
            guard own.model == space.model else {
                throw PriorError.otherModel(
                    what: path, other: "the model",
                    reason: "the codes are of the model \(own.model.prefix(12))…, and this one is"
                        + " \(space.model.prefix(12))…")
            }
            namesModel = true
        } else {
            namesModel = false
        }
        var left = layers ?? Int.max
        var count: Int?
        var grids: [Tensor] = []
        for (index, grid) in space.grids.enumerated() {
            let name = CodesFile.name(grid: index, of: space.grids.count)
            let wanted = min(grid.branchings.count, left)
            left -= wanted
            guard wanted > 0 else {
                // Nothing of it is decoded, and the model looks at its shape alone.
                grids.append(try Tensor.zeros([count ?? 0, grid.branchings.count, grid.height, grid.width], .int32))
                continue
            }
            let codes = try Self.codes(tensors[name], name, grid, layers: wanted, found: tensors.keys, path: path)
            guard codes.size(0) == count ?? codes.size(0) else {
                throw FileError.malformed(
                    path: path, reason: "'\(name)' holds \(codes.size(0)) images and the grid before it \(count ?? 0)",
                    expected: "codes of the same images in all grids")
            }
            count = codes.size(0)
            grids.append(codes)
        }
        codes = Codes(grids: grids, below: space.grids.map(\.branchings))
        indices = try Self.indices(namesModel ? tensors["indices"] : nil, count: count ?? 0, path: path)
    }

    /// The codes of one grid.
    private static func codes(
        _ tensor: Tensor?, _ name: String, _ grid: LatentGrid, layers: Int, found: some Collection<String>,
        path: String
    ) throws -> Tensor {
        let expected: Message =
            "integers (uint8, int16, int32 or int64) of shape [images, \(grid.branchings.count), \(grid.height),"
            + " \(grid.width)]: layer, row, column"
        func malformed(_ reason: String) -> FileError { .malformed(path: path, reason: reason, expected: expected) }
        guard var tensor else {
            let names = Listing.text(found.sorted(), limit: 5) { "'\($0)'" }
            throw malformed("holds no tensor '\(name)'" + (names.isEmpty ? "" : ", but \(names)"))
        }
        let shape = tensor.shape
        guard types.contains(tensor.dataType) else { throw malformed("'\(name)' is \(tensor.dataType) \(shape)") }
        if grid.branchings.count == 1,
            Array(shape.dropFirst()) == [grid.height, grid.width]
                || Array(shape.dropFirst()) == [grid.height * grid.width]
        {
            tensor = try tensor.reshaped([shape[0], 1, grid.height, grid.width])
        }
        guard tensor.rank == 4, tensor.size(0) > 0, (layers...grid.branchings.count).contains(tensor.size(1)),
            Array(tensor.shape.dropFirst(2)) == [grid.height, grid.width]
        else { throw malformed("'\(name)' is \(tensor.dataType) \(shape)") }
        for (layer, choices) in grid.branchings.prefix(tensor.size(1)).enumerated() {
            let values = try tensor.selected(axis: 1, layer).to(.int64).contiguous()
            guard try values.extreme(.least) < 0 || values.extreme(.most) >= choices else { continue }
            let all = try values.array(of: Int64.self)
            guard let place = all.firstIndex(where: { $0 < 0 || $0 >= choices }) else { continue }
            let (image, position) = place.quotientAndRemainder(dividingBy: grid.height * grid.width)
            throw FileError.malformed(
                path: path,
                reason: "'\(name)' holds the code \(all[place]) (image \(image), layer \(layer + 1), row"
                    + " \(position / grid.width), column \(position % grid.width))",
                expected: "codes from 0 to \(choices - 1) in this layer")
        }
        return try tensor.to(.int32).contiguous()
    }

    private static func indices(_ tensor: Tensor?, count: Int, path: String) throws -> [Int] {
        guard let tensor else { return Array(0..<count) }
        guard types.contains(tensor.dataType), tensor.shape == [count] else {
            throw FileError.malformed(
                path: path, reason: "'indices' is \(tensor.dataType) \(tensor.shape)",
                expected: "integers of shape [\(count)]")
        }
        let indices = try tensor.to(.int64).contiguous().array(of: Int64.self)
        guard Set(indices).count == count, indices.allSatisfy({ $0 >= 0 }) else {
            throw FileError.malformed(
                path: path, reason: "'indices' repeats a number, or holds one below 0",
                expected: "each image's number in its data set")
        }
        return indices.map { Int($0) }
    }
}
