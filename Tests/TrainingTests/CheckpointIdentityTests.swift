import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Training

/// Files that are put together by hand must not pass for a checkpoint.
@Suite("Checkpoints are of one run and one step")
struct CheckpointIdentityTests {
    private func state(_ url: URL, _ change: (inout [String: Any]) -> Void) throws {
        let file = url.appendingPathComponent("state.json")
        var table = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        change(&table)
        try JSONSerialization.data(withJSONObject: table).write(to: file)
    }

    private func resume(_ run: URL, seed: Int = 1, steps: Int = 4) throws {
        try train(
            tiny(["training.steps=\(steps)", "training.seed=\(seed)", "training.threads=1"]), in: run,
            existing: .resume)
    }

    private func expectMalformed(
        _ words: String..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
        let error = #expect(throws: TrainingError.self, sourceLocation: sourceLocation) { try body() }
        guard case .malformedCheckpoint? = error else {
            Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
            return
        }
        for word in words {
            #expect("\(error as Any)".contains(word), "\(error as Any)", sourceLocation: sourceLocation)
        }
    }

    @Test("A part of another run, of another step, or a whole checkpoint of another run is refused; an old one is read")
    func mixtures() throws {
        try withTemporaryFolder { root in
            let manager = FileManager.default
            for seed in 1...2 {
                try train(
                    tiny([
                        "training.steps=2", "training.seed=\(seed)", "training.threads=1", "checkpoint.every=1",
                        "checkpoint.keep=2",
                    ]), in: root.appendingPathComponent("r\(seed)"))
            }
            let run = root.appendingPathComponent("run")
            func copy() throws -> URL {
                try? manager.removeItem(at: run)
                try manager.copyItem(at: root.appendingPathComponent("r1"), to: run)
                return run.appendingPathComponent("checkpoints/step-2")
            }
            for other in ["r2/checkpoints/step-2", "r1/checkpoints/step-1"] {
                for name in ["weights", "averages", "statistics", "optimizer"] {
                    let file = try copy().appendingPathComponent("\(name).safetensors")
                    try manager.removeItem(at: file)
                    try manager.copyItem(at: root.appendingPathComponent("\(other)/\(name).safetensors"), to: file)
                    expectMalformed(file.path, "of another run") { try resume(run) }
                }
            }
            var checkpoint = try copy()
            try manager.removeItem(at: checkpoint)
            try manager.copyItem(at: root.appendingPathComponent("r2/checkpoints/step-2"), to: checkpoint)
            expectMalformed("training.seed is 2 there and 1 here") { try resume(run) }
            checkpoint = try copy()
            try manager.removeItem(at: checkpoint)
            try manager.copyItem(at: root.appendingPathComponent("r1/checkpoints/step-1"), to: checkpoint)
            expectMalformed("of step 1", "of step 2") { try resume(run) }

            // What earlier versions wrote says neither, and goes on as ever.
            checkpoint = try copy()
            try resume(run)
            let expected = try weights(run)
            checkpoint = try copy()
            try state(checkpoint) {
                $0["files"] = nil
                $0["run"] = nil
            }
            try resume(run)
            #expect(try weights(run) == expected)
        }
    }

    @Test("Equal runs have equal checkpoints, digests included")
    func reproducible() throws {
        try withTemporaryFolder { root in
            let folders = ["a", "b"].map { root.appendingPathComponent($0) }
            for folder in folders { try train(tiny(["training.steps=2", "training.threads=1"]), in: folder) }
            let files = ["state.json", "weights.safetensors", "optimizer.safetensors"]
            for file in files.map({ "checkpoints/step-2/\($0)" }) {
                let contents = try folders.map { folder in
                    let data = try Data(contentsOf: folder.appendingPathComponent(file))
                    guard file.hasSuffix(".json") else { return data }
                    // The number of threads is the process's, which other tests change.
                    var text = String(decoding: data, as: UTF8.self)
                    text.replace(/"threads" : \d+/, with: "")
                    return Data(text.utf8)
                }
                #expect(contents[0] == contents[1], "\(file)")
            }
        }
    }

    @Test("Numbers that nothing can be computed with are refused", arguments: ["step", "images", "threads"])
    func numbers(_ key: String) throws {
        try withTemporaryFolder { root in
            try train(tiny(["training.steps=2", "training.threads=1"]), in: root)
            for value in [Int.max, Int.max - 1, Checkpoint.countLimit + 1, -1, Int.min] {
                try state(RunFolder(root).checkpoint(2)) { $0[key] = value }
                expectMalformed("state.json", "\(key) is \(value)") { try resume(root, seed: 0, steps: Int.max) }
            }
            try state(RunFolder(root).checkpoint(2)) { $0[key] = 1e300 }
            expectMalformed("state.json") { try resume(root, seed: 0) }
        }
    }

    @Test("Numbers of another type, which would be rounded, are refused")
    func types() throws {
        try withTemporaryFolder { root in
            try train(tiny(["training.steps=2", "training.threads=1"]), in: root)
            let checkpoint = RunFolder(root).checkpoint(2)
            try state(checkpoint) { $0["files"] = nil }
            let file = checkpoint.appendingPathComponent("optimizer.safetensors")
            let tensors = try Safetensors.read(file).tensors.sorted { $0.key < $1.key }
            try Safetensors.write(tensors.map { ($0.key, try $0.value.to(.float64)) }, to: file)
            let error = #expect(throws: TorchError.self) { try resume(root, seed: 0) }
            #expect("\(error as Any)".contains("float64"))
        }
    }
}
