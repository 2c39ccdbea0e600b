import Files
import Foundation
import Processors
import Testing

@testable import Torch

@Suite("Sizes without memory, and threads that may not start")
struct MetaTests {
    @Test("A layer on the meta device has the shapes of the layer on the processor, and takes no memory")
    func shapes() throws {
        func made(_ device: Device) throws -> [String] {
            let store = ParameterStore(device: device)
            let generator = try Generator(seed: 1, device: device)
            _ = try Convolution2D(Scope(store: store, generator: generator) / "a", inputs: 3, outputs: 5, filter: 3)
            _ = try TransposedConvolution2D(
                Scope(store: store, generator: generator) / "b", inputs: 4, outputs: 6, filter: 4, stride: 2, padding: 1
            )
            return store.all.map { "\($0.name) \($0.tensor.shape) \($0.isTrainable)" }
        }
        #expect(try made(.meta) == made(.cpu))
        // Four tebibytes, which no machine that runs this gives.
        let store = ParameterStore(device: .meta)
        let generator = try Generator(seed: 1, device: .meta)
        _ = try Convolution2D(
            Scope(store: store, generator: generator), inputs: 1 << 20, outputs: 1 << 20, filter: 1)
        #expect(store.trainableCount == 1 << 40 + 1 << 20)
        #expect(store.all[0].tensor.device == .meta)
        let error = #expect(throws: MemoryError.self) {
            try store.requireMemory(isTrained: true, for: "it", remedy: "choose less")
        }
        #expect(error?.needed == 20 * (1 << 40 + 1 << 20))
    }

    @Test("Values of a file are checked where they are: shapes, and numbers that are not finite")
    func file() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("a.safetensors")
            try Safetensors.write(
                [
                    ("good", Tensor([1, 2, 3] as [Float], [3])), ("bad", Tensor([1, .nan] as [Float], [2, 1])),
                    ("half", Tensor([.infinity] as [Float], [1]).to(.bfloat16)), ("whole", Tensor([7] as [Int64], [1])),
                ], metadata: ["step": "3"], to: url)
            let file = try SafetensorsFile(url)
            #expect(file.shapes == ["good": [3], "bad": [2, 1], "half": [1], "whole": [1]])
            #expect(try Set(file.notFinite()) == ["bad", "half"])
            #expect(file.metadata["step"] == "3")
        }
    }

    @Test("A shortage that LibTorch reports says what to do")
    func shortage() throws {
        let error = #expect(throws: TorchError.self) { _ = try Tensor.empty([1 << 44]) }
        #expect(error?.description.contains("not enough memory") == true)
        #expect(error?.description.contains("smaller batch") == true)
    }

    @Test("As many threads run as are asked for where nothing hinders them")
    func threads() throws {
        #expect(WorkerThread.available(3) == 3)
        #expect(WorkerThread.available(0) == 0)
        // A stack that no address space holds: the start fails, and the work does not run.
        #expect(!WorkerThread.start(stackSize: 1 << 46) { fatalError("it ran") })
    }

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hrvq-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }
}
