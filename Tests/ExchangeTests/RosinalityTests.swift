import Autoencoders
import Files
import Foundation
import Quantization
import Settings
import TensorTestSupport
import TestSupport
import Testing
import Torch
import Training

@testable import Exchange

/// A state dictionary as `Tools/fixtures/exchange_reference.py` made it, with what the model makes of images.
@Suite("Models of rosinality/vq-vae-2-pytorch")
struct RosinalityTests {
    private func state() throws -> [String: Tensor] { try Fixture("rosinality-state", in: .module).all }

    private func imported(
        _ state: [String: Tensor]
    ) throws -> (configuration: RunConfiguration, model: any Autoencoder) {
        try RosinalityExchange.model(of: state, source: "state", height: 32, width: 48)
    }

    private func bits(_ tensor: Tensor) throws -> [UInt8] { try tensor.contiguous().withBytes { Array($0) } }

    @Test("Sizes are read off the shapes, the rest is as their script has it")
    func configuration() throws {
        let (configuration, model) = try imported(state())
        #expect(
            configuration.model
                == ModelConfiguration(
                    kind: .vqvae2, hiddenUnits: 8, residualUnits: 4, residualBlocks: 2, filterSize: 3, downsampling: 4,
                    levels: 2))
        #expect(configuration.quantizer.branching == 16 && configuration.quantizer.dimension == 4)
        #expect(configuration.data.channels == 3)
        #expect(configuration.data.height == 32 && configuration.data.width == 48)
        #expect(configuration.optimizer.learningRate == 3e-4 && configuration.training.batchSize == 128)
        for quantizer in model.quantizers { #expect(try quantizer.isInitialized()) }
    }

    @Test("Codes are theirs, reconstructions half of theirs")
    func agreement() throws {
        let expected = try Fixture("rosinality-expected", in: .module)
        let (_, model) = try imported(state())
        model.precision = .float32
        let images = try (expected["input"] * 0.5).channelsLast()
        let codes = try model.encode(images)
        for (grid, name) in zip(codes.grids, ["id_t", "id_b"]) {
            #expect(try grid.array(of: Int32.self) == expected[name].array(of: Int32.self), "\(name)")
        }
        let theirs = try (expected["reconstruction"] * 0.5).array(of: Float.self)
        expectClose(
            try model.forward(images).reconstruction.array(of: Float.self), theirs, absolute: 1e-5, "x̂")
    }

    @Test("There and back, through memory: every tensor is the same, bit for bit")
    func backThroughMemory() throws {
        let state = try state()
        let (configuration, model) = try imported(state)
        let back = try RosinalityExchange.state(of: model, configuration)
        #expect(Set(back.map(\.name)) == Set(state.keys) && back.count == state.count)
        for (name, tensor) in back {
            let original = try #require(state[name])
            #expect(tensor.shape == original.shape, "\(name)")
            #expect(try bits(tensor) == bits(original), "\(name)")
        }
    }

    @Test("There and back, through a model folder: the averages start anew, all else is the same")
    func backThroughFiles() throws {
        try withTemporaryFolder { folder in
            let state = try state()
            let (configuration, model) = try imported(state)
            let parameters = try model.parameters.state()
            try ModelFolder(folder).save(configuration, parameters: parameters, step: 0)
            let back = try RosinalityExchange.state(ofModelAt: folder)
            #expect(back.count == state.count)
            for (name, tensor) in back {
                var original = try #require(state[name])
                if name.hasSuffix("cluster_size") { original = try Tensor.full(original.shape, 1) }
                if name.hasSuffix("embed_avg") {
                    original = try #require(state[name.replacingOccurrences(of: "embed_avg", with: "embed")])
                }
                #expect(try bits(tensor) == bits(original), "\(name)")
            }
        }
    }

    @Test("The averages come from a checkpoint of the weights' own step, and from no other")
    func checkpoint() throws {
        try withTemporaryFolder { folder in
            let state = try state()
            let (configuration, model) = try imported(state)
            try ModelFolder(folder).save(configuration, parameters: model.parameters.state(), step: 7)
            let counts = {
                try #require(
                    RosinalityExchange.state(ofModelAt: folder).first { $0.name == "quantize_b.cluster_size" }
                ).tensor.array(of: Float.self)
            }
            let theirs = try #require(state["quantize_b.cluster_size"]).array(of: Float.self)
            let run = RunFolder(folder)
            for (step, expected) in [(6, theirs.map { _ in 1 }), (7, theirs)] {
                try AtomicFolder.create(run.checkpoint(step))
                let file = run.checkpoint(step).appendingPathComponent("statistics.safetensors")
                try Safetensors.write(model.statistics(), to: file)
                #expect(try counts() == expected, "step \(step)")
            }
            let file = run.checkpoint(7).appendingPathComponent("statistics.safetensors")
            try Safetensors.write(Array(model.statistics().dropFirst()), to: file)
            #expect {
                _ = try RosinalityExchange.state(ofModelAt: folder)
            } throws: { "\($0)".contains("quantizer.0.counts.0") }
            // Statistics that the checkpoint was not saved with are another run's.
            try Safetensors.write(model.statistics(), to: file)
            let digests = #""files": {"statistics.safetensors": "00"}"#
            try AtomicFile.write(
                #"{"formatVersion": 1, "step": 7, "images": 1, "threads": 1, "libTorch": "2", "device": "cpu","#
                    + #" "elementType": "float32", \#(digests)}"#,
                to: run.checkpoint(7).appendingPathComponent("state.json"))
            #expect {
                _ = try RosinalityExchange.state(ofModelAt: folder)
            } throws: { "\($0)".contains("of another run") }
        }
    }

    @Test("Codewords that learn by gradient have no averages: ones and the codewords")
    func gradient() throws {
        let state = try state()
        var (configuration, model) = try imported(state)
        configuration.quantizer.learning = .gradient
        let back = Dictionary(
            uniqueKeysWithValues: try RosinalityExchange.state(of: model, configuration).map { ($0.name, $0.tensor) })
        #expect(try back["quantize_t.cluster_size"]?.array(of: Float.self) == Array(repeating: 1, count: 16))
        #expect(try bits(#require(back["quantize_t.embed_avg"])) == bits(#require(state["quantize_t.embed"])))
    }

    @Test("Keys of DataParallel, half precision, and models without residual blocks")
    func variants() throws {
        let state = try state()
        let parallel = Dictionary(uniqueKeysWithValues: state.map { ("module.\($0)", $1) })
        let (configuration, model) = try imported(parallel)
        for (name, tensor) in try RosinalityExchange.state(of: model, configuration) {
            #expect(try bits(tensor) == bits(#require(state[name])), "\(name)")
        }
        let half = try state.mapValues { try $0.to(.float16) }
        let (halfConfiguration, halfModel) = try imported(half)
        for (name, tensor) in try RosinalityExchange.state(of: halfModel, halfConfiguration) {
            #expect(try bits(tensor.to(.float16)) == bits(#require(half[name])), "\(name)")
        }
        var plain = state.filter { !$0.key.contains(".conv.") }
        for (stack, layers) in [("dec_t", [4]), ("dec", [4, 6])] {
            for layer in layers {
                for part in ["weight", "bias"] {
                    plain["\(stack).blocks.\(layer - 2).\(part)"] = plain.removeValue(
                        forKey: "\(stack).blocks.\(layer).\(part)")
                }
            }
        }
        let (plainConfiguration, _) = try imported(plain)
        #expect(plainConfiguration.model.residualBlocks == 0 && plainConfiguration.model.residualUnits == 32)
    }

    // MARK: - Errors

    /// The problems that a changed state dictionary is refused with.
    private func problems(_ change: (inout [String: Tensor]) throws -> Void) throws -> [String] {
        var state = try state()
        try change(&state)
        do {
            _ = try imported(state)
        } catch ExchangeError.mismatchedState(let source, _, let problems) {
            #expect(source == "state")
            return problems
        }
        Issue.record("nothing was refused")
        return []
    }

    @Test("Tensors that are missing, unknown, misshapen, of another type or not finite are all listed")
    func wrongTensors() throws {
        let found = try problems { state in
            state["enc_b.blocks.0.weight"] = nil
            state["quantize_t.cluster_size"] = nil
            state["dec_t.blocks.0.bias"] = try Tensor.zeros([9])
            state["quantize_b.embed"] = try Tensor.zeros([16, 4])
            state["upsample_t.weight"] = try Tensor.zeros([4, 4, 4])
            state["dec.blocks.0.bias"] = try Tensor.zeros([8], .int64)
            state["enc_t.blocks.0.bias"] = try Tensor.full([4], .nan)
            state["discriminator.weight"] = try Tensor.zeros([1])
        }
        #expect(found.count == 8, "\(found)")
        for words in [
            ["missing", "'enc_b.blocks.0.weight'"], ["missing", "'quantize_t.cluster_size'"],
            ["'dec_t.blocks.0.bias'", "[9]", "[8]"], ["'quantize_b.embed'", "[16, 4]", "[4, 16]"],
            ["'upsample_t.weight'", "[4, 4, 4]", "[4, 4, 4, 4]"], ["'dec.blocks.0.bias'", "int64"],
            ["'enc_t.blocks.0.bias'", "not finite"], ["unknown", "'discriminator.weight'"],
        ] {
            #expect(found.contains { problem in words.allSatisfy(problem.contains) }, "\(words) in \(found)")
        }
    }

    @Test("A number that overflows when it is scaled is not finite")
    func overflow() throws {
        let found = try problems { $0["enc_b.blocks.0.weight"] = try Tensor.full([4, 3, 4, 4], 3e38) }
        #expect(found == ["'enc_b.blocks.0.weight' holds numbers that are not finite"])
    }

    @Test("A missing residual block, another program's file, a block number out of all bounds, and an empty one")
    func wrongModels() throws {
        let block = try problems { state in state = state.filter { !$0.key.hasPrefix("enc_b.blocks.6.") } }
        #expect(block.count == 4 && block.allSatisfy { $0.hasPrefix("missing: 'enc_b.blocks.6.conv.") }, "\(block)")
        let other = try problems { $0 = ["encoder.conv.weight": try Tensor.zeros([2, 2])] }
        #expect(other.contains("missing: 'upsample_t.bias'") && other.contains("unknown: 'encoder.conv.weight'"))
        let huge = try problems { state in
            for stack in ["enc_b", "enc_t", "dec_t", "dec"] {
                state["\(stack).blocks.999999999.conv.1.weight"] = try Tensor.zeros([4, 8, 3, 3])
            }
        }
        #expect(huge.count == 4 && huge.allSatisfy { $0.contains("999999999") }, "\(huge)")
        #expect(try problems { $0 = [:] }.allSatisfy { $0.hasPrefix("missing") })
    }

    @Test("Sizes that a model of ours cannot have, and images that do not fit the grids")
    func wrongSizes() throws {
        #expect { _ = try RosinalityExchange.model(of: state(), source: "state", height: 32, width: 36) } throws: {
            "\($0)".contains("data.width") && $0 is ConfigurationError
        }
        var grey = try state()
        grey["enc_b.blocks.0.weight"] = try Tensor.zeros([4, 2, 4, 4])
        grey["dec.blocks.6.weight"] = try Tensor.zeros([4, 2, 4, 4])
        grey["dec.blocks.6.bias"] = try Tensor.zeros([2])
        #expect { _ = try imported(grey) } throws: { "\($0)".contains("data.channels") && $0 is ConfigurationError }
    }

    @Test("Files that are missing, cut off, or PyTorch's own")
    func wrongFiles() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("state.pt")
            #expect(throws: FileError.self) { _ = try RosinalityExchange.model(at: file) }
            for start in [Array("PK\u{3}\u{4}".utf8), [0x80, 0x02, 0x8A, 0x0A]] {
                try Data(start + Array(repeating: 0, count: 60)).write(to: file)
                #expect(throws: ExchangeError.pickledFile(path: file.path)) {
                    _ = try RosinalityExchange.model(at: file)
                }
            }
            try Safetensors.write(state().map { ($0.key, $0.value) }, to: file)
            _ = try RosinalityExchange.model(at: file)
            try Data(contentsOf: file).dropLast(5).write(to: file)
            #expect { _ = try RosinalityExchange.model(at: file) } throws: { "\($0)".contains("cut off") }
        }
    }

    @Test("Models that their class cannot hold, with every reason")
    func unsupported() throws {
        let (original, model) = try imported(state())
        func reasons(_ change: (inout RunConfiguration) -> Void) throws -> [String] {
            var configuration = original
            change(&configuration)
            do {
                _ = try RosinalityExchange.state(of: model, configuration)
            } catch ExchangeError.unsupportedModel(_, let reasons) { return reasons }
            Issue.record("nothing was refused")
            return []
        }
        let kind = try reasons { $0.model.kind = .hrvqvae }
        #expect(kind.count == 1 && kind[0].contains("hrvqvae"))
        let quantizer = try reasons { $0.quantizer.kind = .fsq }
        #expect(quantizer.count == 1 && quantizer[0].contains("quantizer.kind is fsq"))
        let several = try reasons { configuration in
            configuration.model.levels = 3
            configuration.model.downsampling = 2
            configuration.model.filterSize = 5
        }
        #expect(several.count == 3)
        for (reason, key) in zip(several, ["model.levels is 3", "model.downsampling is 2", "model.filterSize is 5"]) {
            #expect(reason.contains(key))
        }
    }
}
