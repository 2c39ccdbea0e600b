/// What the segments before the picture of a JPEG say, read without trust in any length.
package struct JPEGMarkers {
    /// EXIF orientation, 1 to 8; 1 where there is none or it makes no sense.
    package private(set) var orientation = 1
    /// Whether an Adobe segment (APP14) is there: its CMYK is stored inverted.
    package private(set) var isAdobe = false
    /// Whether the picture is one of cosine coefficients, which can be decoded at a part of its size. Of a lossless one
    /// libjpeg-turbo writes all pixels whatever it is asked for.
    package private(set) var hasCoefficients = false

    /// Looks at the bytes of a whole file.
    package init(_ bytes: [UInt8]) {
        var position = 2
        while position + 4 <= bytes.count, bytes[position] == 0xFF {
            let marker = bytes[position + 1]
            if marker == 0xFF {  // a fill byte
                position += 1
                continue
            }
            if marker == 0x01 || (0xD0...0xD8).contains(marker) {  // these have no length
                position += 2
                continue
            }
            if marker == 0xDA || marker == 0xD9 { return }  // the picture begins, or there is none
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            guard length >= 2, position + 2 + length <= bytes.count else { return }
            if [0xC0, 0xC1, 0xC2, 0xC9, 0xCA].contains(marker) { hasCoefficients = true }
            let segment = bytes[(position + 4)..<(position + 2 + length)]
            if marker == 0xE1, segment.starts(with: Array("Exif\0\0".utf8)) {
                orientation = Self.orientation(tiff: segment.dropFirst(6)) ?? orientation
            } else if marker == 0xEE, segment.starts(with: Array("Adobe".utf8)) {
                isAdobe = true
            }
            position += 2 + length
        }
    }

    /// The orientation (tag 0x0112) of the first image directory of a TIFF block.
    private static func orientation(tiff: ArraySlice<UInt8>) -> Int? {
        let start = tiff.startIndex
        let bigEndian: Bool
        if tiff.starts(with: Array("II".utf8)) {
            bigEndian = false
        } else if tiff.starts(with: Array("MM".utf8)) {
            bigEndian = true
        } else {
            return nil
        }
        func number(at offset: Int, bytes count: Int) -> Int? {
            guard offset >= 0, offset + count <= tiff.count else { return nil }
            let field = tiff[(start + offset)..<(start + offset + count)]
            return (bigEndian ? Array(field) : field.reversed()).reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let entries = number(at: directory, bytes: 2)
        else { return nil }
        for entry in 0..<entries {
            let offset = directory + 2 + entry * 12
            guard let tag = number(at: offset, bytes: 2) else { return nil }
            guard tag == 0x0112 else { continue }
            // Type 3 is a 16-bit number; some cameras write type 4, a 32-bit one.
            let type = number(at: offset + 2, bytes: 2)
            let value = number(at: offset + 8, bytes: type == 4 ? 4 : 2)
            guard type == 3 || type == 4, let value, (1...8).contains(value) else { return nil }
            return value
        }
        return nil
    }
}
