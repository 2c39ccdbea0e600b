import Files
import Foundation

/// Scalars and pictures for TensorBoard: one event file a session of training.
///
/// The file is a sequence of TFRecords (length, masked CRC-32C of it, data, masked CRC-32C of them), each a
/// `tensorflow.Event`; field numbers are those of TensorFlow's `event.proto` and `summary.proto`. Every call writes a
/// whole record, so that TensorBoard can follow the run.
package final class TensorBoardWriter {
    /// The event file, `events.out.tfevents.TIME.HOST`.
    package var url: URL { file.url }
    private let file: AppendingFile
    private let now: () -> Date

    /// Creates a new event file.
    ///
    /// - Parameters:
    ///   - folder: Where event files of the run are; it exists.
    ///   - resumedStep: When a run goes on from a checkpoint, the steps the checkpoint has: TensorBoard then drops
    ///     what earlier files say about later steps.
    ///   - host: The name of the machine in the file's name.
    ///   - now: The time of day that events are stamped with.
    /// - Throws: `FileError/unwritable(path:reason:)`.
    package init(
        folder: URL, resumedStep: Int? = nil, host: String = ProcessInfo.processInfo.hostName,
        now: @escaping () -> Date = { Date() }
    ) throws {
        self.now = now
        let safeHost = host.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" }
        // TensorBoard reads files in the order of their names, so the time has a fixed number of digits, and is later
        // than those of earlier sessions even if their clock was ahead.
        let seconds = String(max(Int(now().timeIntervalSince1970), (Self.latestSeconds(in: folder) ?? -1) + 1))
        let padded = String(repeating: "0", count: max(0, Self.digits - seconds.count)) + seconds
        let name = "\(Self.prefix)\(padded).\(String(safeHost))"
        file = try Self.create(name, in: folder)
        try write { $0.append(field: 3, text: "brain.Event:2") }
        if let resumedStep {
            var session = ProtobufMessage()
            session.append(field: 1, integer: 1)  // SessionLog.START
            try write(step: resumedStep + 1) { $0.append(field: 7, message: session) }
        }
    }

    /// Writes a scalar.
    ///
    /// - Parameters:
    ///   - tag: Its name; what stands before a slash groups charts.
    ///   - value: The value, stored as a 32-bit float.
    ///   - step: Training steps done.
    /// - Throws: `FileError/unwritable(path:reason:)`.
    package func append(_ tag: String, scalar value: Double, step: Int) throws {
        var entry = ProtobufMessage()
        entry.append(field: 1, text: tag)
        entry.append(field: 2, float: Float(value))
        try write(summary: entry, step: step)
    }

    /// Writes a picture.
    ///
    /// - Parameters:
    ///   - tag: Its name.
    ///   - png: The bytes of a PNG file.
    ///   - width: Pixels from left to right.
    ///   - height: Pixels from top to bottom.
    ///   - channels: 1 for grey, 3 for colour, 4 for colour with opacity.
    ///   - step: Training steps done.
    /// - Throws: `FileError/unwritable(path:reason:)`.
    package func append(_ tag: String, png: Data, width: Int, height: Int, channels: Int, step: Int) throws {
        var image = ProtobufMessage()
        image.append(field: 1, integer: height)
        image.append(field: 2, integer: width)
        image.append(field: 3, integer: channels)
        image.append(field: 4, data: png)
        var entry = ProtobufMessage()
        entry.append(field: 1, text: tag)
        entry.append(field: 4, message: image)
        try write(summary: entry, step: step)
    }

    /// Writes one value of a summary.
    func write(summary entry: ProtobufMessage, step: Int) throws {
        var summary = ProtobufMessage()
        summary.append(field: 1, message: entry)
        try write(step: step) { $0.append(field: 5, message: summary) }
    }

    private func write(step: Int = 0, _ fill: (inout ProtobufMessage) -> Void) throws {
        var event = ProtobufMessage()
        event.append(field: 1, double: now().timeIntervalSince1970)
        if step != 0 { event.append(field: 2, integer: step) }
        fill(&event)
        try file.write(Self.record(event.bytes))
    }

    /// Brings all events to disk.
    ///
    /// - Throws: `FileError/unwritable(path:reason:)`.
    package func synchronize() throws { try file.synchronize() }

    /// Brings all events to disk, and closes the file until there are more.
    ///
    /// - Throws: `FileError/unwritable(path:reason:)`.
    package func close() throws { try file.close() }

    /// A TFRecord.
    static func record(_ data: Data) -> Data {
        var result = Data()
        withUnsafeBytes(of: UInt64(data.count).littleEndian) { result.append(contentsOf: $0) }
        let lengthChecksum = CRC32C.masked(result)
        withUnsafeBytes(of: lengthChecksum.littleEndian) { result.append(contentsOf: $0) }
        result.append(data)
        withUnsafeBytes(of: CRC32C.masked(data).littleEndian) { result.append(contentsOf: $0) }
        return result
    }

    private static let prefix = "events.out.tfevents."
    private static let digits = 10

    /// The latest time in the names of a folder's event files.
    private static func latestSeconds(in folder: URL) -> Int? {
        let names = (try? FolderContents.names(of: folder)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix(prefix) else { return nil }
            let time = name.dropFirst(prefix.count).prefix { $0 != "." }
            // The time after all nines would have another digit, and sort first.
            guard time.utf8.count == digits, let seconds = Int(time), seconds < 9_999_999_999 else { return nil }
            return seconds
        }.max()
    }

    /// Creates a file that is not there yet: two programs that begin together get different names.
    private static func create(_ name: String, in folder: URL) throws -> AppendingFile {
        var attempt = 0
        while true {
            let url = folder.appendingPathComponent(attempt == 0 ? name : "\(name).\(attempt)")
            if let file = try AppendingFile(new: url) { return file }
            attempt += 1
        }
    }
}
