/// Whole numbers below 2³² in one to five bytes: seven bits a byte, the lowest first, the top bit set where more
/// follow (LEB128). A number has one form only, the shortest.
enum VariableInteger {
    /// The largest number that has a form.
    static let largest = Int(UInt32.max)

    static func append(_ value: Int, to bytes: inout [UInt8]) {
        precondition((0...largest).contains(value), "\(value) does not fit 32 bits")
        var rest = value
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// What came of reading a number.
    enum Outcome {
        case value(Int)
        case ended
        case malformed
    }

    /// Reads a number and keeps its bytes for the checksum.
    static func read(_ source: inout ByteSource, keeping bytes: inout [UInt8]) throws -> Outcome {
        var value = 0
        for index in 0..<5 {
            guard let byte = try source.read(1).first else { return .ended }
            bytes.append(byte)
            value |= Int(byte & 127) << (7 * index)
            if byte < 128 { return index > 0 && byte == 0 || value > largest ? .malformed : .value(value) }
        }
        return .malformed
    }
}
