import CArchive
import Files

/// Writes a tar file, a member after another, to a file that is not there yet under its own name.
///
/// Times, owners and permissions are the same for all members, so that equal members give equal bytes.
package final class ArchiveWriter {
    private final class Output {
        let sink: FileSink
        var error: (any Error)?

        init(_ sink: FileSink) { self.sink = sink }
    }

    private let archive: OpaquePointer
    private let output: Output
    private let path: String

    /// Starts an archive.
    ///
    /// - Parameters:
    ///   - sink: Takes the bytes.
    ///   - path: What errors call it.
    /// - Throws: `FileError.unwritable`.
    package init(_ sink: FileSink, path: String) throws {
        guard let archive = archive_write_new() else {
            throw FileError.unwritable(path: path, reason: "libarchive could not start")
        }
        self.archive = archive
        self.path = path
        output = Output(sink)
        archive_write_set_format_ustar(archive)
        archive_write_set_bytes_in_last_block(archive, 1)
        let status = archive_write_open(
            archive, Unmanaged.passUnretained(output).toOpaque(), nil,
            { _, data, bytes, count in
                guard let data, let bytes else { return -1 }
                let output = Unmanaged<Output>.fromOpaque(data).takeUnretainedValue()
                do {
                    try output.sink.write(UnsafeRawBufferPointer(start: bytes, count: count))
                    return la_ssize_t(count)
                } catch {
                    output.error = error
                    return -1
                }
            }, nil)
        guard status == ARCHIVE_OK else { throw failure() }
    }

    deinit { archive_write_free(archive) }

    /// Adds a member.
    ///
    /// - Parameters:
    ///   - name: Its path, of at most 100 bytes.
    ///   - bytes: All of it.
    /// - Throws: What the sink throws; `FileError.unwritable`.
    package func add(_ name: String, _ bytes: [UInt8]) throws {
        guard let entry = archive_entry_new() else { throw failure() }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_size(entry, la_int64_t(bytes.count))
        // A regular file; the macro of its number is none that Swift sees.
        archive_entry_set_filetype(entry, 0o100000)
        archive_entry_set_perm(entry, 0o644)
        archive_entry_set_mtime(entry, 0, 0)
        guard archive_write_header(archive, entry) == ARCHIVE_OK else { throw failure() }
        guard bytes.isEmpty || archive_write_data(archive, bytes, bytes.count) == bytes.count else { throw failure() }
    }

    /// Writes what is left.
    ///
    /// - Throws: As ``add(_:_:)``.
    package func finish() throws {
        guard archive_write_close(archive) == ARCHIVE_OK else { throw failure() }
    }

    private func failure() -> any Error {
        output.error
            ?? FileError.unwritable(
                path: path, reason: archive_error_string(archive).map { String(cString: $0) } ?? "libarchive failed")
    }
}
