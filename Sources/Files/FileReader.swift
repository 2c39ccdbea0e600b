import Foundation

/// Reading whole files with errors that say what to do.
public enum FileReader {
    /// The bytes of a file, memory-mapped where the system can.
    ///
    /// - Parameters:
    ///   - url: The file.
    ///   - cure: What to do when it is missing, as the end of a sentence.
    /// - Throws: ``FileError/missing(path:cure:)``, ``FileError/unreadable(path:reason:)``.
    public static func read(_ url: URL, cure: String = "check the path") throws -> Data {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw FileError.missing(path: url.path, cure: cure)
        }
        guard !isFolder.boolValue else {
            throw FileError.unreadable(path: url.path, reason: "it is a folder, and a file is due")
        }
        do {
            var information = stat()
            guard stat(url.path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
                return try read(FileHandle(forReadingFrom: url), path: url.path)
            }
            return try Data(contentsOf: url, options: .mappedIfSafe)
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError.unreadable(path: url.path, reason: reason(of: error))
        }
    }

    /// All bytes of a pipe or a device, whose size nobody knows beforehand.
    ///
    /// - Parameters:
    ///   - handle: Where to read.
    ///   - path: What errors call it.
    ///   - limit: The most bytes, as a device may never end; a file, where the handle is one, does.
    /// - Throws: ``FileError/unreadable(path:reason:)``.
    public static func read(_ handle: FileHandle, path: String, limit: Int = 1 << 30) throws -> Data {
        var data = Data()
        var information = stat()
        let isFile = fstat(handle.fileDescriptor, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        do {
            while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
                guard isFile || data.count + part.count <= limit else {
                    throw FileError.unreadable(
                        path: path, reason: "it has more than \(limit) bytes; write them to a file first")
                }
                data += part
            }
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError.unreadable(path: path, reason: reason(of: error))
        }
        return data
    }

    /// The system's own words inside a Foundation error.
    public static func reason(of error: any Error) -> String {
        let error = error as NSError
        if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError { return reason(of: underlying) }
        // Foundation's own numbers, where it does not say what the system said; its sentences name no cause.
        if error.domain == NSCocoaErrorDomain, let number = systemErrors[error.code] {
            return String(cString: strerror(number))
        }
        return error.localizedDescription
    }

    /// The system's errors behind Foundation's.
    private static let systemErrors: [Int: Int32] = [
        CocoaError.Code.fileNoSuchFile.rawValue: ENOENT, CocoaError.Code.fileReadNoSuchFile.rawValue: ENOENT,
        CocoaError.Code.fileReadNoPermission.rawValue: EACCES, CocoaError.Code.fileWriteNoPermission.rawValue: EACCES,
        CocoaError.Code.fileWriteFileExists.rawValue: EEXIST, CocoaError.Code.fileWriteOutOfSpace.rawValue: ENOSPC,
        CocoaError.Code.fileWriteVolumeReadOnly.rawValue: EROFS, CocoaError.Code.fileReadTooLarge.rawValue: EFBIG,
    ]
}
