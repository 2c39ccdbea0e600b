import Foundation

/// Reading whole files with errors that say what to do.
package enum FileReader {
    /// The most bytes of a picture or of a compressed one.
    package static let pictureLimit = 1 << 30
    /// The most bytes of a text that people or programs write by hand: JSON, YAML.
    package static let textLimit = 64 << 20
    /// The most bytes of a pipe or a device, whose size nobody knows beforehand.
    private static let pipeLimit = 1 << 30
    /// Files from this size on are mapped. Below it a failing disk is an error; with mapped files it ends the process.
    private static let mappedSize = 16 << 20

    /// The bytes of a file; a large one is memory-mapped.
    ///
    /// - Parameters:
    ///   - url: The file.
    ///   - remedy: What to do when it is missing, as the end of a sentence.
    ///   - limit: The most bytes. A larger file is refused before memory is taken; `nil` allows any size, and is for
    ///     callers that do not copy all of it.
    /// - Throws: ``FileError/missing(path:remedy:)``, ``FileError/unreadable(path:reason:)``.
    package static func read(_ url: URL, remedy: Message = "check the path", limit: Int? = nil) throws -> Data {
        let path = url.path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw FileError.missing(path: path, remedy: remedy) }
            throw FileError.unreadable(path: path, reason: systemReason())
        }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw FileError.unreadable(path: path, reason: systemReason())
        }
        let status = FileStatus(information)
        switch status.kind {
        case .folder: throw FileError.unreadable(path: path, reason: "is a directory; expected a file")
        case .file where status.size > 0:
            if let limit, status.size > limit { throw tooLarge(path, "has \(status.size) bytes", limit) }
            if status.size >= mappedSize { return try mapped(descriptor, status.size, path: path) }
            return try bytes(descriptor, expected: status.size, path: path, limit: limit)
        // The size of what is no file, or of a file of the system such as those in /proc, is not known beforehand.
        default: return try bytes(descriptor, expected: 0, path: path, limit: limit)
        }
    }

    /// All bytes of a pipe or a device, whose size nobody knows beforehand.
    ///
    /// - Parameters:
    ///   - handle: Where to read.
    ///   - path: What errors call it.
    ///   - limit: The most bytes that a file in the place of the pipe may have; a pipe may have 1 GiB at most, as a device
    ///     may never end.
    /// - Throws: ``FileError/unreadable(path:reason:)``.
    package static func read(_ handle: FileHandle, path: String, limit: Int? = nil) throws -> Data {
        try bytes(handle.fileDescriptor, expected: 0, path: path, limit: limit)
    }

    /// The first bytes of a file, fewer where it ends before; nothing where it cannot be read.
    package static func start(of path: String, count: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            filled = max(Foundation.read(descriptor, target.baseAddress, count), 0)
        }
    }

    private static func tooLarge(_ path: String, _ what: String, _ limit: Int) -> FileError {
        let remedy = limit == pictureLimit ? "scale the picture down" : "give a smaller file"
        return .unreadable(path: path, reason: "\(what); expected at most \(limit) bytes; \(remedy)")
    }

    private static func mapped(_ descriptor: Int32, _ size: Int, path: String) throws -> Data {
        guard let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
            throw FileError.unreadable(path: path, reason: systemReason())
        }
        return Data(bytesNoCopy: memory, count: size, deallocator: .custom { munmap($0, $1) })
    }

    /// Reads to the end. `expected` bytes, which are 0 for what is no file, are read by one call where they are there.
    private static func bytes(_ descriptor: Int32, expected: Int, path: String, limit: Int?) throws -> Data {
        let ownLimit = expected > 0 ? Int.max : pipeLimit
        let most = min(limit ?? .max, ownLimit)
        var data = Data()
        // One byte more than expected, which finds the end.
        var room = expected > 0 ? expected + 1 : 1 << 20
        while true {
            let start = data.count
            data.count += room
            let found = data.withUnsafeMutableBytes { buffer -> Int in
                while true {
                    let found = Foundation.read(descriptor, buffer.baseAddress! + start, room)
                    if found >= 0 || errno != EINTR { return found }
                }
            }
            let number = errno
            guard found >= 0 else { throw FileError.unreadable(path: path, reason: systemReason(number)) }
            data.count = start + found
            if found == 0 { return data }
            guard data.count <= most else {
                // A file is of use only where it may be larger than a pipe.
                if let limit, limit <= ownLimit { throw tooLarge(path, "has more than \(limit) bytes", limit) }
                throw FileError.unreadable(
                    path: path, reason: "has more than \(most) bytes; write them to a file first")
            }
            room = max(room - found, 1 << 16)
        }
    }

    /// The system's own words inside a Foundation error.
    package static func reason(of error: any Error) -> String {
        let error = error as NSError
        if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError { return reason(of: underlying) }
        // Foundation's own numbers, where it does not say what the system said; its sentences name no cause.
        if error.domain == NSCocoaErrorDomain, let number = systemErrors[error.code] {
            return String(cString: strerror(number))
        }
        // Foundation has one number for all other errors of a disk, and a sentence without a cause.
        return error.domain == NSCocoaErrorDomain ? "the system gave no cause" : "\(error.domain) error \(error.code)"
    }

    /// The system's errors behind Foundation's.
    private static let systemErrors: [Int: Int32] = [
        CocoaError.Code.fileNoSuchFile.rawValue: ENOENT, CocoaError.Code.fileReadNoSuchFile.rawValue: ENOENT,
        CocoaError.Code.fileReadNoPermission.rawValue: EACCES, CocoaError.Code.fileWriteNoPermission.rawValue: EACCES,
        CocoaError.Code.fileWriteFileExists.rawValue: EEXIST, CocoaError.Code.fileWriteOutOfSpace.rawValue: ENOSPC,
        CocoaError.Code.fileWriteVolumeReadOnly.rawValue: EROFS, CocoaError.Code.fileReadTooLarge.rawValue: EFBIG,
    ]
}
