import Foundation

/// A Protocol Buffers message under construction: the few wire types that TensorBoard's events need.
struct ProtobufMessage {
    private(set) var bytes = Data()

    /// A variable-length integer; negative ones take ten bytes, as `int64` does.
    mutating func append(field: Int, integer: Int) {
        append(key: field, wireType: 0)
        append(varint: UInt64(bitPattern: Int64(integer)))
    }

    /// A `double`.
    mutating func append(field: Int, double: Double) {
        append(key: field, wireType: 1)
        withUnsafeBytes(of: double.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A `float`.
    mutating func append(field: Int, float: Float) {
        append(key: field, wireType: 5)
        withUnsafeBytes(of: float.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// `bytes`.
    mutating func append(field: Int, data: Data) {
        append(key: field, wireType: 2)
        append(varint: UInt64(data.count))
        bytes.append(data)
    }

    /// A `string`.
    mutating func append(field: Int, text: String) { append(field: field, data: Data(text.utf8)) }

    /// A message inside this one.
    mutating func append(field: Int, message: ProtobufMessage) { append(field: field, data: message.bytes) }

    private mutating func append(key field: Int, wireType: UInt64) { append(varint: UInt64(field) << 3 | wireType) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
