import Files
import Foundation
import Testing
import Torch

private func temporaryFile() -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("hrvq-\(UUID().uuidString).safetensors")
}

/// A file of a header text and a body.
private func file(_ header: String, _ body: [UInt8] = []) -> Data {
    var data = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    data.append(Data(header.utf8))
    data.append(contentsOf: body)
    return data
}

@Suite("Safetensors")
struct SafetensorsTests {
    @Test("Names, types, shapes, values and metadata come back")
    func roundTrip() throws {
        let url = temporaryFile()
        defer { try? FileManager.default.removeItem(at: url) }
        let tensors: [(name: String, tensor: Tensor)] = [
            ("a.weight", try Tensor([1, 2, 3, 4] as [Float], [2, 2])), ("b\"é", try Tensor([7] as [Int64], [])),
            ("empty", try Tensor([] as [Float], [0, 3])), ("codes", try Tensor([1, 255] as [UInt8], [2])),
            ("half", try Tensor([1.5] as [Float], [1]).to(.bfloat16)),
        ]
        try Safetensors.write(tensors, metadata: ["format": "pt"], to: url)
        let (loaded, metadata) = try Safetensors.read(url)
        #expect(metadata == ["format": "pt"])
        #expect(loaded.count == tensors.count)
        for (name, tensor) in tensors {
            let copy = try #require(loaded[name])
            #expect(copy.shape == tensor.shape && copy.dataType == tensor.dataType)
            #expect(try copy.array(of: Float.self) == tensor.array(of: Float.self))
        }
    }

    @Test("Channels-last weights are stored in logical order")
    func logicalOrder() throws {
        let url = temporaryFile()
        defer { try? FileManager.default.removeItem(at: url) }
        let values = (0..<36).map(Float.init)
        try Safetensors.write([("w", Tensor(values, [2, 2, 3, 3]).channelsLast())], to: url)
        #expect(try #require(try Safetensors.read(url).tensors["w"]).array(of: Float.self) == values)
    }

    @Test("A file cut off anywhere is an error, never a trap")
    func truncation() throws {
        let url = temporaryFile()
        defer { try? FileManager.default.removeItem(at: url) }
        try Safetensors.write([("a", Tensor([1, 2, 3] as [Float], [3])), ("b", Tensor([4] as [Float], [1]))], to: url)
        let whole = try Data(contentsOf: url)
        for length in 0..<whole.count {
            try whole.prefix(length).write(to: url)
            #expect(throws: FileError.self) { try Safetensors.read(url) }
        }
        try (whole + [0]).write(to: url)
        #expect(throws: FileError.self) { try Safetensors.read(url) }
    }

    @Test(
        "Headers that lie are errors before memory is taken",
        arguments: [
            file(""), file("[]"), file("{"), file("{\"a\":{}}"), file("{\"a\":1}"),
            file("{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}"),
            file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", Array(repeating: 0, count: 8)),
            file("{\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}}", [0, 0, 0, 0]),
            file("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", [0, 0, 0, 0]),
            file("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,8],\"data_offsets\":[0,0]}}"),
            file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1000000000000],\"data_offsets\":[0,4000000000000]}}"),
            file("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}", [0, 0]),
            file(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
                    + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", [0, 0, 0]),
            file("{\"__metadata__\":{\"a\":1}}"),
            withUnsafeBytes(of: UInt64.max) { Data($0) } + Data("{}".utf8),
        ])
    func lyingHeaders(_ data: Data) throws {
        let url = temporaryFile()
        defer { try? FileManager.default.removeItem(at: url) }
        try data.write(to: url)
        let error = #expect(throws: FileError.self) { try Safetensors.read(url) }
        #expect("\(try #require(error))".contains(url.path))
    }

    @Test("Weights that do not fit a model are all listed, and nothing is loaded")
    func strictLoading() throws {
        let store = ParameterStore()
        let scope = Scope(store: store, generator: try Generator(seed: 1))
        let first = try scope.parameter("first", Tensor([1, 1] as [Float], [2]))
        _ = try scope.parameter("second", Tensor([1] as [Float], [1]))
        let error = #expect(throws: TorchError.self) {
            try store.load(
                ["first": Tensor([5, 5] as [Float], [2]), "third": Tensor([1] as [Float], [1])], source: "file")
        }
        let text = "\(try #require(error))"
        #expect(text.contains("missing: 'second'") && text.contains("unknown: 'third'"))
        #expect(try first.tensor.array(of: Float.self) == [1, 1])
        let shape = #expect(throws: TorchError.self) {
            try store.load(
                ["first": Tensor([5] as [Float], [1]), "second": Tensor([1] as [Float], [1])], source: "file")
        }
        #expect("\(try #require(shape))".contains("'first' has the shape [1], the model's is [2]"))
    }
}
