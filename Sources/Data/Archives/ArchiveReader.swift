import CArchive
import Files
import Foundation

/// The members of a tar or zip file, one after another, by libarchive; compressed by gzip, zstd, bzip2 or xz, or not.
///
/// Nothing is ever unpacked to a disk. Names are made relative (`./a` is `a`); members that are no regular files, and names
/// that lead out of the archive, are reported and not read.
package final class ArchiveReader {
    /// A member's header.
    package struct Member: Sendable, Equatable {
        /// What a member is.
        package enum Kind: Sendable, Equatable {
            /// A file.
            case file
            /// A folder.
            case folder
            /// Something else, as a noun: a link, a device.
            case other(String)
        }

        /// The name, without `./` at its start.
        package var path: String
        /// What it is.
        package var kind: Kind
        /// Bytes of a file; `nil` where the archive says so only after them.
        package var size: Int?
        /// Where a file's bytes lie, where they can be read from the archive without those before them.
        package var place: Place?
    }

    /// Where a member's bytes lie.
    package struct Place: Sendable, Equatable {
        /// How they are stored.
        package enum Form: UInt8, Sendable {
            /// As they are.
            case plain = 0
            /// Compressed by themselves (zip): raw deflate.
            case deflated = 1
            /// In memory: the archive is compressed as a whole, and small enough.
            case held = 2
        }

        /// The first byte in the file that holds the archive; of what is in memory, the number of the file.
        package var offset: Int
        /// How they are stored.
        package var form: Form
    }

    /// What errors call the archive.
    package let path: String
    private let input: ArchiveInput
    private let archive: OpaquePointer
    private var entry: OpaquePointer?
    private var current = ""
    /// Where the member at hand ends, where that is known.
    private var end: Int?
    private let range: Range<Int>

    /// The first bytes of a file that archives have; see ``isArchive(_:)``.
    package static let magicBytes = 512

    /// Whether a file begins as an archive does: a tar, a zip, or something compressed that may hold one.
    ///
    /// - Parameter start: The first ``magicBytes`` bytes, fewer where there are no more.
    package static func isArchive(_ start: [UInt8]) -> Bool {
        let magics: [[UInt8]] = [
            [0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6], [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD], [0x42, 0x5A, 0x68],
            [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0],
        ]
        if magics.contains(where: { start.starts(with: $0) }) { return true }
        return start.count >= 262 && start[257..<262].elementsEqual("ustar".utf8)
    }

    /// Opens an archive.
    ///
    /// - Parameters:
    ///   - descriptor: An open file, which has to stay open as long as the reader is used.
    ///   - range: The archive's bytes in it.
    ///   - path: What errors call it.
    /// - Throws: `FileError.malformed` for what is no archive; `FileError.unreadable`.
    package init(descriptor: Int32, range: Range<Int>, path: String) throws {
        self.path = path
        self.range = range
        input = ArchiveInput(descriptor: descriptor, range: range, path: path)
        guard let archive = archive_read_new() else {
            throw FileError.unreadable(path: path, reason: "libarchive could not start")
        }
        self.archive = archive
        archive_read_support_format_tar(archive)
        archive_read_support_format_zip(archive)
        // Those in this process alone: for others libarchive starts programs.
        archive_read_support_filter_gzip(archive)
        archive_read_support_filter_zstd(archive)
        archive_read_support_filter_bzip2(archive)
        archive_read_support_filter_xz(archive)
        archive_read_set_callback_data(archive, Unmanaged.passUnretained(input).toOpaque())
        archive_read_set_read_callback(archive) { _, data, start in
            guard let data else { return -1 }
            return Unmanaged<ArchiveInput>.fromOpaque(data).takeUnretainedValue().read(start)
        }
        archive_read_set_skip_callback(archive) { _, data, request in
            guard let data else { return 0 }
            return la_int64_t(Unmanaged<ArchiveInput>.fromOpaque(data).takeUnretainedValue().skip(Int(request)))
        }
        archive_read_set_seek_callback(archive) { _, data, offset, whence in
            guard let data else { return -1 }
            return la_int64_t(
                Unmanaged<ArchiveInput>.fromOpaque(data).takeUnretainedValue().seek(Int(offset), whence))
        }
        guard !range.isEmpty else {
            throw FileError.malformed(
                path: path, reason: "the file is empty", expected: "a tar or zip file; fetch it again")
        }
        guard archive_read_open1(archive) == ARCHIVE_OK else { throw failure("tar or zip file") }
    }

    deinit { archive_read_free(archive) }

    /// Whether members have to be read one after another, as the archive is compressed as a whole.
    package var isCompressed: Bool { archive_filter_count(archive) > 1 }

    /// The next member; `nil` after the last one.
    ///
    /// - Throws: `FileError.malformed` for an archive that is damaged or cut off; `FileError.unreadable`.
    package func next() throws -> Member? {
        let status = archive_read_next_header(archive, &entry)
        if status == ARCHIVE_EOF {
            try requireEnd()
            return nil
        }
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw failure("whole archive") }
        current = name(of: entry)
        // Until its data are known to follow, a member ends with its header.
        end = isTar ? range.lowerBound + Int(archive_filter_bytes(archive, 0)) : nil
        let kind = kind(of: entry)
        guard kind == .file else { return Member(path: current, kind: kind, size: nil, place: nil) }
        var size = archive_entry_size_is_set(entry) != 0 ? Int(archive_entry_size(entry)) : nil
        if let known = size, known < 0 { size = nil }
        return Member(path: current, kind: .file, size: size, place: try place(of: entry, size: size))
    }

    /// All bytes of the member at hand.
    ///
    /// - Parameter limit: The most bytes; a larger member is refused, whatever size its header claims.
    /// - Throws: As ``next()``.
    package func read(limit: Int) throws -> [UInt8] {
        guard let bytes = try read(atMost: limit) else {
            throw FileError.malformed(
                path: "\(path):\(current)", reason: "the member has more than \(limit) bytes", expected: "a smaller one"
            )
        }
        return bytes
    }

    /// All bytes of the member at hand; `nil` where it has more than `limit`.
    ///
    /// - Throws: As ``next()``.
    func read(atMost limit: Int) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while true {
            var start: UnsafeRawPointer?
            var count = 0
            var offset: la_int64_t = 0
            let status = archive_read_data_block(archive, &start, &count, &offset)
            if status == ARCHIVE_EOF { return bytes }
            guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw failure("whole archive") }
            guard Int(offset) == bytes.count else {
                throw FileError.malformed(
                    path: "\(path):\(current)", reason: "the member has holes", expected: "a file without them")
            }
            guard count <= limit - bytes.count else { return nil }
            bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
        }
    }

    private func name(of entry: OpaquePointer) -> String {
        // The bytes as they are; names that are not UTF-8 are kept with replaced bytes, and never opened by name.
        var name = archive_entry_pathname(entry).map { String(cString: $0) } ?? ""
        while name.hasPrefix("./") { name.removeFirst(2) }
        return name
    }

    private func kind(of entry: OpaquePointer) -> Member.Kind {
        if archive_entry_hardlink(entry) != nil { return .other("link") }
        switch archive_entry_filetype(entry) & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: return .folder
        case S_IFLNK: return .other("link")
        default: return .other("pipe, socket or device")
        }
        if archive_entry_sparse_count(entry) > 0 { return .other("file with holes") }
        if current.hasPrefix("/") || current.split(separator: "/").contains("..") {
            return .other("name that leads out of the archive")
        }
        if current.unicodeScalars.contains("\u{FFFD}") { return .other("name that is not UTF-8") }
        if archive_entry_is_encrypted(entry) != 0 { return .other("encrypted file") }
        return .file
    }

    private func place(of entry: OpaquePointer, size: Int?) throws -> Place? {
        guard !isCompressed, let size else { return nil }
        let offset = range.lowerBound + Int(archive_filter_bytes(archive, 0))
        guard range.contains(offset) || size == 0 else { return nil }
        guard !isTar else {
            guard size <= range.upperBound - offset else {
                throw FileError.malformed(
                    path: path,
                    reason: "the archive ends \(size - (range.upperBound - offset)) bytes before the end of \(current)",
                    expected: "a whole archive (it may be cut off; fetch it again)")
            }
            end = offset + size
            return Place(offset: offset, form: .plain)
        }
        let method = archive_format_name(archive).map { String(cString: $0) } ?? ""
        if method.contains("uncompressed") { return Place(offset: offset, form: .plain) }
        return method.contains("deflation") ? Place(offset: offset, form: .deflated) : nil
    }

    private var isTar: Bool { archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK == ARCHIVE_FORMAT_TAR }

    /// Refuses a tar that ends without its end mark: one that was cut off between two members looks whole otherwise.
    private func requireEnd() throws {
        guard !isCompressed, let end else { return }
        let padded = (end - range.lowerBound + 511) / 512 * 512 + range.lowerBound
        guard padded >= range.upperBound else { return }
        throw FileError.malformed(
            path: path, reason: "the archive ends without an end mark after \(current)",
            expected: "a whole archive (it may be cut off; fetch it again)")
    }

    private func failure(_ expected: String) -> FileError {
        if let failure = input.readFailure { return failure }
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "libarchive gave no cause"
        return .malformed(
            path: path,
            reason: "the archive cannot be read (\(reason.trimmingCharacters(in: .whitespacesAndNewlines)))",
            expected: "a \(expected), of the formats tar, tar.gz, tar.zst or zip; fetch it again")
    }
}
