import ArgumentParser
import Files
import Foundation

/// Where a result goes.
enum OutputPath {
    /// Any path but the empty one, which an unset shell variable gives and which would be the current folder.
    static func parse(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("the path is empty") }
        return text
    }

    /// Refuses files that cannot be written, before the work is done that they are to hold.
    ///
    /// - Parameter paths: As the user wrote them; `-` is standard output.
    static func requireWritable(_ paths: String?...) throws {
        for case let path? in paths where path != "-" { try AtomicFile.requireWritable(URL(fileURLWithPath: path)) }
    }

    /// Refuses paths of which one result would replace another.
    ///
    /// - Parameter paths: As the user wrote them.
    static func requireDistinct(_ paths: [String]) throws {
        var seen: Set<String> = []
        for path in paths {
            let place = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
            guard seen.insert(place).inserted else {
                throw ValidationError("\(path) is the place of two results; give each one of its own")
            }
        }
    }

    /// Refuses a path that is taken.
    ///
    /// - Parameters:
    ///   - path: As the user wrote it.
    ///   - force: What is there may be replaced.
    ///   - cure: What else to do.
    static func refuseExisting(
        _ path: String, force: Bool, cure: String = "add --force to replace it, or choose another --output"
    ) throws {
        if !force, FileManager.default.fileExists(atPath: path) { throw FileError.exists(path: path, cure: cure) }
    }
}
