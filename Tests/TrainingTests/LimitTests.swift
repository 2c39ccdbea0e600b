import Autoencoders
import Files
import Foundation
import Settings
import TestSupport
import Testing
import Torch

@testable import Training

@Suite("Hostile settings and sizes")
struct LimitTests {
    /// What an integer, a number or a word could be at worst.
    private static let extremes = [
        "0", "-1", "1", "2", "2147483648", "9223372036854775807", "-9223372036854775808", "1e308", "-1e308", "1e-308",
        "nan", "inf", "-0.0", "99999999999999999999", "null", "true", "''", "[]", "[1, 2]", "{a: 1}",
    ]

    @Test(
        "Every setting at its extremes is refused or leaves sizes that can be computed",
        arguments: Preset.allCases.filter { ["hrvqvae-tiny", "vqvae2-mnist", "rqvae-ffhq"].contains($0.rawValue) })
    func settings(preset: Preset) throws {
        for key in RunConfiguration.keys {
            for value in Self.extremes {
                var configuration = try preset.configuration()
                do {
                    try configuration.set("\(key.name)=\(value)")
                    try configuration.validate()
                } catch is ConfigurationError {
                    continue
                }
                // Arithmetic that traps ends the process, and the test with it.
                _ = configuration.totalSteps(images: .max)
                _ = configuration.stepsPerEpoch(images: 1)
                _ = configuration.compressionRate
                _ = try configuration.codewordsPerLayer()
                let model = try configuration.makeAutoencoder(on: .meta)
                _ = ModelDescription(configuration, model).text
                do {
                    try configuration.requireTrainingMemory(model, .float32)
                    try configuration.requireInferenceMemory(images: .max, .float32)
                } catch is MemoryError {}
            }
        }
    }

    @Test("The largest model that settings allow is counted, and refused before it is made")
    func largest() throws {
        let configuration = try tiny([
            "model.hiddenUnits=65536", "model.residualUnits=65536", "model.residualBlocks=1024",
            "quantizer.dimension=65536", "training.batchSize=1048576",
        ])
        let model = try configuration.makeAutoencoder(on: .meta)
        #expect(ModelDescription(configuration, model).encoderParameters > 1 << 40)
        #expect(throws: MemoryError.self) { try configuration.makeAutoencoder() }
        try withTemporaryFolder { folder in
            let output = folder.appendingPathComponent("run")
            #expect(throws: MemoryError.self) { try train(configuration, in: output) }
            #expect(!FileManager.default.fileExists(atPath: output.path))
        }
    }

    @Test("A batch or pictures of hundreds of gigabytes are refused before the work")
    func batches() throws {
        for overrides in [
            ["training.batchSize=1048576"], ["data.height=16384", "data.width=16384", "training.batchSize=64"],
        ] {
            try withTemporaryFolder { folder in
                let error = #expect(throws: MemoryError.self) {
                    try train(tiny(overrides + ["model.hiddenUnits=1024"]), in: folder.appendingPathComponent("run"))
                }
                #expect(error?.description.contains("a training step of") == true)
            }
        }
    }

    @Test("A model's outline has the model's parameters; weights that do not fit are told with the description")
    func outline() throws {
        try withTemporaryFolder { folder in
            let run = folder.appendingPathComponent("run")
            try train(tiny(), in: run)
            let model = ModelFolder(run)
            let whole = try model.load()
            let outline = try model.outline()
            #expect(outline.problem == nil)
            #expect(
                ModelDescription(outline.configuration, outline.model)
                    == ModelDescription(whole.configuration, whole.model))
            #expect(outline.model.parameters.all.map(\.tensor.shape) == whole.model.parameters.all.map(\.tensor.shape))
            var other = whole.configuration
            other.model.hiddenUnits = 16384
            try other.jsonData().write(to: model.configurationFile)
            let misfit = try model.outline()
            guard case TorchError.mismatchedParameters? = misfit.problem else {
                Issue.record("\(String(describing: misfit.problem))")
                return
            }
            try Data("no".utf8).write(to: model.weightsFile)
            #expect(try model.outline().problem is FileError)
        }
    }

    @Test("A hundred thousand unknown keys are twenty lines and a count, in seconds")
    func unknownKeys() throws {
        let keys = (0..<100_000).map { "\"key\($0)\": 1" }.joined(separator: ",")
        let start = ProcessInfo.processInfo.systemUptime
        let error = #expect(throws: ConfigurationError.self) { try RunConfiguration(json: Data("{\(keys)}".utf8)) }
        let text = try #require(error).description
        #expect(text.split(separator: "\n").count == 21)
        #expect(text.hasSuffix("and 99980 more"))
        #expect(ProcessInfo.processInfo.systemUptime - start < 30)
    }

    @Test("YAML that is long, deep or unfolds is refused at once")
    func yaml() throws {
        let bomb =
            "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
            + (1...9).map { "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ","))]\n" }
            .joined()
        for (text, words) in [
            (bomb, "anchor"), (String(repeating: "k: 1\n", count: 1 << 18), "at most"),
            (String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000), "nest"),
            (String(repeating: "- ", count: 100_000) + "1", "nest"), (String(repeating: "? ", count: 100_000), "nest"),
            (String(repeating: "{a: ", count: 30) + "1" + String(repeating: "}", count: 30), "nested"),
            ("a: " + String(repeating: "[", count: 500_000), "line 1"),
        ] {
            let error = #expect(throws: ConfigurationError.self) { try RunConfiguration(yaml: text) }
            let description = try #require(error).description
            #expect(description.contains(words), "\(description)")
            #expect(description.count < 1000)
        }
        let json = String(repeating: "{\"a\":", count: 100_000) + "1" + String(repeating: "}", count: 100_000)
        #expect(throws: ConfigurationError.self) { try RunConfiguration(json: Data(json.utf8)) }
    }
}
