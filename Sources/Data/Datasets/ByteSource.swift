import Files
import Foundation

/// The bytes of a file from its start to its end, plain or compressed.
protocol ByteSource: AnyObject {
    /// No more bytes than this can come in all.
    var mostBytes: Int { get }

    /// The next `count` bytes; the caller has made sure that `mostBytes` allows them.
    func read(_ count: Int) throws -> [UInt8]

    /// Makes sure that nothing follows, checksums included.
    func finish() throws
}

/// An uncompressed file.
final class PlainBytes: ByteSource {
    private let data: Data
    private let path: String
    private var position = 0

    init(_ data: Data, path: String) {
        self.data = data
        self.path = path
    }

    var mostBytes: Int { data.count }

    func read(_ count: Int) throws -> [UInt8] {
        guard count <= data.count - position else {
            throw FileError.malformed(
                path: path, reason: "the file ends after \(data.count) bytes, too early",
                expected: "\(position + count) bytes or more; fetch the file again")
        }
        defer { position += count }
        return [UInt8](data[(data.startIndex + position)..<(data.startIndex + position + count)])
    }

    func finish() throws {
        guard position == data.count else {
            throw FileError.malformed(
                path: path, reason: "\(data.count - position) bytes follow the last image or label",
                expected: "\(position) bytes as its header says; fetch the file again")
        }
    }
}
