import Files

/// What can stop a training run.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible, WordedError {
    /// The output folder holds a run already.
    case runExists(path: String, step: Int?)
    /// The output folder holds files that have the names of a run's, and is not a run.
    case notARun(path: String, names: [String])
    /// Another process is training in the folder.
    case runInUse(path: String)
    /// There is nothing to resume.
    case nothingToResume(path: String)
    /// The training images are not those that the run was started with.
    case changedData(path: String, changes: [String])
    /// Images of this kind are in a folder, and nothing says in which.
    case dataMissing(kind: String)
    /// The folder of the images that a run remembers is gone.
    case dataMoved(path: String, data: String)
    /// A resumed run may not change these settings; each is listed with its old and new value.
    case changedSettings(path: String, changes: [String])
    /// A term of the objective, a gradient or a weight is not a finite number.
    case notFinite(step: Int, terms: [String], checkpoint: String?)
    /// A checkpoint's state file does not say what it must.
    case malformedCheckpoint(path: String, reason: String)
    /// Not one image of a data set decoded.
    case noImages
    /// The data's shape is not the model's.
    case shapeMismatch(expected: String, found: String)

    /// One or two sentences: what, where, and the remedy.
    public var description: String { message.description }

    package var message: Message {
        switch self {
        case .runExists(let path, let step):
            "\(name: path): holds a training run already\(step.map { " (at step \($0))" } ?? "")"
                + "; go on with it by \(phrase: .continuing), replace it with \(phrase: .replacing), or choose another"
                + " \(phrase: .output)"
        case .notARun(let path, let names):
            "\(name: path): is not a run, and holds \(Listing.text(names)), which a run would write over; "
                + "choose another \(phrase: .output)"
        case .runInUse(let path):
            "\(name: path): another process is training in this folder; wait for it, end it, or choose another"
                + " \(phrase: .output)"
        case .nothingToResume(let path):
            "\(name: path): holds no checkpoint to resume from; start a run in another \(phrase: .output),"
                + " or with \(phrase: .replacing) in this one"
        case .changedSettings(let path, let changes):
            "\(name: path): a resumed run goes on with the settings it was started with, and these differ:\n"
                + "\(Listing.text(changes, separator: "\n") { "  - \($0)" })"
                + "\nLeave them out, or start a new run in another \(phrase: .output)."
        case .changedData(let path, let changes):
            "\(name: path): the training data are not those that the run was started with:"
                + " \(Listing.text(changes, separator: "; "));"
                + " give the data set that it was started with, or start a new run in another \(phrase: .output)"
        case .dataMissing(let kind): "the images of '\(kind)' are in a folder; \(phrase: .nameData)"
        case .dataMoved(let path, let data):
            "\(name: path): the images of the run were in \(name: data), which is not there any more; \(phrase: .nameData)"
        case .notFinite(let step, let terms, let checkpoint):
            "step \(step): not a finite number: \(Listing.text(terms, TermName.shown)); "
                + "\(checkpoint.map { "the last good checkpoint is kept at \(name: $0); " } ?? "")"
                + "start again in another \(phrase: .output) with a smaller optimizer.learningRate or with optimizer.gradientClip=1"
        case .malformedCheckpoint(let path, let reason):
            "\(name: path): \(name: reason); remove this checkpoint's folder to resume from the one before"
        case .noImages: "not one image of the data set could be read; check the folder and its files"
        case .shapeMismatch(let expected, let found):
            "the model takes images of \(expected), and the data has \(found); use the preset of this data set"
        }
    }
}
