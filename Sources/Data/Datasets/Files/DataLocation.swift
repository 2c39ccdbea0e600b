import Files
import Foundation

/// Where the images of a data set are, as a user says it.
///
/// - A folder, or a file: `photos`, `shard.tar`.
/// - Several files, by a pattern: `shards/train-{00000..01023}.tar`, `shards/*.tar`. Braces name files that have to be there;
///   `*`, `?` and `[…]` find those that are.
/// - A list of files: `@train.txt`, a path a line, relative to the list, with a class after a tab or a space if there is one;
///   or a folder of two lists, `train.txt` and `test.txt`, which are the splits: `@lists`.
package struct DataLocation: Sendable, Equatable, CustomStringConvertible {
    /// What it names.
    package enum Form: Sendable, Equatable {
        /// A file or a folder.
        case path(String)
        /// Files.
        case pattern(String)
        /// A text file that names files.
        case list(String)
    }

    /// What it names, with absolute paths.
    package let form: Form

    /// Reads what a user wrote; relative paths start at the current folder.
    ///
    /// A list may also have its folder before the `@`, as `URL(fileURLWithPath: "@train.txt").path` has.
    package init(_ text: String) {
        func absolute(_ path: some StringProtocol) -> String {
            path.hasPrefix("/") ? String(path) : FileManager.default.currentDirectoryPath + "/" + path
        }
        if FileStatus.kind(of: text) != nil {
            form = .path(URL(fileURLWithPath: text).standardizedFileURL.path)
        } else if let at = text.range(of: text.hasPrefix("@") ? "@" : "/@") {
            let (folder, list) = (text[..<at.lowerBound], text[at.upperBound...])
            let path = list.hasPrefix("/") || at.lowerBound == text.startIndex ? String(list) : folder + "/" + list
            form = .list(URL(fileURLWithPath: path).standardizedFileURL.path)
        } else if text.contains(where: { "{*?[".contains($0) }) {
            form = .pattern(absolute(text))
        } else {
            form = .path(URL(fileURLWithPath: text).standardizedFileURL.path)
        }
    }

    /// The text that means the same in every folder.
    package var description: String {
        switch form {
        case .path(let path), .pattern(let path): path
        case .list(let path): "@" + path
        }
    }

    /// Whether anything is there.
    package var exists: Bool {
        switch form {
        case .path(let path), .list(let path): FileStatus.kind(of: path) != nil
        case .pattern(let pattern): (try? Self.files(of: pattern)) != nil
        }
    }

    /// The most files that a pattern may name.
    static let mostFiles = 1 << 20

    /// The files that a pattern names, in its order.
    ///
    /// - Throws: ``DatasetError/missing(folder:expected:remedy:)`` where a file that it names is not there, or it finds none;
    ///   ``DatasetError/invalidSetting(name:value:expected:)`` for a pattern that is none, or names too many.
    package static func files(of pattern: String) throws -> [String] {
        var files: [String] = []
        for text in try expanded(pattern) {
            guard text.contains(where: { "*?[".contains($0) }) else {
                files.append(text)
                continue
            }
            files += matches(text)
        }
        let lacking = files.filter { FileStatus.kind(of: $0) == nil }
        guard lacking.isEmpty else {
            throw DatasetError.missing(
                folder: pattern, expected: lacking, remedy: "\(lacking.count) of \(files.count) files are not there")
        }
        guard !files.isEmpty else {
            throw DatasetError.missing(
                folder: pattern, expected: ["files that the pattern fits"], remedy: "check the pattern")
        }
        return files
    }

    private static func matches(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        // Names that are no pattern stay as they are; nothing else is special.
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { paths[$0].flatMap { String(validatingCString: $0) } }
    }

    /// A pattern with its braces written out: `{a,b}`, and numbers `{000..127}`, which keep their zeros.
    static func expanded(_ pattern: String) throws -> [String] {
        func invalid(_ reason: String) -> DatasetError {
            .invalidSetting(
                name: "the pattern of the data", value: pattern,
                expected: "braces such as {a,b} or {0000..0127}, at most \(mostFiles) files (\(reason))")
        }
        guard let open = pattern.firstIndex(of: "{") else { return [pattern] }
        guard let close = pattern[open...].firstIndex(of: "}") else { throw invalid("a brace is not closed") }
        let inside = pattern[pattern.index(after: open)..<close]
        let alternatives: [String]
        if let dots = inside.range(of: "..") {
            let (first, last) = (inside[..<dots.lowerBound], inside[dots.upperBound...])
            guard let low = Int(first), let high = Int(last), low >= 0, high >= low else {
                throw invalid("'\(inside)' is no range of numbers")
            }
            guard high - low < mostFiles else { throw invalid("too many files") }
            let width = first.hasPrefix("0") ? first.count : 0
            alternatives = (low...high).map { number in
                let digits = String(number)
                return String(repeating: "0", count: max(0, width - digits.count)) + digits
            }
        } else {
            alternatives = inside.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let rest = try expanded(String(pattern[pattern.index(after: close)...]))
        guard alternatives.count.multipliedReportingOverflow(by: rest.count).partialValue <= mostFiles else {
            throw invalid("too many files")
        }
        return alternatives.flatMap { middle in rest.map { pattern[..<open] + middle + $0 } }
    }
}
