import Files

/// What can stop an experiment.
package enum ExperimentError: WordedError, Sendable, Equatable {
    /// Values out of range: all there are.
    case invalid(problems: [String])
    /// The text is not a declaration of an experiment.
    case unparsable(source: String, reason: String)
    /// Keys that a declaration does not have.
    case unknownKeys(source: String, keys: [String], known: [String])
    /// No preset has the name.
    case unknownPreset(name: String, known: [String])
    /// The file that says which experiment a folder holds is not one.
    case damaged(path: String)
    /// The folder holds files of a user's, and no experiment.
    case notAnExperiment(path: String, names: [String])
    /// The folder holds an experiment of other settings.
    case otherSettings(path: String, differences: [String])

    package var description: String { message.description }

    package var message: Message {
        switch self {
        case .invalid(let problems):
            "the experiment cannot be run:\n\(Listing.text(problems, separator: "\n") { "  - \($0)" })"
        case .unparsable(let source, let reason):
            "\(name: source): is not the declaration of an experiment: \(name: Listing.cut(reason)); "
                + "\(phrase: .experimentExample) shows one"
        case .unknownKeys(let source, let keys, let known):
            "\(name: source): unknown keys \(Listing.text(keys)); the keys are \(known.joined(separator: ", "))"
        case .unknownPreset(let name, let known):
            "there is no experiment '\(name: name)' (there are \(known.joined(separator: ", ")))"
        case .damaged(let path):
            "\(name: path): is not the declaration of an experiment; choose another \(phrase: .output),"
                + " or replace it with \(phrase: .replacingExperiment)"
        case .notAnExperiment(let path, let names):
            "\(name: path): is not an experiment, and holds \(Listing.text(names, limit: 5));"
                + " choose another \(phrase: .output)"
        case .otherSettings(let path, let differences):
            "\(name: path): holds an experiment of other settings:\n"
                + "\(Listing.text(differences, separator: "\n") { "  - \($0)" })"
                + "\nChoose another \(phrase: .output), or replace it with \(phrase: .replacingExperiment)."
        }
    }
}
