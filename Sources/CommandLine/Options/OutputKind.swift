import Compression
import Files
import Foundation
import HRVQ

/// What a command writes into a file, and so what `--force` may replace: a file of the same kind, told by its content.
enum OutputKind {
    case png
    case svg
    case compressed
    /// Figures for programs.
    case json
    /// What `hrvq tokenize` writes.
    case codes
    /// What `hrvq train-entropy` writes.
    case statistics
    /// What `hrvq export` writes.
    case stateDictionary

    /// What messages call it.
    var text: String {
        switch self {
        case .png: FileContent.png.text
        case .svg: FileContent.svg.text
        case .compressed: FileContent.hrvq.text
        case .json: "a JSON report"
        case .codes: "a file of codes"
        case .statistics: "statistics of 'hrvq train-entropy'"
        case .stateDictionary: "a model that 'hrvq export' wrote"
        }
    }

    /// Whether a file may be replaced by one of this kind; an empty file may by any.
    func mayReplace(_ url: URL) -> Bool {
        let content = FileContent(url)
        switch (self, content) {
        case (_, .empty), (.png, .png), (.svg, .svg), (.compressed, .hrvq): return true
        case (.json, .json): return !Self.describesModel(url)
        case (.codes, .safetensors), (.statistics, .safetensors), (.stateDictionary, .safetensors):
            guard let data = try? FileReader.read(url),
                let metadata = FileContent.metadata(ofSafetensors: data), metadata["generator"] == "hrvq",
                // Only the weights of models have it.
                metadata["step"] == nil
            else { return false }
            let isCodes = metadata[CodesFile.spaceKey] != nil
            let isStatistics = metadata[StatisticsFile.metadataKey] != nil
            return switch self {
            case .codes: isCodes
            case .statistics: isStatistics
            default: !isCodes && !isStatistics && metadata["format"] == "pt"
            }
        default: return false
        }
    }

    /// Refuses a file that is there and is of another kind.
    ///
    /// - Throws: ``OutputError/otherKind(path:found:expected:)``.
    func requireReplaceable(_ path: String) throws {
        guard FileStatus.kind(of: path) == .file else { return }
        let url = URL(fileURLWithPath: path)
        guard !mayReplace(url) else { return }
        let content = FileContent(url)
        throw OutputError.otherKind(
            path: path, found: content == .json ? "the description of a model" : content.text, expected: text)
    }

    /// Whether JSON is what a folder of the program needs: settings of a model, a description of priors, a checkpoint's
    /// state, the declaration of an experiment.
    private static func describesModel(_ url: URL) -> Bool {
        guard let data = try? FileReader.read(url),
            let table = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return false }
        return table["training"] is [String: Any] || table["model"] is [String: Any]
            || table["model"] as? String == "classifier" || table["formatVersion"] != nil
            || table["models"] is [String: Any]
    }
}

/// What is wrong with where a result is to go.
enum OutputError: Error, CustomStringConvertible {
    /// The result would replace something that the command reads.
    case isInput(output: String, input: String)
    /// What the command reads lies where a folder of results is cleared or filled.
    case holdsInput(output: String, input: String)
    /// The result would lie among the images of a data set.
    case insideData(output: String, data: String)
    /// `--force` would replace a file of another kind.
    case otherKind(path: String, found: String, expected: String)
    /// The folder is a user's, and not one that the command wrote earlier.
    case foreignFolder(path: String, expected: String, names: [String])

    var description: String {
        switch self {
        case .isInput(let output, let input):
            "\(name: output): is one of the inputs"
                + (output == input ? "" : " (\(name: input))") + ", and would be written over; choose another path"
        case .holdsInput(let output, let input):
            "\(name: output): is where results go, and the input \(name: input) lies in it; choose another --output"
        case .insideData(let output, let data):
            "\(name: output): lies in the data folder \(name: data), where its pictures would be taken for data;"
                + " choose a path outside of it"
        case .otherKind(let path, let found, let expected):
            "\(name: path): is \(found), and --force replaces only \(expected); remove it, or choose another path"
        case .foreignFolder(let path, let expected, let names):
            "\(name: path): is not \(expected), and holds \(Listing.text(names, limit: 5)); choose another --output"
        }
    }
}
