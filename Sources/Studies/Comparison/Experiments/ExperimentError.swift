import Files

/// What can stop an experiment.
package enum ExperimentError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file that says which experiment a folder holds is not one.
    case damaged(path: String)
    /// The folder holds files of a user's, and no experiment.
    case notAnExperiment(path: String, names: [String])
    /// The folder holds an experiment of other settings.
    case otherSettings(path: String, differences: [String])

    /// What, where, what was expected, what to do.
    package var description: String {
        switch self {
        case .damaged(let path):
            "\(name: path): is not the declaration of an experiment; choose another --output, or replace it with --force"
        case .notAnExperiment(let path, let names):
            "\(name: path): is not an experiment, and holds \(Listing.text(names, limit: 5)); choose another --output"
        case .otherSettings(let path, let differences):
            "\(name: path): holds an experiment of other settings:\n"
                + Listing.text(differences, separator: "\n") { "  - \($0)" }
                + "\nChoose another --output, or replace it with --force."
        }
    }
}
