import ArgumentParser
import HRVQ

/// Options that are mistyped where another check would complain first: the parser names unknown options only after
/// everything else fits.
enum OptionTypo {
    /// The error for a required option that is missing, which names what was probably meant to be it.
    static func missing(_ option: String, valueName: String) -> ValidationError {
        let near = CommandLine.arguments.dropFirst().map { $0.prefix { $0 != "=" } }.first { argument in
            argument.hasPrefix("--") && argument != option
                && Suggestion.nearest(to: String(argument), among: [option]) != nil
        }
        if let near { return ValidationError("Unknown option '\(near)'. Did you mean '\(option)'?") }
        return ValidationError("Missing expected argument '\(option) <\(valueName)>'")
    }
}
