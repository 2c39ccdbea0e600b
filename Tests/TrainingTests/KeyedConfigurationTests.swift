import Files
import Foundation
import Settings
import TestSupport
import Testing
import Training

@Suite("A configuration of another kind, with values for each layer")
struct KeyedConfigurationTests {
    private func mismatches(_ yaml: String) -> [ConfigurationError.Mismatch] {
        do {
            _ = try LayeredConfiguration(yaml: yaml, source: "test.yaml")
            return []
        } catch ConfigurationError.mismatched("test.yaml", let mismatches) {
            return mismatches
        } catch {
            Issue.record("\(error)")
            return []
        }
    }

    @Test(
        "One value stands for all layers, a list for each; both are read from YAML and overrides",
        arguments: [
            ("4", [4]), ("[4]", [4]), ("[0, 1, 4]", [0, 1, 4]), ("[0,1,4]", [0, 1, 4]), ("[1e1, 2.0]", [10, 2]),
        ])
    func lists(_ text: String, _ expected: [Int]) throws {
        let read = try LayeredConfiguration(yaml: "network:\n  attention: \(text)\n")
        #expect(read.network.attention == expected)
        var set = LayeredConfiguration()
        try set.set("network.attention=\(text)")
        #expect(set == read)
        try set.set("network.dropout = \(text)")
        #expect(set.network.dropout == expected.map(Double.init))
        let block = "network:\n  attention:\n" + expected.map { "    - \($0)\n" }.joined()
        #expect(try LayeredConfiguration(yaml: block) == read)
    }

    @Test("A list of one element is written as a single value, and JSON comes back equal and stable")
    func json() throws {
        var configuration = LayeredConfiguration()
        for (attention, dropout) in [([2], [0.5]), ([0, 1, 4], [0, 0.25, 1])] {
            configuration.network.attention = attention
            configuration.network.dropout = dropout
            configuration.training.steps = attention.count == 1 ? nil : 7
            let json = try configuration.jsonData()
            #expect(try LayeredConfiguration(json: json) == configuration)
            #expect(try LayeredConfiguration(json: json).jsonData() == json)
            #expect(try LayeredConfiguration(yaml: String(decoding: json, as: UTF8.self)) == configuration)
            #expect(
                try JSONDecoder().decode(LayeredConfiguration.self, from: JSONEncoder().encode(configuration))
                    == configuration)
            let text = String(decoding: json, as: UTF8.self)
            #expect(text.contains("\"attention\" : 2,") == (attention.count == 1))
            #expect(text.contains("\"format\" : \"layered\"") && text.contains("\"formatVersion\" : 2"))
        }
    }

    @Test("What does not fit is named with its key, what was found and what was expected")
    func mismatched() {
        let list = "an integer, or a list with one a layer"
        #expect(
            mismatches("network: {attention: [1, x], dropout: [], kind: round}\ntraining: {rate: [1]}") == [
                .wrongType(key: "network.attention", found: "the list [1, x]", expected: list),
                .wrongType(
                    key: "network.dropout", found: "the list []", expected: "a number, or a list with one a layer"),
                .wrongType(key: "network.kind", found: "the text 'round'", expected: "one of plain, gated"),
                .wrongType(key: "training.rate", found: "a list", expected: "a number"),
            ])
        for (text, found) in [
            ("many", "the text 'many'"), ("1.5", "the number 1.5"), ("", "nothing"), ("[1.5]", "the list [1.5]"),
            ("[[1]]", "the list [[1]]"), ("[1, null]", "the list [1, null]"), ("{a: 1}", "a section"),
        ] {
            #expect(
                mismatches("network: {attention: \(text)}") == [
                    .wrongType(key: "network.attention", found: found, expected: list)
                ])
        }
        #expect(
            throws: ConfigurationError.mismatched(
                source: "\(phrase: .override("network.attention=[a]"))",
                [.wrongType(key: "network.attention", found: "the list [a]", expected: list)])
        ) {
            var configuration = LayeredConfiguration()
            try configuration.set("network.attention=[a]")
        }
    }

    @Test("An unknown key names the nearest of this kind's keys, or the command that lists them")
    func unknownKeys() throws {
        #expect(
            mismatches("network: {atention: 1}") == [
                .unknownKey(key: "network.atention", suggestion: "network.attention", help: "layered --help")
            ])
        // A key of another kind of configuration is not one of this.
        let unknown = mismatches("quantizer: {branching: 3}")
        #expect(unknown == [.unknownKey(key: "quantizer", suggestion: nil, help: "layered --help")])
        #expect(unknown.map { "\($0)" } == ["unknown key 'quantizer'; see `layered --help` for all keys"])
        let error = #expect(throws: ConfigurationError.self) { try RunConfiguration(yaml: "xylophone: 1") }
        #expect("\(try #require(error))".hasSuffix("see `RunConfiguration` for all keys"))
    }

    @Test("The table says what each value may be")
    func table() {
        let keys = LayeredConfiguration.keys
        #expect(
            keys.map(\.type) == [
                "plain, gated", "integer", "integer", "integer", "integer, or one a layer", "number, or one a layer",
                "integer or null", "number", "true or false",
            ])
        #expect(
            keys.map(\.defaultValue) == ["gated", "3", "32", "4", "2", "0.1", "null", "0.001", "true"])
        var configuration = LayeredConfiguration()
        configuration.network.attention = [0, 1, 4]
        #expect(keys[4].value(in: configuration) == "[0, 1, 4]" && keys[4].section == "network")
    }

    @Test("Differences are dotted, and lists are shown as they are written")
    func differences() {
        var other = LayeredConfiguration()
        #expect(LayeredConfiguration().differences(from: other).isEmpty)
        other.network.dropout = [0, 0.5, 1]
        other.training.shuffle = false
        let differences = LayeredConfiguration().differences(from: other)
        #expect(differences.map(\.key) == ["network.dropout", "training.shuffle"])
        #expect(differences.map(\.mine) == ["0.1", "true"])
        #expect(differences.map(\.theirs) == ["[0.0, 0.5, 1.0]", "false"])
    }

    @Test("Presets start from each other, files from presets, overrides come last, and the result is valid")
    func resolving() throws {
        #expect(LayeredConfiguration.Preset.small.summary == "A small one.")
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("layered.yaml")
            try AtomicFile.write("preset: layered-deep\nnetwork: {dropout: [0, 0, 0.5]}\n", to: file)
            let configuration = try LayeredConfiguration.merged(file: file, overrides: ["training.steps=null"])
            #expect(configuration.network.hiddenUnits == 16 && configuration.network.blocks == 9)
            #expect(configuration.network.attention == [0, 1, 4] && configuration.network.dropout == [0, 0, 0.5])
            #expect(configuration.training.steps == nil)
            #expect(throws: ConfigurationError.conflictingPresets(argument: "layered-small", file: "layered-deep")) {
                try LayeredConfiguration.merged(preset: "layered-small", file: file)
            }
        }
        #expect(
            throws: ConfigurationError.unknownPreset(
                name: "layered-smal", suggestion: "layered-small", known: ["layered-small", "layered-deep"])
        ) { try LayeredConfiguration.merged(preset: "layered-smal") }
        #expect(
            throws: ConfigurationError.invalid([
                .init(key: "network.attention", value: "[1, 2]", expected: "one value, or 3, one for each layer"),
                .init(key: "training.rate", value: "0.0", expected: "a finite number above 0"),
            ])
        ) { try LayeredConfiguration.merged(overrides: ["network.attention=[1, 2]", "training.rate=0"]) }
        #expect(
            throws: ConfigurationError.invalid([
                .init(key: "network.attention", value: "[1, 2, 9]", expected: "integers, each 0 to 8")
            ])
        ) { try LayeredConfiguration.merged(overrides: ["network.attention=[1, 2, 9]"]) }
    }

    @Test("The stored configuration of one kind of model is not taken for that of another")
    func formats() throws {
        let layered = try LayeredConfiguration().jsonData()
        let run = try RunConfiguration().jsonData()
        #expect(
            throws: ConfigurationError.otherFormat(source: "config.json", found: "layered", expected: "autoencoder")
        ) { try RunConfiguration(json: layered) }
        #expect(throws: ConfigurationError.otherFormat(source: "a.json", found: "autoencoder", expected: "layered")) {
            try LayeredConfiguration(json: run, source: "a.json")
        }
        #expect(throws: ConfigurationError.newerFormat(source: "config.json", found: 3, supported: 2)) {
            try LayeredConfiguration(json: Data(#"{"format": "layered", "formatVersion": 3}"#.utf8))
        }
        #expect(String(decoding: run, as: UTF8.self).contains("\"format\" : \"autoencoder\""))
        // Those of earlier versions did not say so.
        let unnamed = String(decoding: run, as: UTF8.self).replacing("\"format\" : \"autoencoder\",", with: "")
        #expect(try RunConfiguration(json: Data(unnamed.utf8)) == RunConfiguration())
    }

    @Test("A resumed run keeps its settings but for the free ones")
    func resuming() throws {
        try withTemporaryFolder { root in
            let folder = RunFolder(root.appendingPathComponent("run"))
            let free = ["training.steps"]
            #expect(throws: TrainingError.nothingToResume(path: folder.url.path)) {
                try LayeredConfiguration.resumed(at: folder, overrides: [], free: free)
            }
            try AtomicFolder.create(folder.url)
            try AtomicFile.write(LayeredConfiguration().jsonData(), to: folder.model.configurationFile)
            let more = try LayeredConfiguration.resumed(at: folder, overrides: ["training.steps=9"], free: free)
            #expect(more.training.steps == 9)
            #expect(
                throws: TrainingError.changedSettings(
                    path: folder.url.path, changes: ["network.attention: 2 before, [1, 2, 3] now"])
            ) {
                try LayeredConfiguration.resumed(
                    at: folder, overrides: ["network.attention=[1,2,3]", "training.steps=9"], free: free)
            }
            let error = #expect(throws: FileError.self) { try RunConfiguration.resumed(at: folder, overrides: []) }
            #expect(error?.description.contains("holds a layered") == true)
        }
    }
}
