/// A name of bytes made from the bytes: the start of a SHA-256.
package struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
    /// The bytes of the digest's start.
    package var bytes: [UInt8]

    /// Takes bytes as they are.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// The first `count` bytes of a digest in hexadecimal digits; `nil` where the text is shorter or has other
    /// characters.
    package init?(hexadecimal: String, count: Int) {
        let digits = Array(hexadecimal.utf8.prefix(2 * count))
        guard digits.count == 2 * count, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
            return nil
        }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        self.init(bytes: bytes)
    }

    /// The bytes in hexadecimal digits.
    package var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
