import Autoencoders
import Files
import Foundation
import Generation
import Latents
import Settings
import Testing
import Torch
import Training

@Suite("Codes on disk and what they mean")
struct CodesFileTests {
    private let folder = try? TemporaryFolder()

    private func url() throws -> URL { try #require(folder).url.appendingPathComponent("codes.safetensors") }

    @Test("What is written is read")
    func roundTrip() throws {
        let file = try SyntheticCodes.file()
        try file.write(to: url())
        let read = try CodesFile(url())
        #expect(read.space == file.space)
        #expect(read.labels == file.labels)
        #expect(read.indices == file.indices)
        #expect(read.codes.grids[0].dataType == .uint8)
        #expect(try read.codes.grids[0].array(of: Int32.self) == file.codes.grids[0].array(of: Int32.self))
    }

    @Test("Two grids are two tensors, and codes above a byte are whole")
    func severalGrids() throws {
        let space = CodeSpace(
            model: String(repeating: "b", count: 64), kind: "vqvae2",
            grids: [.init(height: 2, width: 2, branchings: [300]), .init(height: 4, width: 4, branchings: [5])],
            isHierarchical: false, imageDimensions: 64)
        let file = CodesFile(
            codes: Codes(grids: [
                try Tensor([Int32](repeating: 299, count: 4), [1, 1, 2, 2]),
                try Tensor([Int32](repeating: 4, count: 16), [1, 1, 4, 4]),
            ]), indices: [7], labels: nil, space: space)
        try file.write(to: url())
        let read = try CodesFile(url())
        #expect(read.codes.grids.map(\.dataType) == [.int32, .uint8])
        #expect(try read.codes.grids[0].array(of: Int32.self) == Array(repeating: 299, count: 4))
        #expect(read.labels == nil)
        let bits = 4 * log2(300.0) + 16 * log2(5.0)
        #expect(space.uniformBits == bits)
    }

    @Test("Codes and labels that cannot be are errors that say so")
    func damage() throws {
        var file = try SyntheticCodes.file(2)
        try file.codes.grids[0].narrowed(axis: 1, 1..<2).fillInPlace(3)
        try file.write(to: url())
        let code = try #require(throws: FileError.self) { try CodesFile(url()) }
        #expect(code.description.contains("layer 2 of 'codes' holds the code 3, and its model's are 0 to 2"))
        file = try SyntheticCodes.file(2)
        file.labels = [0, 3]
        try file.write(to: url())
        let label = try #require(throws: FileError.self) { try CodesFile(url()) }
        #expect(label.description.contains("holds the label 3 and names 3 classes"))
        try Safetensors.write([("codes", file.codes.grids[0])], to: url())
        let space = try #require(throws: FileError.self) { try CodesFile(url()) }
        #expect(space.description.contains("does not say which model made its codes"))
    }

    @Test("Earlier layers are told as whole paths in a hierarchy, and as they are elsewhere")
    func conditions() throws {
        let codes = Codes(grids: [
            try Tensor([Int32(2), 1, 1, 2, 0, 3], [1, 3, 1, 2])
        ])
        var space = CodeSpace(
            model: "", kind: "hrvqvae", grids: [.init(height: 1, width: 2, branchings: [4, 4, 4])],
            isHierarchical: true, imageDimensions: 2)
        let paths = try space.conditions(before: 2, in: codes).map { try $0.array(of: Int64.self) }
        // 2·4 + 1 and 1·4 + 2 name the children of 2 and of 1.
        let expected: [[Int64]] = [[2, 1], [9, 6]]
        #expect(paths == expected)
        #expect(space.codewords == [4, 16, 64])
        space.isHierarchical = false
        let plain = try space.conditions(before: 2, in: codes).map { try $0.array(of: Int64.self) }
        let children: [[Int64]] = [[2, 1], [1, 2]]
        #expect(plain == children)
        #expect(try codes.layer(2).array(of: Int64.self) == [0, 3])
    }

    @Test("A model's fingerprint is of its weights and sizes")
    func fingerprint() throws {
        var configuration = try Preset.tiny.configuration()
        let model = try configuration.makeAutoencoder(seed: 1)
        let first = try ModelFingerprint.of(model, configuration)
        #expect(first.count == 64)
        #expect(try ModelFingerprint.of(configuration.makeAutoencoder(seed: 1), configuration) == first)
        #expect(try ModelFingerprint.of(configuration.makeAutoencoder(seed: 2), configuration) != first)
        configuration.training.seed = 9
        #expect(try ModelFingerprint.of(model, configuration) == first)
        configuration.data.padding += 1
        #expect(try ModelFingerprint.of(model, configuration) != first)
    }
}
