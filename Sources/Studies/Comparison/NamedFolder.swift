import Datasets
import Foundation
import Training

/// A folder that the user may have named: `FOLDER` or `NAME=FOLDER`.
package struct NamedFolder {
    /// The given name, or the folder's own.
    let name: String
    package let url: URL

    package init(_ argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        // A folder whose own name holds '=' is a folder, and a name holds no slash: a missing `out/lr=0.009` is reported
        // as what was written.
        let isNamed =
            parts.count == 2 && !parts[0].contains("/") && !FileManager.default.fileExists(atPath: argument)
        url = URL(fileURLWithPath: isNamed ? parts[1] : argument)
        name = isNamed ? parts[0] : url.standardizedFileURL.lastPathComponent
    }
}

extension DataConfiguration {
    /// What decides which pixels a model is measured on.
    var imageIdentity: [String] {
        [kind.rawValue, "\(channels)", "\(height)", "\(width)"] + (kind == .folder ? ["\(testShare)"] : [])
    }

    /// The same for people.
    var imageText: String {
        "\(kind.rawValue), \(width)×\(height)×\(channels)" + (kind == .folder ? ", test share \(testShare)" : "")
    }
}
