import Foundation
import HRVQ

/// What `--help-config` prints.
enum SettingsHelp {
    /// Prints every key with its value and its meaning, and below it what the value may be.
    static func print<Configuration: KeyedConfiguration>(_ configuration: Configuration) throws {
        for key in Configuration.keys {
            let value = "\(key.name)=\(key.value(in: configuration))"
            try printOutput(
                value.padding(toLength: max(44, value.count + 1), withPad: " ", startingAt: 0) + key.summary)
            try printOutput("    " + key.type)
        }
    }
}
