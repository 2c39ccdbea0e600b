import Files
import Foundation
import TensorTestSupport
import TestSupport
import Testing
import Torch

@testable import Features

@Suite("FID Inception", .serialized)
struct InceptionTests {
    private func network() throws -> InceptionV3 {
        try InceptionV3(state: HashedNumbers.inception.get(), source: "hashed")
    }

    @Test("The images of the fixture are those of this test")
    func pixels() throws {
        let pixels = HashedNumbers.pixels()
        let half = pixels.count / 2
        let sums = [pixels[..<half], pixels[half...]].map { $0.reduce(0) { $0 + Int64($1) } }
        #expect(try sums == Fixture("inception", in: .module)["pixels.sum"].array(of: Int64.self))
    }

    @Test("Features and channel means of every block agree with PyTorch")
    func agreement() throws {
        let fixture = try Fixture("inception", in: .module)
        let network = try network()
        let pixels = HashedNumbers.pixels()
        var compared = 0
        for (name, means) in try network.blockMeans(pixels, count: 2, height: 40, width: 56, channels: 3)
        where !name.hasPrefix("maxpool") {
            let key = name == "Mixed_7c" ? "features" : "means.\(name)"
            expectClose(
                try means.array(of: Float.self), try fixture.numbers(key), absolute: 1e-3, relative: 1e-3, name)
            compared += 1
        }
        #expect(compared == 16)
        let features = try network.features(pixels, count: 2, height: 40, width: 56, channels: 3)
        #expect(features.shape == [2, 2048] && features.dataType == .float32 && !features.requiresGradient)
        expectClose(
            try features.array(of: Float.self), try fixture.numbers("features"), absolute: 1e-3, relative: 1e-3)
    }

    @Test("An image's features do not depend on its batch; grey is grey in three channels")
    func batches() throws {
        let network = try network()
        let grey = Array(HashedNumbers.pixels().prefix(18 * 9 * 11))
        let many = try network.features(grey, count: 18, height: 9, width: 11, channels: 1)
        #expect(many.shape == [18, 2048])
        let last = Array(grey.suffix(9 * 11))
        let colour = try network.features(
            last.flatMap { [$0, $0, $0] }, count: 1, height: 9, width: 11, channels: 3)
        let theirs = try colour.array(of: Float.self)
        expectClose(
            try many.selected(axis: 0, 17).array(of: Float.self), theirs, absolute: 1e-5, relative: 1e-4)
        #expect(try many.selected(axis: 0, 0).array(of: Float.self) != theirs)
    }

    @Test("Every missing, misshapen, unknown and spoilt key is named at once")
    func strictness() throws {
        var state = try HashedNumbers.inception.get()
        state["fc.weight"] = try Tensor.zeros([1008, 2048])
        state["fc.bias"] = try Tensor.zeros([1008])
        state["AuxLogits.conv0.conv.weight"] = try Tensor.zeros([1])
        state["Mixed_5b.branch1x1.bn.num_batches_tracked"] = try Tensor([Int64(0)], [])
        _ = try InceptionV3(state: state, source: "usual")
        state["Mixed_7c.branch3x3_2b.bn.running_mean"] = nil
        state["Conv2d_1a_3x3.conv.weight"] = nil
        state["Mixed_6b.branch7x7_2.conv.weight"] = try Tensor.zeros([128, 128, 7, 1])
        state["Mixed_6c.branch_pool.bn.bias"] = try Tensor([Int64](repeating: 0, count: 192), [192])
        state["Mixed_6d.branch_pool.bn.running_var"] = try Tensor.full([192], -1)
        state["Mixed_8a.weight"] = try Tensor.zeros([1])
        let error = #expect(throws: FeaturesError.self) {
            try InceptionV3(state: state, source: "weights.safetensors")
        }
        guard case .notInception(let source, let problems)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(source == "weights.safetensors" && problems.count == 6, "\(problems)")
        for words in [
            "missing: 'Mixed_7c.branch3x3_2b.bn.running_mean' of shape [384]", "missing: 'Conv2d_1a_3x3.conv.weight'",
            "'Mixed_6b.branch7x7_2.conv.weight' has the shape [128, 128, 7, 1], the network's is [128, 128, 1, 7]",
            "'Mixed_6c.branch_pool.bn.bias' holds int64", "'Mixed_6d.branch_pool' holds numbers that are not finite",
            "unknown: 'Mixed_8a.weight'",
        ] {
            #expect(problems.contains { $0.hasPrefix(words) }, "\(words): \(problems)")
        }
    }

    @Test("A file whose SHA-256 is another is refused before it is read")
    func digests() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("inception.safetensors")
            try Data("abc".utf8).write(to: file)
            // FIPS 180-4, the first example.
            let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            #expect(try FileDigest.sha256(file) == known)
            #expect(try FileDigest.sha256(file, expected: known.uppercased()) == known)
            let other = String(repeating: "0", count: 64)
            let error = FeaturesError.mismatchedDigest(path: file.path, found: known, expected: other)
            #expect(throws: error) { try InceptionV3(file: file, expectedDigest: other) }
            #expect(error.description.contains(known) && error.description.contains(other))
            #expect(throws: FeaturesError.malformedDigest(text: "abc")) {
                try InceptionV3(file: file, expectedDigest: "abc")
            }
            #expect(throws: FileError.self) { try InceptionV3(file: file, expectedDigest: known) }
            #expect(throws: FileError.self) { try InceptionV3(file: folder.appendingPathComponent("no.safetensors")) }
            try Safetensors.write([("a", Tensor.zeros([2]))], to: file)
            let foreign = try #require(throws: FeaturesError.self) { try InceptionV3(file: file) }
            let lines = foreign.description.split(separator: "\n")
            #expect(lines.count == 8 && lines[0].contains(file.path) && lines[6].contains("more"))
            #expect(lines[7].contains("pt_to_safetensors.py"))
            let large = folder.appendingPathComponent("large")
            try Data(repeating: 0x61, count: 1_000_000).write(to: large)
            #expect(
                try FileDigest.sha256(large) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        }
    }

    @Test("Pixels that are no images are refused")
    func badPixels() throws {
        let network = try network()
        let bytes = [UInt8](repeating: 0, count: 300)
        #expect(throws: FeaturesError.self) {
            try network.features(bytes, count: 2, height: 10, width: 10, channels: 3)
        }
        #expect(throws: FeaturesError.self) { try network.features([], count: 0, height: 10, width: 10, channels: 3) }
        #expect(throws: FeaturesError.self) {
            try network.features(bytes, count: 1, height: 10, width: 15, channels: 2)
        }
    }
}
