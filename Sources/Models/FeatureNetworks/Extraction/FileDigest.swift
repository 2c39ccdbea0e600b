import Files
import Foundation

/// SHA-256 of files, so that figures can say which weights they came from.
package enum FileDigest {
    /// The SHA-256 of a file as 64 digits, as `sha256sum` prints it.
    ///
    /// - Parameters:
    ///   - url: The file.
    ///   - remedy: What to do when it is missing, as the end of a sentence.
    /// - Throws: `FileError`, `DigestError`.
    package static func sha256(_ url: URL, remedy: Message = "check the path") throws -> String {
        let data = try FileReader.read(url, remedy: remedy)
        let digest = try SHA256Digest()
        // The file is mapped, not read: piece by piece only so much of it is in memory as is being hashed.
        let piece = 1 << 22
        for start in stride(from: data.startIndex, to: data.endIndex, by: piece) {
            try data[start..<min(start + piece, data.endIndex)].withUnsafeBytes(digest.update)
        }
        return try digest.finish()
    }

    /// The SHA-256 of a file, checked against one that was asked for.
    ///
    /// - Parameters:
    ///   - url: The file.
    ///   - expected: 64 hexadecimal digits in either case; `nil` checks nothing.
    ///   - remedy: What to do when the file is missing, as the end of a sentence.
    /// - Throws: ``FeaturesError/malformedDigest(text:)``,
    ///   ``FeaturesError/mismatchedDigest(path:found:expected:)``, `FileError`.
    package static func sha256(_ url: URL, expected: String?, remedy: Message = "check the path") throws -> String {
        let wanted = expected?.lowercased()
        if let wanted, let expected {
            guard wanted.utf8.count == 64, wanted.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else {
                throw FeaturesError.malformedDigest(text: expected)
            }
        }
        let found = try sha256(url, remedy: remedy)
        if let wanted, wanted != found {
            throw FeaturesError.mismatchedDigest(path: url.path, found: found, expected: wanted)
        }
        return found
    }
}
