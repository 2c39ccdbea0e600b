import Foundation

/// Reads a file of lines from its end, in parts, so that a long log costs no more than what is looked at.
struct LinesFromEnd {
    private static let partBytes = 1 << 16
    /// No line of a log is nearly as long; a file without newlines is not read as a whole to find that out.
    private static let longestLine = 1 << 24

    /// Bytes of the file.
    let size: UInt64
    private let handle: FileHandle
    /// Bytes of the file from `start` on.
    private var buffer = Data()
    private var start: UInt64
    /// Where the lines end that were not given yet: behind a newline, or 0.
    private(set) var end: UInt64

    /// Opens a file; what stands after its last newline is passed over.
    ///
    /// - Throws: What reading throws; ``TooLong``.
    init(_ url: URL) throws {
        handle = try FileHandle(forReadingFrom: url)
        size = try handle.seekToEnd()
        start = size
        end = size
        end = try newline(before: start).map { $0 + 1 } ?? 0
    }

    /// A line longer than any that a log has.
    struct TooLong: Error {}

    /// The last line that was not given yet, without its newline; `nil` where there are no more.
    mutating func next() throws -> Data? {
        guard end > 0 else { return nil }
        let last = end - 1
        let first = try newline(before: last).map { $0 + 1 } ?? 0
        let line = buffer.dropFirst(Int(first - start)).prefix(Int(last - first))
        end = first
        return Data(line)
    }

    /// The position of the last newline before a position.
    private mutating func newline(before limit: UInt64) throws -> UInt64? {
        buffer = buffer.prefix(Int(limit - start))
        var unsearched = buffer.endIndex
        while true {
            if let found = buffer[..<unsearched].lastIndex(of: UInt8(ascii: "\n")) {
                return start + UInt64(found - buffer.startIndex)
            }
            guard start > 0 else { return nil }
            guard buffer.count <= Self.longestLine else { throw TooLong() }
            let count = min(UInt64(Self.partBytes), start)
            try handle.seek(toOffset: start - count)
            guard let part = try handle.read(upToCount: Int(count)), part.count == Int(count) else {
                throw CocoaError(.fileReadUnknown)
            }
            buffer = part + buffer
            start -= count
            unsearched = buffer.startIndex + part.count
        }
    }
}
