import CArchive
import Files
import Foundation

/// The bytes of an archive as libarchive reads them: a file, or a part of one where an archive lies in another.
///
/// Bytes are read by position into one buffer, and whatever nobody asked for is skipped without reading it: to list an
/// archive of 100 GB takes a read per member.
final class ArchiveInput {
    /// What errors call it.
    let path: String
    private let descriptor: Int32
    private let range: Range<Int>
    private var position: Int
    private let buffer: UnsafeMutableRawBufferPointer
    private var bufferStart = 0
    private var failure: FileError?

    /// Large enough for several small pictures, small enough to waste little between large ones.
    private static let bufferBytes = 32 << 10

    /// - Parameters:
    ///   - descriptor: An open file, which stays the caller's.
    ///   - range: The archive's bytes in it.
    ///   - path: What errors call it.
    init(descriptor: Int32, range: Range<Int>, path: String) {
        self.descriptor = descriptor
        self.range = range
        self.path = path
        position = range.lowerBound
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// What the file system refused, if it was that.
    var readFailure: FileError? { failure }

    /// Where memory that libarchive hands out lies in the file; `nil` where it is a copy.
    func offset(of pointer: UnsafeRawPointer?) -> Int? {
        guard let pointer, let base = buffer.baseAddress else { return nil }
        let distance = pointer - UnsafeRawPointer(base)
        return (0..<buffer.count).contains(distance) ? bufferStart + distance : nil
    }

    /// The next bytes; 0 at the end, -1 after an error.
    func read(_ start: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
        let wanted = min(buffer.count, range.upperBound - position)
        guard wanted > 0 else { return 0 }
        while true {
            let count = pread(descriptor, buffer.baseAddress, wanted, off_t(position))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                failure = .unreadable(path: path, reason: systemReason())
                return -1
            }
            bufferStart = position
            position += count
            start?.pointee = UnsafeRawPointer(buffer.baseAddress)
            return count
        }
    }

    /// Skips bytes; gives how many.
    func skip(_ request: Int) -> Int {
        let skipped = min(max(request, 0), range.upperBound - position)
        position += skipped
        return skipped
    }

    /// Goes to a position; gives it, counted from the archive's start, or -1 for one outside.
    func seek(_ offset: Int, _ whence: Int32) -> Int {
        let base: Int? =
            switch whence {
            case SEEK_SET: range.lowerBound
            case SEEK_CUR: position
            case SEEK_END: range.upperBound
            default: nil
            }
        guard let base, case (let target, let overflows) = base.addingReportingOverflow(offset), !overflows,
            (range.lowerBound...range.upperBound).contains(target)
        else { return -1 }
        position = target
        return target - range.lowerBound
    }
}
