import Files
import Foundation
import Settings
import TestSupport
import Testing
import Torch
import Training

@testable import Generation

/// Layers and descriptions that are put together by hand must not pass for the priors of one training.
@Suite("Priors are of one training")
struct PriorIdentityTests {
    private func train(_ url: URL, seed: Int = 1, layer: Int? = nil, existing: TrainingRun.Existing = .refuse) throws {
        let configuration =
            existing == .resume
            ? try PriorTraining.resumed(at: url)
            : try PriorConfiguration.resolve(
                preset: "prior-tiny",
                overrides: [
                    "training.threads=1", "logging.tensorBoard=false", "training.steps=3", "training.seed=\(seed)",
                    "checkpoint.every=2",
                ])
        _ = try PriorTraining(
            configuration, codes: (SyntheticCodes.file(), "codes"), output: url, layer: layer, existing: existing
        ).run(progress: { total, first in
            ProgressReporter.standardError(totalSteps: total, firstStep: first, every: 10, quiet: true)
        })
    }

    private func change(_ file: URL, _ old: String, _ new: String) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains(old), "\(text)")
        try text.replacingOccurrences(of: old, with: new).write(to: file, atomically: true, encoding: .utf8)
    }

    private func expectForeign(
        _ url: URL, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: PriorError.self, sourceLocation: sourceLocation) { try PriorFolder(url).load() }
        for word in words {
            #expect("\(error as Any)".contains(word), "\(error as Any)", sourceLocation: sourceLocation)
        }
    }

    @Test("A layer of another training, other classes, and other settings are refused; old folders are read")
    func mixtures() throws {
        try withTemporaryFolder { root in
            let manager = FileManager.default
            let (first, second) = (root.appendingPathComponent("a"), root.appendingPathComponent("b"))
            try train(first)
            try train(second, seed: 2)
            let url = root.appendingPathComponent("c")
            func copy() throws {
                try? manager.removeItem(at: url)
                try manager.copyItem(at: first, to: url)
            }
            func replaceLayer(by other: URL) throws {
                try manager.removeItem(at: url.appendingPathComponent("layer-2"))
                try manager.copyItem(
                    at: other.appendingPathComponent("layer-2"), to: url.appendingPathComponent("layer-2"))
            }
            try copy()
            #expect(try PriorFolder(url).load().networks.count == 2)
            try replaceLayer(by: second)
            expectForeign(url, "layer-2", "another training", "layer: 2")
            #expect(throws: TrainingError.self) { try train(url, layer: 2, existing: .resume) }

            let description = url.appendingPathComponent("prior.json")
            try copy()
            try change(description, "\"zero\",\n      \"one\"", "\"one\",\n      \"zero\"")
            expectForeign(url, "layer-1", "prior.json", "one, zero, two")
            try copy()
            try change(description, "\"imageDimensions\" : 96", "\"imageDimensions\" : 97")
            expectForeign(url, "prior.json")
            // What earlier versions wrote: no identity anywhere.
            try copy()
            try change(description, "\"training\" :", "\"earlier\" :")
            expectForeign(url, "another training")
            for layer in 1...2 {
                let file = url.appendingPathComponent("layer-\(layer)/model.safetensors")
                let tensors: [String: Tensor]
                var metadata: [String: String]
                (tensors, metadata) = try Safetensors.read(file)
                for key in ["training", "codeSpace", "settings"] { metadata[key] = nil }
                try Safetensors.write(
                    tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, metadata: metadata, to: file)
            }
            #expect(try PriorFolder(url).load().networks.count == 2)
            try replaceLayer(by: second)
            expectForeign(url, "another training")
        }
    }

    @Test("Settings of a layer that were changed after its training are refused")
    func settings() throws {
        try withTemporaryFolder { root in
            try train(root)
            let file = root.appendingPathComponent("layer-1/config.json")
            let run = ModelFolder(root.appendingPathComponent("layer-1"))
            var configuration = try run.configuration(of: PriorConfiguration.self)
            configuration.training.seed = 9
            try AtomicFile.write(configuration.jsonData(), to: file)
            expectForeign(root, "layer-1", "training.seed was 1 and is 9")
            configuration.training.seed = 1
            configuration.logging.every = 77
            try AtomicFile.write(configuration.jsonData(), to: file)
            #expect(try PriorFolder(root).load().networks.count == 2)
        }
    }

    @Test("A layer alone joins the training of its folder, and equal trainings are equal files")
    func layers() throws {
        try withTemporaryFolder { root in
            let (whole, parts) = (root.appendingPathComponent("whole"), root.appendingPathComponent("parts"))
            try train(whole)
            for layer in [2, 1] { try train(parts, layer: layer) }
            #expect(try PriorFolder(parts).load().networks.count == 2)
            for name in ["prior.json", "layer-1/model.safetensors", "layer-2/model.safetensors"] {
                #expect(
                    try Data(contentsOf: whole.appendingPathComponent(name))
                        == Data(contentsOf: parts.appendingPathComponent(name)), "\(name)")
            }
        }
    }

    @Test("--force removes priors and nothing of a user's")
    func replacing() throws {
        try withTemporaryFolder { root in
            try train(root)
            let notes = root.appendingPathComponent("layer-1/samples/mine.png")
            try AtomicFolder.create(notes.deletingLastPathComponent())
            try AtomicFile.write("mine", to: notes)
            let foreign = root.appendingPathComponent("layer-7/config.json")
            try AtomicFolder.create(foreign.deletingLastPathComponent())
            try AtomicFile.write("{}", to: foreign)
            #expect(throws: Never.self) { try PriorFolder(root).clear() }
            for file in [notes, foreign] { #expect(FileManager.default.fileExists(atPath: file.path)) }
            #expect(!FileManager.default.fileExists(atPath: root.appendingPathComponent("prior.json").path))

            // A description of something else.
            try AtomicFile.write("{\"prior\": \"restaurants\"}", to: root.appendingPathComponent("prior.json"))
            #expect(throws: PriorError.self) { try train(root, existing: .replace) }
            #expect(FileManager.default.fileExists(atPath: root.appendingPathComponent("prior.json").path))
        }
    }

    @Test("Labels and indices are integers", arguments: ["labels", "indices"])
    func integers(_ name: String) throws {
        try withTemporaryFolder { root in
            let url = root.appendingPathComponent("codes.safetensors")
            let file = try SyntheticCodes.file(6)
            try file.write(to: url)
            let (tensors, metadata) = try Safetensors.read(url)
            func write(_ type: DataType) throws {
                var changed = tensors
                changed[name] = try tensors[name]?.to(type)
                try Safetensors.write(
                    changed.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, metadata: metadata, to: url)
            }
            for type in [DataType.float64, .float32, .bool] {
                try write(type)
                let error = #expect(throws: FileError.self) { try CodesFile(url) }
                #expect("\(error as Any)".contains("'\(name)'"))
            }
            for type in [DataType.int32, .uint8] {
                try write(type)
                let read = try CodesFile(url)
                #expect(read.labels == file.labels && read.indices == file.indices)
            }
        }
    }
}
