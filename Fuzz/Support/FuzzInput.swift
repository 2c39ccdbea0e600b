/// An input that stands for several files, or for one that has sizes or checksums in it.
///
/// Bytes are inserted and erased at random, so parts are told apart by a separator and not by lengths.
public enum FuzzInput {
    /// What stands between the parts; it is in the dictionaries.
    public static let separator: [UInt8] = [0xF5, 0x2F, 0x2F, 0xF5]

    /// The parts of an input, exactly `count` of them: missing ones are empty, and the last one is all that is left.
    public static func parts(_ bytes: [UInt8], count: Int) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var start = 0
        var position = 0
        while parts.count < count - 1, position + separator.count <= bytes.count {
            if bytes[position] == separator[0], bytes[position..<position + separator.count].elementsEqual(separator) {
                parts.append(Array(bytes[start..<position]))
                position += separator.count
                start = position
            } else {
                position += 1
            }
        }
        parts.append(Array(bytes[start...]))
        return parts + Array(repeating: [], count: count - parts.count)
    }

    /// An input of parts.
    public static func joined(_ parts: [[UInt8]]) -> [UInt8] { Array(parts.joined(separator: separator)) }

    /// A first byte that chooses among `count`, and the rest.
    public static func choice(_ bytes: [UInt8], of count: Int) -> (choice: Int, rest: [UInt8]) {
        (Int(bytes.first ?? 0) % count, Array(bytes.dropFirst()))
    }
}
