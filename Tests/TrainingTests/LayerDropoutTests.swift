import Autoencoders
import Datasets
import Foundation
import TestSupport
import Testing
import Torch
import Training

@Suite("Layer dropout", .serialized)
struct LayerDropoutTests {
    @Test("The share of images is p, and k is even over 1 to n − 1", arguments: [(0.25, 4), (0.9, 3), (0.5, 2)])
    func shares(_ share: Double, _ layers: Int) throws {
        let dropout = LayerDropout(share: share, layers: layers, seed: 7)
        let drawn = try (0..<500).flatMap { try #require(dropout.keptLayers(step: $0, images: 64)) }
        #expect(drawn.allSatisfy { (1...layers).contains($0) })
        let count = Double(drawn.count)
        for kept in 1...layers {
            let expected = kept == layers ? 1 - share : share / Double(layers - 1)
            // Five standard deviations.
            let tolerance = 5 * (expected * (1 - expected) / count).squareRoot()
            #expect(abs(Double(drawn.count { $0 == kept }) / count - expected) < tolerance, "\(kept) layers")
        }
    }

    @Test("What is drawn is a function of seed and step; nothing is drawn where nothing can be left out")
    func functions() {
        let dropout = LayerDropout(share: 0.5, layers: 3, seed: 7)
        #expect(dropout.keptLayers(step: 3, images: 64) == dropout.keptLayers(step: 3, images: 64))
        #expect(dropout.keptLayers(step: 3, images: 64) != dropout.keptLayers(step: 4, images: 64))
        #expect(
            dropout.keptLayers(step: 3, images: 64)
                != LayerDropout(share: 0.5, layers: 3, seed: 8).keptLayers(step: 3, images: 64))
        #expect(LayerDropout(share: 0, layers: 3, seed: 7).keptLayers(step: 0, images: 8) == nil)
        #expect(LayerDropout(share: 0.5, layers: 1, seed: 7).keptLayers(step: 0, images: 8) == nil)
    }

    @Test(
        "Pictures from the first layer are better for it, once there is something to see",
        arguments: [
            ([], 400), (["model.kind=vqvae2", "model.levels=2", "quantizer.layers=1", "quantizer.betaSum=0"], 80),
        ])
    func effect(_ kind: [String], _ steps: Int) throws {
        try withTemporaryFolder { root in
            func coarse(_ name: String, _ changes: [String]) throws -> Double {
                let folder = root.appendingPathComponent(name)
                try train(tiny(kind + ["training.steps=\(steps)"] + changes), in: folder)
                let (configuration, model) = try ModelFolder(folder).load()
                let report = try Evaluator(model: model, configuration: configuration, device: .cpu).evaluate(
                    configuration.data.open(nil, split: .test), limit: 32, prefixes: true)
                return try #require(report.prefixes)[0].mse
            }
            let without = try coarse("without", [])
            let with = try coarse("with", ["quantizer.layerDropout=0.5"])
            #expect(with < 0.95 * without, "\(with) and \(without)")
        }
    }
}
