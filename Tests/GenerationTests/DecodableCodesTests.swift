import Autoencoders
import Files
import Foundation
import Generation
import Latents
import Testing
import Torch
import Training

@Suite("Codes that become pictures")
struct DecodableCodesTests {
    private let space = CodeSpace(
        model: String(repeating: "a", count: 64), kind: "hrvqvae",
        grids: [.init(height: 2, width: 3, branchings: [4, 5])], isHierarchical: true, imageDimensions: 6)

    private func read(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], layers: Int? = nil,
        of space: CodeSpace? = nil
    ) throws -> DecodableCodes {
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("c.safetensors")
        try Safetensors.write(tensors, metadata: metadata, to: url)
        return try DecodableCodes(
            FileReader.read(url), path: "c.safetensors", for: space ?? self.space, layers: layers)
    }

    private let values = (0..<24).map { $0 % 4 }

    @Test("The tensor alone is enough, in any type of integers")
    func types() throws {
        let shape = [2, 2, 2, 3]
        let tensors = [
            try Tensor(values.map { UInt8($0) }, shape), try Tensor(values.map { Int16($0) }, shape),
            try Tensor(values.map { Int32($0) }, shape), try Tensor(values.map { Int64($0) }, shape),
        ]
        for tensor in tensors {
            let codes = try read([("codes", tensor)])
            #expect(!codes.namesModel && codes.indices == [0, 1])
            #expect(try codes.codes.grids[0].array(of: Int32.self) == values.map { Int32($0) })
        }
    }

    @Test("Codes out of range are named by their place; also those that an integer of 32 bits cannot hold")
    func range() throws {
        for wrong: Int64 in [5, -1, 1 << 32, .min] {
            var values = self.values.map { Int64($0) }
            values[12 + 6 + 4] = wrong
            let error = try #require(
                #expect(throws: FileError.self) { try read([("codes", Tensor(values, [2, 2, 2, 3]))]) })
            #expect("\(error)".contains("the code \(wrong) (image 1, layer 2, row 1, column 1)"), "\(error)")
            #expect("\(error)".contains("0 to 4"), "\(error)")
        }
    }

    @Test("What is not codes of the model is an error that shows the layout")
    func refused() throws {
        let floats = try Tensor(values.map { Float($0) }, [2, 2, 2, 3])
        let other = try Tensor(values.map { Int64($0) }, [2, 2, 3, 2])
        for tensors in [[("codes", floats)], [("codes", other)], [("tokens", other)]] {
            let error = try #require(#expect(throws: FileError.self) { try read(tensors) })
            #expect("\(error)".contains("[images, 2, 2, 3]: layer, row, column"), "\(error)")
        }
    }

    @Test("Codes of another model are refused, and so is a description that cannot be read")
    func otherModel() throws {
        let tensor = try Tensor(values.map { Int64($0) }, [2, 2, 2, 3])
        var other = space
        other.model = String(repeating: "b", count: 64)
        func text(_ space: CodeSpace) throws -> String {
            String(decoding: try JSONEncoder().encode(space), as: UTF8.self)
        }
        #expect(throws: PriorError.self) { try read([("codes", tensor)], metadata: ["codeSpace": text(other)]) }
        #expect(throws: FileError.self) { try read([("codes", tensor)], metadata: ["codeSpace": "{"]) }
        let own = try read(
            [("codes", tensor), ("indices", Tensor([Int64(9), 4], [2]))], metadata: ["codeSpace": text(space)])
        #expect(own.namesModel && own.indices == [9, 4])
    }

    @Test("Layers that are not decoded may be missing, and a model of one layer takes flat codes")
    func layouts() throws {
        let first = try Tensor((0..<12).map { Int64($0 % 4) }, [2, 1, 2, 3])
        #expect(try read([("codes", first)], layers: 1).codes.grids[0].shape == [2, 1, 2, 3])
        #expect(throws: FileError.self) { try read([("codes", first)]) }
        var flat = space
        flat.grids[0].branchings = [4]
        for shape in [[2, 6], [2, 2, 3], [2, 1, 2, 3]] {
            #expect(try read([("codes", first.reshaped(shape))], of: flat).codes.grids[0].shape == [2, 1, 2, 3])
        }
    }
}
