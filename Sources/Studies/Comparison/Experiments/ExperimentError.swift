import Files

/// What can stop an experiment.
package enum ExperimentError: WordedError, Sendable, Equatable {
    /// The file that says which experiment a folder holds is not one.
    case damaged(path: String)
    /// The folder holds files of a user's, and no experiment.
    case notAnExperiment(path: String, names: [String])
    /// The folder holds an experiment of other settings.
    case otherSettings(path: String, differences: [String])

    package var description: String { message.description }

    package var message: Message {
        switch self {
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
