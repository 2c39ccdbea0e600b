import Datasets
import Foundation
import Settings
import Testing

@testable import Training

/// Presets against tables 5 and 6 of the paper.
@Suite struct ConfigurationPresetTests {
    struct Row: Sendable {
        let preset: Preset
        let shape: [Int]
        let batch: Int
        let epochs: Int
        let images: Int
        let steps: Int
        let grid: Int
        let hidden: Int
        let branching: Int
        let dimension: Int
        let codewords: [Int]
        let kind: DatasetKind
        let flip: Bool
    }

    static let table = [
        Row(
            preset: .ffhq, shape: [256, 256, 3], batch: 32, epochs: 400, images: 60000, steps: 750_000, grid: 32,
            hidden: 128, branching: 8, dimension: 32, codewords: [8, 64, 512], kind: .folder, flip: true),
        Row(
            preset: .imageNet, shape: [128, 128, 3], batch: 64, epochs: 400, images: 1_281_167, steps: 8_007_293,
            grid: 32, hidden: 128, branching: 8, dimension: 32, codewords: [8, 64, 512], kind: .folder, flip: true),
        Row(
            preset: .cifar10, shape: [32, 32, 3], batch: 128, epochs: 999, images: 50000, steps: 390_234, grid: 16,
            hidden: 64, branching: 8, dimension: 16, codewords: [8, 64, 512], kind: .cifar10, flip: false),
        Row(
            preset: .mnist, shape: [28, 28, 1], batch: 128, epochs: 999, images: 60000, steps: 468_281, grid: 16,
            hidden: 64, branching: 4, dimension: 8, codewords: [4, 16, 64], kind: .mnist, flip: false),
    ]

    @Test(arguments: table)
    func holdsToTheTables(_ row: Row) throws {
        let configuration = try RunConfiguration.resolve(preset: row.preset.rawValue)
        let data = configuration.data
        #expect(Array([data.height, data.width, data.channels]) == row.shape)
        #expect(configuration.data.kind == row.kind)
        #expect(configuration.data.flip == row.flip)
        #expect(configuration.training.batchSize == row.batch)
        #expect(configuration.training.epochs == row.epochs)
        #expect(configuration.training.steps == nil)
        #expect(configuration.totalSteps(images: row.images) == row.steps)
        #expect(configuration.gridHeight == row.grid && configuration.gridWidth == row.grid)
        #expect(configuration.model.kind == .hrvqvae)
        #expect(configuration.model.hiddenUnits == row.hidden)
        #expect(configuration.model.residualUnits == 64)
        #expect(configuration.model.residualBlocks == 2)
        #expect(configuration.model.filterSize == 3)
        #expect(configuration.quantizer.layers == 3)
        #expect(configuration.quantizer.branching == row.branching)
        #expect(configuration.quantizer.dimension == row.dimension)
        #expect(configuration.quantizer.beta == 0.25)
        #expect(try configuration.codewordsPerLayer() == row.codewords)
        #expect(configuration.optimizer.learningRate == 3e-3)
        #expect(configuration.training.averagingDecay == 0.9)
    }

    struct Baseline: Sendable {
        let preset: Preset
        let kind: ModelKind
        let side: Int
        let channels: Int
        let grids: [Int]
        let layers: Int
        let branching: Int
        let dimension: Int
        let hidden: Int
        let compression: Double
    }

    /// Table 7, the same sizes for VQ-VAE's one codebook, HR-VQVAE's rate for RQ-VAE, and table 4. Rates are computed
    /// from the tables: bits of pixels over Σ grid² · layers · log₂(codewords).
    static let baselines = [
        Baseline(
            preset: .vqvae2FFHQ, kind: .vqvae2, side: 256, channels: 3, grids: [32, 16, 8], layers: 1, branching: 512,
            dimension: 32, hidden: 128, compression: 130.03),
        Baseline(
            preset: .vqvae2ImageNet, kind: .vqvae2, side: 128, channels: 3, grids: [32, 16, 8], layers: 1,
            branching: 512, dimension: 32, hidden: 128, compression: 32.51),
        Baseline(
            preset: .vqvae2CIFAR10, kind: .vqvae2, side: 32, channels: 3, grids: [16, 8, 4], layers: 1, branching: 512,
            dimension: 16, hidden: 64, compression: 8.127),
        Baseline(
            preset: .vqvae2MNIST, kind: .vqvae2, side: 28, channels: 1, grids: [16, 8, 4], layers: 1, branching: 64,
            dimension: 8, hidden: 64, compression: 3.111),
        Baseline(
            preset: .vqvaeFFHQ, kind: .vqvae, side: 256, channels: 3, grids: [32], layers: 1, branching: 512,
            dimension: 32, hidden: 128, compression: 170.67),
        Baseline(
            preset: .vqvaeImageNet, kind: .vqvae, side: 128, channels: 3, grids: [32], layers: 1, branching: 512,
            dimension: 32, hidden: 128, compression: 42.67),
        Baseline(
            preset: .vqvaeCIFAR10, kind: .vqvae, side: 32, channels: 3, grids: [16], layers: 1, branching: 512,
            dimension: 16, hidden: 64, compression: 10.667),
        Baseline(
            preset: .vqvaeMNIST, kind: .vqvae, side: 28, channels: 1, grids: [16], layers: 1, branching: 64,
            dimension: 8, hidden: 64, compression: 4.083),
        Baseline(
            preset: .rqvaeFFHQ, kind: .rqvae, side: 256, channels: 3, grids: [32], layers: 3, branching: 8,
            dimension: 32, hidden: 128, compression: 170.67),
        Baseline(
            preset: .rqvaeImageNet, kind: .rqvae, side: 128, channels: 3, grids: [32], layers: 3, branching: 8,
            dimension: 32, hidden: 128, compression: 42.67),
        Baseline(
            preset: .rqvaeCIFAR10, kind: .rqvae, side: 32, channels: 3, grids: [16], layers: 3, branching: 8,
            dimension: 16, hidden: 64, compression: 10.667),
        Baseline(
            preset: .rqvaeMNIST, kind: .rqvae, side: 28, channels: 1, grids: [16], layers: 3, branching: 4,
            dimension: 8, hidden: 64, compression: 4.083),
        Baseline(
            preset: .vqvae2OriginalFFHQ1024, kind: .vqvae2, side: 1024, channels: 3, grids: [128, 64, 32], layers: 1,
            branching: 512, dimension: 64, hidden: 128, compression: 130.03),
        Baseline(
            preset: .vqvae2OriginalImageNet256, kind: .vqvae2, side: 256, channels: 3, grids: [64, 32], layers: 1,
            branching: 512, dimension: 64, hidden: 128, compression: 34.13),
    ]

    @Test(arguments: baselines)
    func baselinesHoldToTheTables(_ row: Baseline) throws {
        let configuration = try RunConfiguration.resolve(preset: row.preset.rawValue)
        #expect(configuration.model.kind == row.kind)
        #expect(configuration.data.height == row.side && configuration.data.width == row.side)
        #expect(configuration.data.channels == row.channels)
        #expect((0..<configuration.model.levels).map { configuration.gridHeight >> $0 } == row.grids)
        #expect(configuration.quantizer.layers == row.layers && configuration.quantizer.branching == row.branching)
        #expect(configuration.quantizer.dimension == row.dimension)
        #expect(configuration.quantizer.beta == 0.25 && configuration.quantizer.betaSum == 0)
        #expect(configuration.model.hiddenUnits == row.hidden && configuration.model.residualUnits == 64)
        #expect(configuration.model.filterSize == 3 && configuration.model.residualBlocks == 2)
        #expect(abs(configuration.compressionRate - row.compression) < 1e-3 * row.compression)
    }

    /// Trained alike: all but model and quantizer is the preset of HR-VQVAE's.
    @Test(arguments: ["ffhq", "imagenet", "cifar10", "mnist"], ["vqvae", "vqvae2", "rqvae"])
    func baselinesAreTrainedAlike(_ data: String, _ family: String) throws {
        let paper = try RunConfiguration.resolve(preset: "hrvqvae-\(data)")
        let baseline = try RunConfiguration.resolve(preset: "\(family)-\(data)")
        let differences = Set(baseline.differences(from: paper).map(\.key))
        #expect(
            differences.isSubset(of: [
                "model.kind", "model.levels", "quantizer.layers", "quantizer.branching", "quantizer.betaSum",
            ]))
    }

    @Test func originalsFollowTable4() throws {
        for (preset, steps) in [("ffhq1024", 304_741), ("imagenet256", 2_207_444)] {
            let configuration = try RunConfiguration.resolve(preset: "vqvae2-original-\(preset)")
            #expect(configuration.totalSteps(images: 1000) == steps)
            #expect(configuration.optimizer.learningRate == 2e-4 && configuration.training.averagingDecay == 0.9999)
        }
    }

    @Test func smallPresetsAreSmall() throws {
        let glyphs = try RunConfiguration.resolve(preset: "hrvqvae-glyphs")
        #expect(glyphs.data.kind == .glyphs)
        #expect(glyphs.gridHeight == 16 && glyphs.gridWidth == 16)
        #expect(glyphs.totalSteps(images: 10000) == 600)
        let tiny = try RunConfiguration.resolve(preset: "hrvqvae-tiny")
        #expect(tiny.totalSteps(images: 10000) == 10)
        #expect(try tiny.codewordsPerLayer() == [4, 16])
    }

    @Test func mnistIsPaddedTo32() throws {
        let configuration = try Preset.mnist.configuration()
        #expect(configuration.paddedHeight == 32 && configuration.paddedWidth == 32)
        #expect(configuration.bitsPerPosition == 6)
    }

    @Test func rateIsThatOfThePaper() throws {
        #expect(abs(try Preset.ffhq.configuration().compressionRate - 170.6667) < 1e-3)
    }

    @Test(arguments: Preset.allCases)
    func everyPresetIsValidAndExplained(_ preset: Preset) throws {
        try preset.configuration().validate()
        #expect(try preset.configuration().quantizer.layerDropout == 0)
        #expect(!preset.summary.isEmpty && preset.summary.hasSuffix("."))
        #expect(preset.yaml.split(separator: "\n").count { $0.contains("#") } >= 7)
    }

    @Test func unknownPresetNamesTheNearest() {
        let expected = ConfigurationError.unknownPreset(
            name: "hrvqae-cifar", suggestion: "hrvqvae-cifar10", known: Preset.allCases.map(\.rawValue))
        #expect(throws: expected) { try RunConfiguration.resolve(preset: "hrvqae-cifar") }
        #expect(expected.description.contains("did you mean 'hrvqvae-cifar10'?"))
        #expect(Suggestion.nearest(to: "MNIST", among: Preset.allCases.map(\.rawValue)) == "hrvqvae-mnist")
        #expect(throws: ConfigurationError.self) { try Preset(name: "") }
    }
}
