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
            return try Data(contentsOf: url, options: .mappedIfSafe)
        } catch {
            throw FileError.unreadable(path: url.path, reason: reason(of: error))
        }
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
