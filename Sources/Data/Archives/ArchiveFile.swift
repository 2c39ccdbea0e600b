import CZlib
import Files
import Foundation

/// A tar or zip file whose members are read in any order, from any thread, without unpacking it.
///
/// Opening lists it once; see ``ArchiveIndex``. A member of an uncompressed tar, or of a zip, is then one read of the disk.
package final class ArchiveFile: Sendable {
    /// The archive.
    package let path: String
    /// Its members.
    package let index: ArchiveIndex
    private let descriptor: Int32

    /// Opens an archive and lists it.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - progress: Told the number of members so far, now and then.
    /// - Throws: `FileError`: missing, unreadable, no archive, damaged or cut off.
    package convenience init(_ path: String, progress: (Int) -> Void = { _ in }) throws {
        try self.init(path) { try ArchiveIndex(descriptor: $0, status: $1, path: path, progress: progress) }
    }

    /// Opens an archive whose index is made or found elsewhere.
    ///
    /// - Parameter list: Gives the index of the open file.
    /// - Throws: `FileError`, what `list` throws.
    init(_ path: String, list: (Int32, FileStatus) throws -> ArchiveIndex) throws {
        guard let status = try FileStatus.of(path) else {
            throw FileError.missing(path: path, remedy: "check the path")
        }
        guard status.kind == .file else {
            throw FileError.unreadable(path: path, reason: "is no regular file; expected a tar or zip file")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.unreadable(path: path, reason: systemReason()) }
        do { index = try list(descriptor, status) } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The bytes of a member.
    ///
    /// - Parameter member: Its index in ``index``.
    /// - Throws: `FileError.malformed` where the archive is shorter than its index says, or a compressed member is damaged;
    ///   `FileError.unreadable`; `MemoryError`.
    package func read(_ member: Int) throws -> [UInt8] {
        let size = index.sizes[member]
        let place = index.places[member]
        try MemoryLimit.require(
            ByteCount(size), for: name(of: member), remedy: "take smaller files out of the archive")
        switch place.form {
        case .plain: return try bytes(at: place.offset, count: size, of: member)
        case .deflated: return try inflated(from: place.offset, count: size, of: member)
        case .held: return index.held[place.offset]
        }
    }

    /// The first bytes of a member, fewer where it ends before.
    ///
    /// - Throws: As ``read(_:)``.
    package func read(_ member: Int, first count: Int) throws -> [UInt8] {
        let place = index.places[member]
        let wanted = min(count, index.sizes[member])
        guard place.form == .plain else { return Array(try read(member).prefix(wanted)) }
        return try bytes(at: place.offset, count: wanted, of: member)
    }

    /// What errors call a member: the archive, a colon, its name.
    package func name(of member: Int) -> String { "\(path):\(index.names[member])" }

    private func bytes(at offset: Int, count: Int, of member: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            while filled < count {
                let found = pread(
                    descriptor, target.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
                if found < 0, errno == EINTR { continue }
                guard found >= 0 else {
                    throw FileError.unreadable(path: name(of: member), reason: systemReason())
                }
                guard found > 0 else {
                    throw FileError.malformed(
                        path: name(of: member), reason: "the archive ends in it, and did not when it was listed",
                        expected: "an archive that does not change while it is read")
                }
                filled += found
            }
        }
    }

    private func inflated(from offset: Int, count: Int, of member: Int) throws -> [UInt8] {
        func damaged(_ reason: String) -> FileError {
            .malformed(
                path: name(of: member), reason: "the compressed data are damaged (\(reason))",
                expected: "\(count) bytes after unpacking; fetch the archive again")
        }
        var stream = z_stream()
        // Raw deflate, as zip has it.
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw FileError.unreadable(path: path, reason: "zlib could not start")
        }
        defer { inflateEnd(&stream) }
        var position = offset
        var input = [UInt8](repeating: 0, count: 64 << 10)
        return try [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            var status = Z_OK
            while status == Z_OK {
                let found = pread(descriptor, &input, input.count, off_t(position))
                if found < 0, errno == EINTR { continue }
                guard found >= 0 else { throw FileError.unreadable(path: name(of: member), reason: systemReason()) }
                guard found > 0 else { throw damaged("they end too early") }
                position += found
                status = input.withUnsafeMutableBufferPointer { input in
                    stream.next_in = input.baseAddress
                    stream.avail_in = UInt32(found)
                    var status = Z_OK
                    repeat {
                        let room = min(count - filled, 1 << 30)
                        stream.next_out = target.baseAddress.map { $0 + filled }
                        stream.avail_out = UInt32(room)
                        status = inflate(&stream, Z_NO_FLUSH)
                        filled += room - Int(stream.avail_out)
                    } while status == Z_OK && stream.avail_in > 0 && filled < count
                    return status == Z_BUF_ERROR && filled < count ? Z_OK : status
                }
                if filled == count, status == Z_OK || status == Z_BUF_ERROR { break }
            }
            guard filled == count, status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                throw damaged(stream.msg.map { String(cString: $0) } ?? "they give \(filled) bytes")
            }
        }
    }
}
