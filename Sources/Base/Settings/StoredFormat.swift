import Files
import Foundation

/// What a stored configuration is of: `config.json` of a model says so under `format`.
package enum StoredFormat {
    /// What the root of a configuration names, as people write it or as it is stored; `nil` where it names nothing.
    static func written(in root: [String: ConfigurationValue]) -> String? {
        if case .text(let name)? = root["format"] { return name }
        // Classifiers were named under this key first, where other models have a section.
        if case .text(let name)? = root["model"] { return name }
        return nil
    }

    /// What a stored configuration is of. Those of autoencoders and experiments named nothing in earlier versions.
    package static func name(of root: [String: ConfigurationValue]) -> String {
        written(in: root) ?? (root["curvePoints"] == nil ? "autoencoder" : "experiment")
    }

    /// What the bytes of a stored configuration are of; `nil` where they do not say.
    package static func name(ofJSON data: Data) -> String? {
        guard case .section(let root)? = try? ConfigurationValue(json: data, source: "") else { return nil }
        if let name = written(in: root) { return name }
        let name = name(of: root)
        let ofModels = ["model", "quantizer", "network"].contains {
            if case .section? = root[$0] { true } else { false }
        }
        return name != "autoencoder" || ofModels ? name : nil
    }

    /// What is configured, with its article, such as `an autoencoder`.
    package static func subject(_ name: String) -> String { ("aeiou".contains(name.prefix(1)) ? "an " : "a ") + name }
}
