import Files
import Foundation

/// The measurements of a run as lines of JSON, `metrics.jsonl`.
///
/// Each line is an object whose first key is `step`; a line is written by one call and complete when
/// `append` returns, so that a program can follow the file while the run goes on.
package final class MetricsLog {
    /// The file.
    package let url: URL
    private let file: AppendingFile

    /// Opens a log.
    ///
    /// - Parameters:
    ///   - url: The file; its folder exists.
    ///   - resumedStep: Nil for a new run. When a run goes on from a checkpoint, the steps the checkpoint has: later
    ///     lines are cut off, as the run will write them again, and so is a line that is not whole. Only the end of the
    ///     file is read.
    /// - Throws: `FileError/exists(path:remedy:)` where a new run finds lines; `FileError/malformed(path:reason:expected:)`
    ///   where one of the later lines, other than the last, is damaged; `FileError/unreadable(path:reason:)`;
    ///   `FileError/unwritable(path:reason:)`.
    package init(url: URL, resumedStep: Int? = nil) throws {
        self.url = url
        let status = try FileStatus.of(url.path)
        guard status == nil || status?.kind == .file else {
            throw FileError.unreadable(path: url.path, reason: "is not a regular file")
        }
        if status != nil, let resumedStep {
            try Self.cut(url, after: resumedStep)
        } else {
            guard status?.size ?? 0 == 0 else {
                throw FileError.exists(path: url.path, remedy: "resume the run, or choose another output folder")
            }
            try AtomicFile.write(Data(), to: url)
        }
        file = try AppendingFile(url)
    }

    /// Writes a line.
    ///
    /// - Parameters:
    ///   - step: Training steps done.
    ///   - values: Names and values, written in this order.
    /// - Throws: `FileError/unwritable(path:reason:)`.
    package func append(step: Int, _ values: KeyValuePairs<String, MetricValue>) throws {
        try append(step: step, Array(values).map { ($0.key, $0.value) })
    }

    /// Writes a line; see ``append(step:_:)-(Int,KeyValuePairs<String,MetricValue>)``.
    ///
    /// - Throws: `FileError/unwritable(path:reason:)`.
    package func append(step: Int, _ values: [(name: String, value: MetricValue)]) throws {
        let fields = ["\"step\":\(step)"] + values.map { "\(JSONText.quoted($0.name)):\($0.value.json)" }
        try file.write(Data(("{" + fields.joined(separator: ",") + "}\n").utf8))
    }

    /// Brings all lines to disk.
    ///
    /// - Throws: `FileError/unwritable(path:reason:)`.
    package func synchronize() throws { try file.synchronize() }

    /// Brings all lines to disk, and closes the file until there are more.
    ///
    /// - Throws: `FileError/unwritable(path:reason:)`.
    package func close() throws { try file.close() }

    private struct Line: Decodable { let step: Int }

    /// Cuts off the lines of later steps, and a last one that is not whole. Steps only grow, so that what stands before
    /// the last line to be kept is not read.
    private static func cut(_ url: URL, after step: Int) throws {
        let decoder = JSONDecoder()
        do {
            var lines = try LinesFromEnd(url)
            var end = lines.end
            var isLast = true
            while let line = try lines.next() {
                if let content = try? decoder.decode(Line.self, from: line) {
                    if content.step <= step { break }
                } else if !isLast {
                    throw FileError.malformed(
                        path: url.path, reason: "the line that begins at byte \(lines.end) is damaged",
                        expected: "a JSON object with an integer step; remove the line to resume")
                }
                isLast = false
                end = lines.end
            }
            guard end < lines.size else { return }
            let handle = try FileHandle(forWritingTo: url)
            defer { try? handle.close() }
            try handle.truncate(atOffset: end)
            try handle.synchronize()
        } catch is LinesFromEnd.TooLong {
            throw FileError.malformed(
                path: url.path, reason: "has a line of more than 16 MB", expected: "JSON objects, one a line")
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError.unreadable(path: url.path, reason: FileReader.reason(of: error))
        }
    }
}
