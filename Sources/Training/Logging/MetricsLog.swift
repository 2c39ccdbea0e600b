import Files
import Foundation

/// The measurements of a run as lines of JSON, `metrics.jsonl`.
///
/// Each line is an object whose first key is `step`; a line is written by one call and complete when
/// `append` returns, so that a program can follow the file while the run goes on.
public final class MetricsLog {
    /// The file.
    public let url: URL
    private let handle: FileHandle

    /// Opens a log.
    ///
    /// - Parameters:
    ///   - url: The file; its folder exists.
    ///   - resumedStep: Nil for a new run. When a run goes on from a checkpoint, the steps the checkpoint has: later
    ///     lines are removed, as the run will write them again, and so is a line that was cut off.
    /// - Throws: `FileError/exists(path:cure:)` where a new run finds lines; `FileError/malformed(path:reason:expected:)`
    ///   where a line other than the last is damaged; `FileError/unreadable(path:reason:)`;
    ///   `FileError/unwritable(path:reason:)`.
    public init(url: URL, resumedStep: Int? = nil) throws {
        self.url = url
        let exists = FileManager.default.fileExists(atPath: url.path)
        let old = exists ? try FileReader.read(url) : Data()
        if let resumedStep {
            let kept = try Self.lines(of: old, upTo: resumedStep, path: url.path)
            if kept.count != old.count || !exists { try AtomicFile.write(kept, to: url) }
        } else {
            guard old.isEmpty else {
                throw FileError.exists(path: url.path, cure: "resume the run, or choose another output folder")
            }
            try AtomicFile.write(Data(), to: url)
        }
        do {
            handle = try FileHandle(forWritingTo: url)
            try handle.seekToEnd()
        } catch {
            throw FileError.unwritable(path: url.path, reason: FileReader.reason(of: error))
        }
    }

    deinit { try? handle.close() }

    /// Writes a line.
    ///
    /// - Parameters:
    ///   - step: Training steps done.
    ///   - values: Names and values, written in this order.
    /// - Throws: `FileError/unwritable(path:reason:)`.
    public func append(step: Int, _ values: KeyValuePairs<String, MetricValue>) throws {
        try append(step: step, Array(values).map { ($0.key, $0.value) })
    }

    /// Writes a line; see ``append(step:_:)-(Int,KeyValuePairs<String,MetricValue>)``.
    ///
    /// - Throws: `FileError/unwritable(path:reason:)`.
    public func append(step: Int, _ values: [(name: String, value: MetricValue)]) throws {
        let fields = ["\"step\":\(step)"] + values.map { "\(JSONText.quoted($0.name)):\($0.value.json)" }
        do {
            try handle.write(contentsOf: Data(("{" + fields.joined(separator: ",") + "}\n").utf8))
        } catch {
            throw FileError.unwritable(path: url.path, reason: FileReader.reason(of: error))
        }
    }

    private struct Line: Decodable { let step: Int }

    /// The lines up to a step, without a last one that was cut off.
    private static func lines(of data: Data, upTo step: Int, path: String) throws -> Data {
        let decoder = JSONDecoder()
        var kept = Data()
        var number = 0
        var rest = data[...]
        while !rest.isEmpty {
            number += 1
            // Without its newline a line was cut off, even where what is there reads as a line.
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { break }
            let line = rest[...end]
            rest = rest[(end + 1)...]
            guard let content = try? decoder.decode(Line.self, from: Data(line.dropLast())) else {
                if rest.isEmpty { break }
                throw FileError.malformed(
                    path: path, reason: "line \(number) is damaged",
                    expected: "a JSON object with an integer step; remove the line to resume")
            }
            if content.step <= step { kept.append(line) }
        }
        return kept
    }
}
