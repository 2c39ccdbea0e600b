import Datasets
import Files
import Foundation
import Testing

@testable import Settings
@testable import Training

@Suite struct ConfigurationDecodingTests {
    private func mismatches(_ yaml: String) -> [ConfigurationError.Mismatch] {
        do {
            _ = try RunConfiguration(yaml: yaml, source: "test.yaml")
            return []
        } catch ConfigurationError.mismatched(let source, let mismatches) {
            #expect(source == "test.yaml")
            return mismatches
        } catch {
            Issue.record("\(error)")
            return []
        }
    }

    @Test(arguments: [
        ("model: {hiddenUnit: 3}", "model.hiddenUnit", "model.hiddenUnits"),
        ("learningRate: 1", "learningRate", "optimizer.learningRate"),
        ("model: {learningRate: 1}", "model.learningRate", "optimizer.learningRate"),
        ("optimiser: {learningRate: 1}", "optimiser", "optimizer"),
        ("training: {batchsize: 1}", "training.batchsize", "training.batchSize"),
        ("quantizer: {bransching: 1}", "quantizer.bransching", "quantizer.branching"),
        ("optimizer.larningRate: 1", "optimizer.larningRate", "optimizer.learningRate"),
        ("checkpoint: {evry: 1}", "checkpoint.evry", "checkpoint.every"),
    ])
    func unknownKeysNameTheNearest(_ yaml: String, _ key: String, _ suggestion: String) {
        #expect(mismatches(yaml) == [.unknownKey(key: key, suggestion: suggestion, help: RunConfiguration.help)])
    }

    @Test func farKeysSuggestNothing() {
        #expect(mismatches("a: 1") == [.unknownKey(key: "a", suggestion: nil, help: RunConfiguration.help)])
        #expect(
            mismatches("xylophone: 1") == [.unknownKey(key: "xylophone", suggestion: nil, help: RunConfiguration.help)])
    }

    @Test func allMismatchesComeAtOnce() {
        let found = mismatches(
            """
            data: {kind: mnits, flip: yes}
            model: 3
            quantizer:
              layers: three
              decay: "0.5"
              beta: [1]
            training: {steps: 1.5, batchSize: }
            nonsense: 0
            """)
        #expect(
            found == [
                .wrongType(
                    key: "data.flip", found: "the text 'yes'", expected: "true or false"),
                .wrongType(
                    key: "data.kind", found: "the text 'mnits'",
                    expected: "one of " + DatasetKind.allCases.map(\.rawValue).joined(separator: ", ")),
                .wrongType(
                    key: "model", found: "the integer 3",
                    expected: "a section with kind, hiddenUnits, residualUnits, residualBlocks, filterSize, "
                        + "downsampling, levels"),
                .unknownKey(key: "nonsense", suggestion: nil, help: RunConfiguration.help),
                .wrongType(key: "quantizer.beta", found: "a list", expected: "a number"),
                .wrongType(key: "quantizer.decay", found: "the text '0.5'", expected: "a number"),
                .wrongType(key: "quantizer.layers", found: "the text 'three'", expected: "an integer"),
                .wrongType(key: "training.batchSize", found: "nothing", expected: "an integer"),
                .wrongType(
                    key: "training.steps", found: "the number 1.5", expected: "an integer or null"),
            ])
    }

    @Test func scalarsFollowYAML12() {
        #expect(ConfigurationValue.resolve("3e-3") == .number(3e-3))
        #expect(ConfigurationValue.resolve("-12") == .integer(-12))
        #expect(ConfigurationValue.resolve(".5") == .number(0.5))
        #expect(ConfigurationValue.resolve("no") == .text("no"))
        #expect(ConfigurationValue.resolve("nan") == .text("nan"))
        #expect(ConfigurationValue.resolve(".inf") == .text(".inf"))
        #expect(ConfigurationValue.resolve("0x10") == .text("0x10"))
        #expect(ConfigurationValue.resolve("1e999") == .text("1e999"))
        #expect(ConfigurationValue.resolve("99999999999999999999") == .number(1e20))
        #expect(ConfigurationValue.resolve("~") == .null)
    }

    @Test func emptyTextsAndSectionsChangeNothing() throws {
        #expect(try RunConfiguration(yaml: "") == RunConfiguration())
        #expect(try RunConfiguration(yaml: "# nothing\nmodel:\n  # hiddenUnits: 3\n") == RunConfiguration())
    }

    @Test func brokenYAMLSaysWhere() {
        for yaml in [
            "model: {", "model: {}\nmodel: {}", "a: 1\n b: 2", "model.hiddenUnits: 2\nmodel: {hiddenUnits: 4}",
        ] {
            let error = #expect(throws: ConfigurationError.self) { try RunConfiguration(yaml: yaml, source: "x.yaml") }
            guard case .unparsable(let source, let reason)? = error else {
                Issue.record("\(yaml): \(String(describing: error))")
                continue
            }
            #expect(source == "x.yaml" && !reason.isEmpty)
        }
        #expect(throws: ConfigurationError.self) { try RunConfiguration(yaml: "- 1\n- 2") }
        #expect(throws: ConfigurationError.self) { try RunConfiguration(yaml: "just words") }
    }

    @Test func jsonComesBackEqualAndStable() throws {
        for preset in Preset.allCases {
            let configuration = try preset.configuration()
            let json = try configuration.jsonData()
            #expect(try RunConfiguration(json: json) == configuration)
            #expect(try RunConfiguration(json: json).jsonData() == json)
            #expect(try RunConfiguration(yaml: String(decoding: json, as: UTF8.self)) == configuration)
            #expect(try JSONDecoder().decode(RunConfiguration.self, from: json) == configuration)
            #expect(
                try JSONDecoder().decode(RunConfiguration.self, from: JSONEncoder().encode(configuration))
                    == configuration)
        }
        let text = String(decoding: try RunConfiguration().jsonData(), as: UTF8.self)
        #expect(text.contains("\"formatVersion\" : 1"))
        #expect(text.contains("\"steps\" : null"))
        #expect(text.hasSuffix("}\n"))
    }

    @Test func whatIsNestedTooDeepIsNotWalked() {
        for depth in [17, 500] {
            let lists = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let reason = "its values are nested more than 16 deep"
            #expect(throws: ConfigurationError.unparsable(source: "config.json", reason: reason)) {
                try RunConfiguration(json: Data(#"{"data": \#(lists)}"#.utf8))
            }
            let dots = "data" + String(repeating: ".a", count: depth) + ": 1"
            for yaml in ["data: " + lists, dots] {
                let error = #expect(throws: ConfigurationError.self) { try RunConfiguration(yaml: yaml) }
                #expect(error.map { "\($0)".contains(reason) } ?? false)
            }
        }
        #expect(mismatches("data: {kind: [[[[1]]]]}").count == 1)
    }

    /// Ten lists of ten aliases each, ten times over, are a short text and more values than fit into memory.
    @Test func anchorsAreRefused() {
        let levels = (1...20).map { "a\($0): &a\($0) [" + String(repeating: "*a\($0 - 1), ", count: 10) + "]\n" }
        let error = #expect(throws: ConfigurationError.self) {
            try RunConfiguration(yaml: "a0: &a0 1\n" + levels.joined())
        }
        #expect(error.map { "\($0)".contains("an anchor has no place in a configuration (line 1") } ?? false)
    }

    @Test func namesThatAreNoSlipsAreNotCompared() {
        let long = "training.batchSiz" + String(repeating: "e", count: 100_000)
        #expect(
            mismatches("? \(long)\n: 1") == [.unknownKey(key: long, suggestion: nil, help: RunConfiguration.help)])
        let many = mismatches((10...99).map { "training.batchSize\($0): 1\n" }.joined())
        let suggestions = many.map { mismatch -> String? in
            guard case .unknownKey(_, let suggestion, _) = mismatch else { return nil }
            return suggestion
        }
        #expect(suggestions == (10...99).map { $0 < 30 ? "training.batchSize" : nil })
    }

    @Test func laterFormatsAreRefused() {
        let json = Data(#"{"formatVersion": 2, "somethingNew": {"a": 1}}"#.utf8)
        #expect(throws: ConfigurationError.newerFormat(source: "config.json", found: 2, supported: 1)) {
            try RunConfiguration(json: json)
        }
        #expect(throws: ConfigurationError.self) { try RunConfiguration(json: Data(#"{"formatVersion": "x"}"#.utf8)) }
        #expect(throws: ConfigurationError.unparsable(source: "a.json", reason: "it is not JSON")) {
            try RunConfiguration(json: Data("{".utf8), source: "a.json")
        }
    }

    @Test func jsonIsAsStrictAsYAML() {
        #expect(
            throws: ConfigurationError.mismatched(
                source: "config.json",
                [
                    .unknownKey(key: "data.hight", suggestion: "data.height", help: RunConfiguration.help),
                    .wrongType(key: "data.width", found: "true", expected: "an integer"),
                ])
        ) { try RunConfiguration(json: Data(#"{"data": {"hight": 3, "width": true}}"#.utf8)) }
    }

    @Test func whatCannotBeTrainedIsNotWritten() {
        var configuration = RunConfiguration()
        configuration.optimizer.learningRate = .nan
        #expect(throws: ConfigurationError.self) { try configuration.jsonData() }
    }
}
