import Autoencoders
import Datasets
import Foundation
import Testing
import Torch

@testable import Settings
@testable import Training

@Suite struct ConfigurationValidationTests {
    @Test(arguments: [
        "data.channels=2", "data.height=0", "data.width=-4", "data.padding=-1", "data.padding=4611686018427387904",
        "data.height=9223372036854775807", "data.testShare=1",
        "data.maximumSkippedShare=1.1", "data.workers=0", "model.hiddenUnits=7", "model.hiddenUnits=0",
        "model.residualUnits=0", "model.residualBlocks=-1", "model.filterSize=4", "model.filterSize=-1",
        "model.downsampling=3", "quantizer.layers=0", "quantizer.layers=-1",
        "quantizer.branching=0",
        "quantizer.branching=1", "quantizer.branching=-8", "quantizer.dimension=0", "quantizer.decay=1",
        "quantizer.decay=-0.1", "quantizer.beta=-1", "quantizer.betaSum=-1", "quantizer.kMeansVectors=7",
        "quantizer.kMeansIterations=0", "quantizer.reviveAfter=-1",
        "quantizer.layerDropout=1", "quantizer.layerDropout=-0.1", "optimizer.learningRate=0",
        "optimizer.beta1=1", "optimizer.beta2=1", "optimizer.epsilon=0", "optimizer.weightDecay=-1",
        "optimizer.warmUpSteps=-1", "optimizer.finalLearningRateShare=2", "optimizer.gradientClip=-1",
        "training.batchSize=0", "training.epochs=0", "training.steps=0", "training.steps=-5",
        "training.averagingDecay=1", "training.seed=-1", "training.threads=-1", "checkpoint.every=0",
        "checkpoint.keep=0", "evaluation.every=0", "evaluation.images=0", "evaluation.samples=-1", "logging.every=0",
    ])
    func refuses(_ override: String) throws {
        var configuration = RunConfiguration()
        try configuration.set(override)
        let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
        guard case .invalid(let problems)? = error else { return }
        let parts = override.split(separator: "=")
        #expect(problems.map(\.key) == [String(parts[0])])
        #expect(Double(problems.first?.value ?? "") == Double(parts[1]))
    }

    /// What a kind of model does not have may not be asked of it.
    @Test(arguments: [
        (["model.levels=2"], "model.levels", "hrvqvae"),
        (["model.kind=vqvae", "quantizer.betaSum=0"], "quantizer.layers", "vqvae"),
        (["model.kind=vqvae", "quantizer.layers=1"], "quantizer.betaSum", "vqvae"),
        (["model.kind=rqvae", "quantizer.betaSum=0", "model.levels=3"], "model.levels", "rqvae"),
        (["model.kind=vqvae2", "quantizer.betaSum=0", "quantizer.layers=1", "model.levels=0"], "model.levels", "12"),
        (["model.kind=vqvae2", "quantizer.betaSum=0", "model.levels=2"], "quantizer.layers", "vqvae2"),
        (
            ["model.kind=vqvae2", "quantizer.betaSum=0", "quantizer.layers=1", "model.levels=3", "data.height=40"],
            "data.height", "16 divides"
        ),
        (["model.kind=rqvae", "quantizer.betaSum=0", "quantizer.layers=1000000000"], "quantizer.layers", "64"),
        (
            ["model.kind=vqvae", "quantizer.betaSum=0", "quantizer.layers=1", "quantizer.branching=33554432"],
            "quantizer.branching", "16777216"
        ),
        (
            ["model.kind=vqvae", "quantizer.betaSum=0", "quantizer.layers=1", "quantizer.layerDropout=0.5"],
            "quantizer.layerDropout", "one layer"
        ),
        (
            ["model.kind=vqvae2", "quantizer.betaSum=0", "quantizer.layers=1", "quantizer.layerDropout=0.5"],
            "quantizer.layerDropout", "one layer"
        ),
    ])
    func kindsHaveTheirOwnSettings(_ overrides: [String], _ key: String, _ word: String) throws {
        var configuration = RunConfiguration()
        for override in overrides { try configuration.set(override) }
        let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
        guard case .invalid(let problems)? = error else { return }
        #expect(problems.contains { $0.key == key && $0.description.contains(word) }, "\(problems)")
    }

    @Test func levelsCanBeLeftOut() throws {
        var configuration = RunConfiguration()
        for text in [
            "model.kind=vqvae2", "model.levels=3", "quantizer.betaSum=0", "quantizer.layers=1",
            "quantizer.layerDropout=0.5",
        ] {
            try configuration.set(text)
        }
        try configuration.validate()
    }

    @Test func flatLayersHaveAsManyCodewordsEach() throws {
        var configuration = RunConfiguration()
        for text in ["model.kind=rqvae", "quantizer.betaSum=0", "quantizer.layers=4", "quantizer.branching=20"] {
            try configuration.set(text)
        }
        #expect(try configuration.codewordsPerLayer() == [20, 20, 20, 20])
    }

    @Test func allProblemsComeAtOnce() {
        var configuration = RunConfiguration()
        configuration.data.height = 65
        configuration.quantizer.branching = 0
        configuration.quantizer.decay = .nan
        configuration.training.steps = -1
        #expect(
            throws: ConfigurationError.invalid([
                .init(
                    key: "data.height", value: "65, padded by data.padding to 65",
                    expected: "a padded side that model.downsampling, 4, divides"),
                .init(
                    key: "quantizer.branching", value: "0",
                    expected: "an integer from 2: one codeword a codebook says nothing"),
                .init(key: "quantizer.decay", value: "nan", expected: "a number from 0.0 on and below 1.0"),
                .init(key: "training.steps", value: "-1", expected: "an integer from 1, or null"),
            ])
        ) { try configuration.validate() }
    }

    @Test func paddingCountsForTheGrid() throws {
        var configuration = RunConfiguration()
        configuration.data.height = 60
        configuration.data.width = 60
        configuration.model.downsampling = 8
        #expect(throws: ConfigurationError.self) { try configuration.validate() }
        configuration.data.padding = 2
        try configuration.validate()
        #expect(configuration.gridWidth == 8)
    }

    @Test func hugeCodebooksAreRefusedWithoutOverflow() throws {
        var configuration = RunConfiguration()
        configuration.quantizer.layers = 8
        #expect(try configuration.codewordsPerLayer().last == 1 << 24)
        try configuration.validate()
        for (layers, branching) in [(9, 8), (64, 2), (2, Int.max), (Int.max, 2)] {
            configuration.quantizer.layers = layers
            configuration.quantizer.branching = branching
            configuration.quantizer.kMeansVectors = 1 << 24
            #expect(throws: ConfigurationError.invalid([configuration.codewordProblem])) {
                try configuration.validate()
            }
        }
    }

    @Test func dataSetsHaveTheirOwnShapes() {
        var configuration = RunConfiguration()
        configuration.data.kind = .cifar10
        let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
        #expect(error?.description.contains("data.height is 64; expected 32, because data.kind is cifar10") == true)
    }

    /// A run of a few steps, to see whether all is well, should not need another warm-up first.
    @Test func warmUpMayBeLongerThanTheRun() throws {
        var configuration = RunConfiguration()
        configuration.optimizer.warmUpSteps = 11
        configuration.training.steps = 10
        try configuration.validate()
    }
}

@Suite("Configuration of finite scalar quantization") struct FSQConfigurationTests {
    private func problems(_ overrides: [String], preset: String = "fsq-cifar10") -> [String] {
        do {
            _ = try RunConfiguration.resolve(preset: preset, overrides: overrides)
            return []
        } catch let ConfigurationError.invalid(problems) {
            return problems.map { "\($0.key): \($0.expected)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test("Presets have the bits of HR-VQVAE's", arguments: ["cifar10", "imagenet"])
    func rate(_ data: String) throws {
        let (fsq, tree) = try (
            Preset(name: "fsq-\(data)").configuration(), Preset(name: "hrvqvae-\(data)").configuration()
        )
        #expect(fsq.bitsPerPosition == tree.bitsPerPosition && fsq.compressionRate == tree.compressionRate)
        #expect(fsq.kindName == "fsq" && fsq.title == "FSQ")
    }

    @Test("Other levels want their number of codes and their dimension")
    func levels() {
        #expect(
            problems(["quantizer.levels=[8, 5, 5, 5]"]) == [
                "quantizer.branching: 1000, the product of quantizer.levels",
                "quantizer.dimension: 4, one for each of quantizer.levels",
            ])
        #expect(
            problems(["quantizer.levels=[8, 5, 5, 5]", "quantizer.branching=1000", "quantizer.dimension=4"]).isEmpty)
        let large = ["quantizer.levels=[64, 64, 64]", "quantizer.branching=262144"]
        #expect(problems(large).isEmpty, "no k-means wants so many vectors")
        for levels in ["[]", "[1, 512]", "[-8, -64, 1]", "[99999999, 99999999]"] {
            let found = problems(["quantizer.levels=\(levels)"])
            #expect(found.count == 1 && found[0].contains("levels of at least 2"), "\(levels): \(found)")
        }
    }

    @Test(
        "What FSQ has not, or other quantizers have not, is not accepted and ignored",
        arguments: [
            "quantizer.beta=0.25", "quantizer.decay=0.99", "quantizer.reviveAfter=20",
            "quantizer.initialization=kMeans",
            "quantizer.layers=2", "model.kind=hrvqvae", "quantizer.kind=residual",
        ])
    func ignored(_ override: String) { #expect(problems([override]).count >= 1) }

    @Test("The levels of VQ-VAE-2 may be quantized so")
    func vqvae2() throws {
        let overrides = ["model.kind=vqvae2", "model.levels=3"]
        #expect(problems(overrides).isEmpty)
        let configuration = try RunConfiguration.resolve(preset: "fsq-cifar10", overrides: overrides)
        #expect(configuration.kindName == "vqvae2-fsq" && configuration.title == "VQ-VAE-2 with FSQ")
        #expect(try configuration.makeAutoencoder(on: .meta).codewords == [512, 512, 512])
    }
}

@Suite struct ConfigurationKeyTests {
    /// Every stored property of every section has a key, so that none is accepted and ignored.
    @Test func everyPropertyHasAKey() {
        var names: [String] = []
        for section in Mirror(reflecting: RunConfiguration()).children {
            for property in Mirror(reflecting: section.value).children {
                names.append("\(section.label ?? "").\(property.label ?? "")")
            }
        }
        #expect(names == RunConfiguration.keys.map(\.name))
    }

    @Test func everyKeyIsDescribed() {
        for key in RunConfiguration.keys {
            #expect(key.summary.count >= 8, "\(key.name)")
            #expect(!key.type.isEmpty && !key.defaultValue.isEmpty, "\(key.name)")
        }
        #expect(Set(RunConfiguration.keys.map(\.summary)).count == RunConfiguration.keys.count)
    }

    /// Every key changes the property of its own name, and no other.
    @Test(arguments: RunConfiguration.keys.map(\.name))
    func everyKeyChangesItsProperty(_ name: String) throws {
        let key = try #require(RunConfiguration.key(named: name))
        let other =
            switch key.type {
            case "true or false": key.defaultValue == "true" ? "false" : "true"
            case "integer", "integer or null", "number": "77"
            case "list of integers": "[7, 7]"
            default: key.type.split(separator: ", ").last.map(String.init) ?? ""
            }
        guard other != key.defaultValue else { return }
        var changed = RunConfiguration()
        try changed.set("\(name)=\(other)")
        #expect(changed.differences(from: RunConfiguration()).map(\.key) == [name])
        let section = try #require(Mirror(reflecting: changed).children.first { $0.label == key.section })
        let property = try #require(
            Mirror(reflecting: section.value).children.first { "\(key.section).\($0.label ?? "")" == name })
        let text = "\(property.value)"
        #expect([other, "\(other).0", "Optional(\(other))"].contains(text), "\(text)")
    }
}
