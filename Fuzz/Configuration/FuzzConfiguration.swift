import Files
import Foundation
import FuzzSupport
import Settings
import Training

/// The readers of configurations: a first byte that is odd for `config.json` of a model's folder and even for YAML, then
/// the text.
enum ConfigurationTarget: FuzzTarget {
    static func read(_ bytes: [UInt8]) throws {
        let (choice, text) = FuzzInput.choice(bytes, of: 2)
        let configuration: RunConfiguration
        if choice == 1 {
            configuration = try ModelFolder(URL(fileURLWithPath: "/folder")).configuration(json: Data(text))
        } else {
            configuration = try RunConfiguration(yaml: String(decoding: text, as: UTF8.self))
            try configuration.validate()
        }
        require(configuration.totalSteps(images: 1000) > 0 && configuration.stepsPerEpoch(images: 1000) > 0)
        require(configuration.compressionRate > 0)
        let copy = unfailing { try RunConfiguration(json: configuration.jsonData()) }
        require(copy == configuration, "what was written is not what is read")
    }

    static func isDocumented(_ error: any Error) -> Bool { error is ConfigurationError || error is FileError }

    static func seeds() throws -> [String: [UInt8]] {
        let defaults = try RunConfiguration().jsonData()
        // Keys of one section each, so that a seed stays small.
        let table = try JSONSerialization.jsonObject(with: defaults) as? [String: Any] ?? [:]
        var seeds: [String: [UInt8]] = [:]
        for (section, values) in table where values is [String: Any] {
            let part = try JSONSerialization.data(withJSONObject: [section: values], options: .sortedKeys)
            seeds[section] = [UInt8(ascii: "1")] + part
        }
        seeds["preset"] = Array("0preset: hrvqvae-glyphs\ntraining.steps: 1e3\nquantizer:\n  beta: 0.5\n".utf8)
        seeds["sections"] = Array("0\"data\": {kind: glyphs, height: 64, width: 64}\nmodel.downsampling: 8\n".utf8)
        return seeds
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<ConfigurationTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzRunner<ConfigurationTarget>.test(start, count)
}
