import ArgumentParser
import Files
import Foundation

/// Where a result goes.
enum OutputPath {
    /// The path that stands for standard input and output.
    static let standard = "-"

    /// Any path but the empty one, which an unset shell variable gives and which would be the current folder.
    static func parse(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("the path is empty") }
        return text
    }

    /// Refuses files that cannot be written, before the work is done that they are to hold.
    ///
    /// - Parameter paths: As the user wrote them; `-` is standard output.
    static func requireWritable(_ paths: String?...) throws {
        for case let path? in paths where path != standard {
            try AtomicFile.requireWritable(URL(fileURLWithPath: path))
        }
    }

    /// Refuses paths of which one result would replace another.
    ///
    /// - Parameter paths: As the user wrote them.
    static func requireDistinct(_ paths: [String]) throws {
        var seen: Set<String> = []
        for path in paths {
            // A file that is not there yet resolves nothing, not even the links on the way to it.
            let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
            let place = url.deletingLastPathComponent().resolvingSymlinksInPath()
                .appendingPathComponent(url.lastPathComponent).standardizedFileURL.path
            guard seen.insert(place).inserted else {
                throw ValidationError("\(name: path) is the place of two results; give each one of its own")
            }
        }
    }

    /// Refuses a path that is taken. A device or a pipe is not: it is written to, and nothing is lost.
    ///
    /// - Parameters:
    ///   - path: As the user wrote it.
    ///   - force: What is there may be replaced.
    ///   - remedy: What else to do.
    static func refuseExisting(
        _ path: String, force: Bool, remedy: Message = "add --force to replace it, or choose another --output"
    ) throws {
        guard !force else { return }
        // A link that leads nowhere would be replaced as well. What may not be looked at is an error when it is written.
        let status = (try? FileStatus.of(path)) ?? (try? FileStatus.of(path, followsLinks: false))
        guard status == nil || status?.kind == .other else { throw FileError.exists(path: path, remedy: remedy) }
    }
}
