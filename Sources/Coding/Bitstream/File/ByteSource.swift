import Foundation

/// Bytes that are read from the front, out of memory or out of a file.
struct ByteSource {
    private let bytes: [UInt8]
    private let handle: FileHandle?
    /// Bytes read so far.
    private(set) var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        handle = nil
    }

    init(_ handle: FileHandle) {
        bytes = []
        self.handle = handle
    }

    /// The next bytes, fewer where the source ends.
    ///
    /// A file's bytes arrive in parts, so that memory is taken for what is there and not for what a header claims.
    mutating func read(_ count: Int) throws -> [UInt8] {
        guard let handle else {
            let part = Array(bytes[position..<min(position + count, bytes.count)])
            position += part.count
            return part
        }
        var result: [UInt8] = []
        while result.count < count, let part = try handle.read(upToCount: min(count - result.count, 1 << 20)),
            !part.isEmpty
        {
            result += part
        }
        position += result.count
        return result
    }

    /// How many bytes are left.
    mutating func countRest() throws -> Int {
        guard handle != nil else { return bytes.count - position }
        var count = 0
        while true {
            let part = try read(1 << 20).count
            if part == 0 { return count }
            count += part
        }
    }
}
