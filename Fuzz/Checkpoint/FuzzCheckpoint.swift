import Files
import Foundation
import FuzzSupport
import FuzzTensorSupport
import Torch
import Training

/// The reader of checkpoints: its files with separators between, in the order of ``files``; the first is JSON, and how an
/// input stands for the others ``SafetensorsFrame`` says.
enum CheckpointTarget: FuzzTarget {
    private static let files = ["state", "weights", "averages", "statistics", "optimizer"]

    /// Read into again and again: making them takes longer than reading.
    nonisolated(unsafe) private static let live = Result { try makeParts() }

    /// A network of two numbers, with its optimiser.
    private static func makeParts() throws -> Checkpoint.Parts {
        let store = ParameterStore()
        _ = try Scope(store: store, generator: Generator(seed: 1)).parameter("w", Tensor([1, 2] as [Float], [2]))
        return Checkpoint.Parts(
            store, try Adam(store), try WeightAveraging(store, decay: 0.5),
            statistics: [("count", try Tensor([3] as [Float], [1]))])
    }

    static func read(_ bytes: [UInt8]) throws {
        let parts = FuzzInput.parts(bytes, count: files.count)
        let state = try Checkpoint.load(
            into: live.get(), path: { $0 },
            read: { name in
                let index = files.firstIndex { name.hasPrefix($0) } ?? 0
                return Data(index == 0 ? parts[0] : SafetensorsFrame.file(parts[index]))
            })
        require(state.step >= 0)
        try state.check(images: 12, totalSteps: 100, path: "folder")
        _ = state.differences(from: Checkpoint.State(step: 1, images: 12, device: .cpu, elementType: .float32))
    }

    static func isDocumented(_ error: any Error) -> Bool {
        if case TorchError.mismatchedParameters = error { return true }
        return error is FileError || error is TrainingError
    }

    static func seeds() throws -> [String: [UInt8]] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        var state = Checkpoint.State(step: 2, images: 12, device: .cpu, elementType: .float32)
        state.libTorch = "2"
        try Checkpoint.save(state, to: folder, makeParts())
        let contents = try files.map { name in
            let url = folder.appendingPathComponent(name + (name == "state" ? ".json" : ".safetensors"))
            let data = try Data(contentsOf: url)
            guard name == "state" else { return SafetensorsFrame.input([UInt8](data)) }
            // Without the digests, which would refuse every change of the other files before they are read.
            var table = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
            table["files"] = nil
            return [UInt8](try JSONSerialization.data(withJSONObject: table, options: [.sortedKeys, .prettyPrinted]))
        }
        return ["checkpoint": FuzzInput.joined(contents)]
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<CheckpointTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzRunner<CheckpointTarget>.test(start, count)
}
