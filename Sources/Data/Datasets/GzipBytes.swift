import CZlib
import Files
import Foundation

/// A gzip file of one or more members, inflated piece by piece: memory is taken for what is there, whatever the file or
/// its reader claims.
final class GzipBytes: ByteSource {
    private let bytes: Data
    private let path: String
    private let stream: UnsafeMutablePointer<z_stream>
    private var position = 0
    private var delivered = 0
    private var hasEnded = false

    /// Deflate cannot shrink data further than this.
    private static let largestRatio = 1032
    /// The most memory that is taken ahead of data.
    private static let pieceBytes = 1 << 24

    private static let magic: [UInt8] = [0x1F, 0x8B]

    /// Whether the first bytes are those of a gzip file.
    static func isGzip(_ data: Data) -> Bool { data.starts(with: magic) }

    init(_ data: Data, path: String) throws {
        // Not copied: a large file is mapped.
        bytes = data
        self.path = path
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, and 16 for "a gzip header and checksum, nothing else".
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw FileError.unreadable(path: path, reason: "zlib could not start (status \(status))")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    var mostBytes: Int {
        let (product, overflow) = bytes.count.multipliedReportingOverflow(by: Self.largestRatio)
        return overflow ? .max : product
    }

    func read(_ count: Int) throws -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count, !hasEnded {
            // Pieces grow with what is there, so that bytes are copied a few times at most.
            let piece = min(count - result.count, max(result.count, Self.pieceBytes))
            if result.isEmpty, piece < count { result.reserveCapacity(piece) }
            result += try [UInt8](unsafeUninitializedCapacity: piece) { target, filled in
                while filled < piece, !hasEnded {
                    filled += try inflate(into: UnsafeMutableBufferPointer(rebasing: target[filled..<piece]))
                }
            }
        }
        delivered += result.count
        guard result.count == count else {
            throw FileError.malformed(
                path: path, reason: "the compressed data end after \(delivered) bytes, too early",
                expected: "\(delivered - result.count + count) bytes or more; fetch the file again")
        }
        return result
    }

    func finish() throws {
        var rest = 0
        var byte: UInt8 = 0
        while !hasEnded, rest == 0 {
            rest = try withUnsafeMutablePointer(to: &byte) {
                try inflate(into: UnsafeMutableBufferPointer(start: $0, count: 1))
            }
        }
        guard rest == 0, position == bytes.count else {
            throw FileError.malformed(
                path: path,
                reason: rest == 0
                    ? "\(bytes.count - position) bytes follow the compressed data"
                    : "more data follow the last image or label",
                expected: "\(delivered) bytes after unpacking, as the header says; fetch the file again")
        }
    }

    /// One step: gives the number of bytes written, 0 only at the end of the data.
    private func inflate(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
        let room = min(target.count, 1 << 30)
        let status = bytes.withUnsafeBytes { source in
            let available = min(source.count - position, 1 << 30)
            // zlib reads from this pointer and never writes to it; its C type lacks the const.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: source.bindMemory(to: UInt8.self).baseAddress.map { $0 + position })
            stream.pointee.avail_in = UInt32(available)
            stream.pointee.next_out = target.baseAddress
            stream.pointee.avail_out = UInt32(room)
            let status = CZlib.inflate(stream, Z_NO_FLUSH)
            position += available - Int(stream.pointee.avail_in)
            return status
        }
        let written = room - Int(stream.pointee.avail_out)
        switch status {
        case Z_STREAM_END: try endMember()
        case Z_OK where written > 0 || position < bytes.count: break
        case Z_OK, Z_BUF_ERROR:
            throw FileError.malformed(
                path: path, reason: "the gzip file is cut off after \(bytes.count) bytes",
                expected: "a whole gzip file; fetch it again")
        default:
            let message = stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)"
            throw FileError.malformed(
                path: path, reason: "the gzip data are damaged (\(message))",
                expected: "a whole gzip file; fetch it again")
        }
        return written
    }

    /// Goes on with the next member, as gzip does; zeros after the last one are padding.
    private func endMember() throws {
        if bytes.dropFirst(position).starts(with: Self.magic) {
            guard inflateReset(stream) == Z_OK else {
                throw FileError.unreadable(path: path, reason: "zlib could not start again")
            }
            return
        }
        if !bytes.dropFirst(position).contains(where: { $0 != 0 }) { position = bytes.count }
        hasEnded = true
    }
}
