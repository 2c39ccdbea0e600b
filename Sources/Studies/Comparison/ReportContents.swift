import Figures
import Files
import Foundation

/// Tells the files of a report from a user's of the same names, by what is in them.
package enum ReportContents {
    /// The names in a folder that a report would write over though they are not an earlier report's.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - report: The name of the file of figures, JSON.
    ///   - keys: Keys that those figures have.
    ///   - names: All names that a report writes, `report` among them.
    package static func foreignNames(
        in folder: URL, report: String, keys: [String], names: [String]
    ) -> [String] {
        let present = names.filter { FileIdentity(folder.appendingPathComponent($0).path) != nil }
        func isOwn(_ name: String) -> Bool {
            let url = folder.appendingPathComponent(name)
            guard FileStatus.kind(of: url.path) == .file, let data = try? FileReader.read(url) else { return false }
            if name == report {
                let figures = try? JSONSerialization.jsonObject(with: data)
                let table = (figures as? [[String: Any]])?.first ?? figures as? [String: Any] ?? [:]
                return keys.allSatisfy { table[$0] != nil }
            }
            return (name as NSString).pathExtension == "html" && HTMLPage.isPage(data)
        }
        let isReport = present.contains(where: isOwn)
        return present.filter { name in
            let url = folder.appendingPathComponent(name)
            // Pictures say nothing of where they come from: beside the figures or the page of a report they are its own.
            return switch (name as NSString).pathExtension {
            case "json", "html": !isOwn(name)
            case "png": !isReport || FileContent(url) != .png
            case "svg": !isReport || FileContent(url) != .svg
            default: !isReport
            }
        }
    }
}
