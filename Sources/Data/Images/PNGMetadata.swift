import CZlib

/// The metadata in the chunks of a PNG: `eXIf`, and the texts that programs used before there was one.
package struct PNGMetadata {
    /// The last chunk of each name, with its type; they are unpacked when all have been seen.
    private var chunks: [Name: (type: String, content: ArraySlice<UInt8>)] = [:]

    private enum Name: String {
        case exif
        /// EXIF in hexadecimal digits, as ImageMagick writes it.
        case profile = "Raw profile type exif"
        case xmp = "XML:com.adobe.xmp"
    }

    /// No text is inflated to more: the limit of Pillow.
    private static let mostInflated = 1 << 20

    package init() {}

    /// Looks at a chunk. Of several with one name the last counts.
    package mutating func read(_ type: String, _ content: ArraySlice<UInt8>) {
        if type == "eXIf" {
            chunks[.exif] = (type, content)
        } else if let end = content.prefix(80).firstIndex(of: 0),
            let name = Name(rawValue: String(decoding: content[..<end], as: UTF8.self)),
            name != .exif || type == "tEXt"
        {
            chunks[name] = (type, content[(end + 1)...])
        }
    }

    /// What the chunks say.
    package var metadata: PictureMetadata {
        PictureMetadata(exif: text(.exif) ?? text(.profile).flatMap(Self.decoded), xmp: text(.xmp))
    }

    private func text(_ name: Name) -> [UInt8]? { chunks[name].flatMap { Self.text($0.type, $0.content) } }

    /// What follows the name of a text.
    private static func text(_ type: String, _ content: ArraySlice<UInt8>) -> [UInt8]? {
        guard type != "tEXt", type != "eXIf" else { return Array(content) }
        guard type != "zTXt" else { return content.first == 0 ? inflated(content.dropFirst()) : nil }
        // Whether it is compressed, how, the language, and the name in that language.
        let parts = content.dropFirst(2).split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard content.count >= 2, parts.count == 3 else { return nil }
        guard content[content.startIndex] != 0 else { return Array(parts[2]) }
        return content[content.startIndex + 1] == 0 ? inflated(parts[2]) : nil
    }

    private static func inflated(_ content: ArraySlice<UInt8>) -> [UInt8]? {
        var count = uLongf(mostInflated)
        var text = [UInt8](repeating: 0, count: mostInflated)
        let status = content.withUnsafeBufferPointer {
            uncompress(&text, &count, $0.baseAddress, uLong($0.count))
        }
        return status == Z_OK ? Array(text.prefix(Int(count))) : nil
    }

    /// The bytes of a raw profile: an empty line, the name, the number of bytes, lines of hexadecimal digits.
    private static func decoded(_ profile: [UInt8]) -> [UInt8]? {
        let newline = UInt8(ascii: "\n")
        let lines = profile.split(separator: newline, maxSplits: 3, omittingEmptySubsequences: false)
        guard lines.count == 4 else { return nil }
        let spaces = Array(" \t\r\n".utf8)
        let digits = lines[3].filter { !spaces.contains($0) }.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0)) }
    }
}
