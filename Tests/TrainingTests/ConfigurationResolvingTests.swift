import Datasets
import Files
import Foundation
import Quantization
import Settings
import Testing

@testable import Training

@Suite struct ConfigurationResolvingTests {
    private func withFile(_ text: String, _ body: (URL) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml")
        try AtomicFile.write(text, to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url)
    }

    @Test func layersGoDefaultsPresetFileOverrides() throws {
        let text = "training: {batchSize: 48, seed: 5}\n"
        try withFile(text) { file in
            let configuration = try RunConfiguration.resolve(
                preset: "hrvqvae-mnist", file: file,
                overrides: ["training.seed=9", "optimizer.learningRate = 1e-4", "training.steps=2e3"])
            #expect(configuration.training.batchSize == 48)
            #expect(configuration.training.seed == 9)
            #expect(configuration.training.steps == 2000)
            #expect(configuration.training.epochs == 999)
            #expect(configuration.optimizer.learningRate == 1e-4)
            #expect(configuration.optimizer.beta2 == 0.999)
            #expect(configuration.data.kind == .mnist)
        }
    }

    @Test func filesMayNameTheirPreset() throws {
        try withFile("preset: hrvqvae-tiny\nmodel: {hiddenUnits: 16}\n") { file in
            let configuration = try RunConfiguration.resolve(file: file)
            #expect(configuration.model.hiddenUnits == 16)
            #expect(configuration.training.steps == 10)
            #expect(try RunConfiguration.resolve(preset: "hrvqvae-tiny", file: file) == configuration)
            #expect(throws: ConfigurationError.conflictingPresets(argument: "hrvqvae-mnist", file: "hrvqvae-tiny")) {
                try RunConfiguration.resolve(preset: "hrvqvae-mnist", file: file)
            }
        }
        try withFile("preset: [a]\n") { file in
            #expect(throws: ConfigurationError.self) { try RunConfiguration.resolve(file: file) }
        }
    }

    @Test func storedConfigurationsAreFilesToo() throws {
        let configuration = try Preset.cifar10.configuration()
        try withFile(String(decoding: try configuration.jsonData(), as: UTF8.self)) { file in
            let read = try RunConfiguration.resolve(file: file)
            #expect(read == configuration)
        }
    }

    @Test func overridesAreChecked() {
        for text in ["training.seed", "=3", "", "a..b"] {
            #expect(throws: ConfigurationError.self, "\(text)") { try RunConfiguration.resolve(overrides: [text]) }
        }
        #expect(throws: ConfigurationError.malformedOverride(text: "training.seed")) {
            try RunConfiguration.resolve(overrides: ["training.seed"])
        }
        #expect(
            throws: ConfigurationError.mismatched(
                source: "\(phrase: .override("training.sead=3"))",
                [.unknownKey(key: "training.sead", suggestion: "training.seed", help: RunConfiguration.help)])
        ) { try RunConfiguration.resolve(overrides: ["training.sead=3"]) }
        #expect(
            throws: ConfigurationError.mismatched(
                source: "\(phrase: .override("training.seed=null"))",
                [.wrongType(key: "training.seed", found: "nothing", expected: "an integer")])
        ) { try RunConfiguration.resolve(overrides: ["training.seed=null"]) }
        // An unset shell variable is no wish for the preset's epochs.
        for text in ["training.seed=", "training.steps=", "training.steps= "] {
            #expect(throws: ConfigurationError.malformedOverride(text: text)) {
                try RunConfiguration.resolve(preset: "hrvqvae-tiny", overrides: [text])
            }
        }
    }

    @Test("A key of many parts is an error, however many it has")
    func deepKeys() {
        var configuration = RunConfiguration()
        for count in [16, 200_000] {
            let error = #expect(throws: ConfigurationError.self) {
                try configuration.set(String(repeating: "a.", count: count) + "a=1")
            }
            #expect("\(error as (any Error)?)".contains("nested more than 16 deep"))
        }
    }

    @Test func nullTakesStepsAway() throws {
        let configuration = try RunConfiguration.resolve(
            preset: "hrvqvae-tiny", overrides: ["training.steps=null", "training.epochs=3"])
        #expect(configuration.training.steps == nil)
        #expect(configuration.totalSteps(images: 100) == 37)
        #expect(configuration.stepsPerEpoch(images: 100) == 12)
        #expect(configuration.stepsPerEpoch(images: 3) == 1)
    }

    @Test func resolvedConfigurationsAreValid() {
        #expect(throws: ConfigurationError.self) { try RunConfiguration.resolve(overrides: ["quantizer.branching=1"]) }
        let absent = URL(fileURLWithPath: "/nonexistent/run.yaml")
        #expect(throws: FileError.self) { try RunConfiguration.resolve(file: absent) }
    }

    @Test func differencesAreDotted() throws {
        var other = RunConfiguration()
        #expect(RunConfiguration().differences(from: other).isEmpty)
        other.quantizer.learning = .gradient
        other.training.steps = 7
        let differences = RunConfiguration().differences(from: other)
        #expect(differences.map(\.key) == ["quantizer.learning", "training.steps"])
        #expect(differences.map(\.mine) == ["movingAverage", "null"])
        #expect(differences.map(\.theirs) == ["gradient", "7"])
    }
}
