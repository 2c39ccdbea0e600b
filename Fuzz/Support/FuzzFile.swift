import Foundation

/// A file in memory, for readers that take a path.
public final class FuzzFile {
    private let descriptor: CInt

    /// Makes an empty file.
    public init() {
        var path = Array("/dev/shm/hrvq-fuzz-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        require(descriptor >= 0, "no file can be made in /dev/shm")
        // It goes on without a name until it is closed, so that nothing is left behind.
        unlink(path)
    }

    deinit { close(descriptor) }

    /// The path under which this process can read the file, now of these bytes.
    ///
    /// - Precondition: There are some: Foundation loses the memory into which it reads an empty file.
    public func holding(_ bytes: [UInt8]) -> URL {
        require(ftruncate(descriptor, 0) == 0 && pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
        return URL(fileURLWithPath: "/proc/self/fd/\(descriptor)")
    }
}
