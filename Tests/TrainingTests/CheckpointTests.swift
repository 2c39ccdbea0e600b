import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Training

/// A network of one layer, as it is trained.
private struct Trained {
    let store = ParameterStore()
    let layer: Convolution2D
    let optimizer: Adam
    let averaging: WeightAveraging
    let statistic: Tensor

    init(seed: UInt64) throws {
        layer = try Convolution2D(
            Scope(store: store, generator: Generator(seed: seed)) / "layer", inputs: 1, outputs: 2, filter: 1)
        optimizer = try Adam(store)
        averaging = try WeightAveraging(store, decay: 0.5)
        statistic = try Tensor([Float(seed)], [1])
    }

    /// A step on random images of a number.
    func step(_ number: UInt64) throws {
        let images = try Tensor.uniform([1, 1, 2, 2], in: 0...1, generator: Generator(seed: number))
        let output = try layer(images)
        try (output * output).sum().backward()
        try optimizer.step(learningRate: 0.1)
        try averaging.update(step: Int(number))
        try store.clearGradients()
    }

    func parts(statistics: Bool = false) -> Checkpoint.Parts {
        .init(store, optimizer, averaging, statistics: statistics ? [("count", statistic)] : [])
    }

    func weights() throws -> [[Float]] {
        try (store.state() + averaging.state()).map { try $0.tensor.array(of: Float.self) }
    }
}

@Suite("Checkpoints of any network")
struct CheckpointTests {
    private func state(_ step: Int) -> Checkpoint.State {
        .init(step: step, images: 12, device: .cpu, elementType: .float32)
    }

    @Test("A network and its optimiser go on where they were")
    func exact() throws {
        try withTemporaryFolder { root in
            let folder = RunFolder(root).checkpoint(2)
            let first = try Trained(seed: 1)
            for number: UInt64 in 0..<2 { try first.step(number) }
            try Checkpoint.save(state(2), to: folder, first.parts())
            let second = try Trained(seed: 7)
            let loaded = try Checkpoint.load(from: folder, into: second.parts())
            #expect(loaded == state(2) && loaded.step == 2 && loaded.images == 12)
            #expect(try second.weights() == first.weights())
            for number: UInt64 in 2..<5 {
                try first.step(number)
                try second.step(number)
            }
            #expect(try second.weights() == first.weights())
        }
    }

    @Test("Statistics have a file only where there are any", arguments: [false, true])
    func files(_ statistics: Bool) throws {
        try withTemporaryFolder { root in
            let folder = RunFolder(root).checkpoint(1)
            let first = try Trained(seed: 1)
            try first.step(0)
            try Checkpoint.save(state(1), to: folder, first.parts(statistics: statistics))
            var expected: Set = ["weights.safetensors", "averages.safetensors", "optimizer.safetensors", "state.json"]
            if statistics { expected.insert("statistics.safetensors") }
            #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder.path)) == expected)
            let second = try Trained(seed: 7)
            _ = try Checkpoint.load(from: folder, into: second.parts(statistics: statistics))
            #expect(try second.statistic.item() == (statistics ? 1 : 7))
        }
    }

    @Test("Files that are missing, damaged or others' are errors that name the file")
    func damaged() throws {
        try withTemporaryFolder { root in
            let folder = RunFolder(root).checkpoint(1)
            let trained = try Trained(seed: 1)
            try Checkpoint.save(state(1), to: folder, trained.parts())
            let file = folder.appendingPathComponent("averages.safetensors")
            try Safetensors.write([("other", Tensor.zeros([1]))], to: file)
            let foreign = #expect(throws: TrainingError.self) {
                try Checkpoint.load(from: folder, into: trained.parts())
            }
            #expect("\(try #require(foreign))".contains("averages.safetensors"))
            // Checkpoints of earlier versions have no digests; what their files hold is checked all the same.
            let state = folder.appendingPathComponent("state.json")
            var table = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: state)) as? [String: Any])
            table["files"] = nil
            try JSONSerialization.data(withJSONObject: table).write(to: state)
            let error = #expect(throws: TorchError.self) {
                try Checkpoint.load(from: folder, into: trained.parts())
            }
            #expect("\(try #require(error))".contains("averages.safetensors"))
            try FileManager.default.removeItem(at: file)
            #expect(throws: FileError.self) { try Checkpoint.load(from: folder, into: trained.parts()) }
        }
    }
}
