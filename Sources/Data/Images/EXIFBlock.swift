/// A block of EXIF metadata: the directory of a TIFF file, read without trust in any offset or count.
enum EXIFBlock {
    /// Bytes of one value, by the type's number in TIFF 6.0; types that are not here are skipped.
    private static let sizes = [
        1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8,
    ]
    private static let name = Array("Exif\0\0".utf8)

    /// The value of the first orientation (tag 0x0112) in the first directory: 0 where it is no number, `nil` where
    /// there is none. Follows Pillow's reader also where a block is damaged: a value that lies outside of the block
    /// ends the directory.
    static func orientation(_ block: [UInt8]) -> Int? {
        var bytes = block[...]
        // Some programs write the name twice.
        for _ in 0..<2 where bytes.starts(with: name) { bytes = bytes.dropFirst(name.count) }
        let isBig = bytes.starts(with: Array("MM".utf8))
        guard isBig || bytes.starts(with: Array("II".utf8)) else { return nil }
        func number(at offset: Int, bytes count: Int) -> Int? {
            guard offset >= 0, offset <= bytes.count - count else { return nil }
            let start = bytes.startIndex + offset
            return (0..<count).reduce(0) { $0 << 8 | Int(bytes[start + (isBig ? $1 : count - 1 - $1)]) }
        }
        guard let version = number(at: 2, bytes: 2), version == 42 || version == 42 << 8,
            let directory = number(at: 4, bytes: 4), let entries = number(at: directory, bytes: 2)
        else { return nil }
        var outside = 0
        for entry in 0..<entries {
            let offset = directory + 2 + entry * 12
            guard let tag = number(at: offset, bytes: 2), let type = number(at: offset + 2, bytes: 2),
                let count = number(at: offset + 4, bytes: 4), let field = number(at: offset + 8, bytes: 4)
            else { return nil }
            guard let size = sizes[type].map({ $0 * count }), size > 0 else { continue }
            if size > 4 {
                outside += size
                if outside > bytes.count { continue }
                guard field <= bytes.count - size else { return nil }
            }
            guard tag == 0x0112 else { continue }
            let place = size > 4 ? field : offset + 8
            switch type {
            case 3: return number(at: place, bytes: 2)
            case 4, 13: return number(at: place, bytes: 4)
            case 6: return number(at: place, bytes: 1).map { Int(Int8(truncatingIfNeeded: $0)) }
            case 8: return number(at: place, bytes: 2).map { Int(Int16(truncatingIfNeeded: $0)) }
            case 9: return number(at: place, bytes: 4).map { Int(Int32(truncatingIfNeeded: $0)) }
            case 5, 10:
                guard let upper = number(at: place, bytes: 4), let lower = number(at: place + 4, bytes: 4) else {
                    return nil
                }
                return lower > 0 && upper % lower == 0 ? upper / lower : 0
            default: return 0
            }
        }
        return nil
    }
}
