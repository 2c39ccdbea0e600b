import CCrypto
import Foundation

/// The system's cryptographic library gave no digest; it has no SHA-256, or no memory.
package struct DigestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence.
    package var description: String { "libcrypto computed no SHA-256; check the installation of OpenSSL" }
}

/// SHA-256 (FIPS 180-4) of bytes that arrive piece by piece.
package final class SHA256Digest {
    private let context: OpaquePointer

    /// Starts a digest.
    ///
    /// - Throws: ``DigestError``.
    package init() throws {
        guard let context = EVP_MD_CTX_new() else { throw DigestError() }
        self.context = context
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw DigestError() }
    }

    deinit { EVP_MD_CTX_free(context) }

    /// The digest of bytes, as ``finish()`` gives it.
    ///
    /// - Throws: ``DigestError``.
    package static func digest(of data: Data) throws -> String {
        let digest = try SHA256Digest()
        try data.withUnsafeBytes { try digest.update($0) }
        return try digest.finish()
    }

    /// Takes more bytes.
    ///
    /// - Throws: ``DigestError``.
    package func update(_ bytes: UnsafeRawBufferPointer) throws {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { throw DigestError() }
    }

    /// Takes a text's bytes in UTF-8.
    ///
    /// - Throws: ``DigestError``.
    package func update(_ text: String) throws { try Array(text.utf8).withUnsafeBytes(update) }

    /// The digest of all bytes so far as 64 hexadecimal digits; nothing may follow.
    ///
    /// - Throws: ``DigestError``.
    package func finish() throws -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw DigestError() }
        return digest.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
