/// Codes of a fixed number of bits each, one after the other: the first code in the lowest bits of the first byte.
enum BitPacking {
    /// Bytes of so many codes.
    static func byteCount(codes: Int, bits: Int) -> Int { (codes * bits + 7) / 8 }

    static func pack(_ codes: [Int32], bits: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount(codes: codes.count, bits: bits))
        var buffer: UInt64 = 0
        var filled = 0
        for code in codes {
            buffer |= UInt64(UInt32(bitPattern: code)) << UInt64(filled)
            filled += bits
            while filled >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: buffer))
                buffer >>= 8
                filled -= 8
            }
        }
        if filled > 0 { bytes.append(UInt8(truncatingIfNeeded: buffer)) }
        return bytes
    }

    /// The codes of bytes.
    ///
    /// - Returns: `nil` where the number of bytes is not that of `count` codes or the last bits are not zero.
    static func unpack(_ bytes: [UInt8], count: Int, bits: Int) -> [Int32]? {
        guard bytes.count == byteCount(codes: count, bits: bits) else { return nil }
        let mask = (UInt64(1) << UInt64(bits)) - 1
        var buffer: UInt64 = 0
        var filled = 0
        var next = 0
        let codes = [Int32](unsafeUninitializedCapacity: count) { target, initialized in
            for index in 0..<count {
                while filled < bits {
                    buffer |= UInt64(bytes[next]) << UInt64(filled)
                    next += 1
                    filled += 8
                }
                target[index] = Int32(truncatingIfNeeded: buffer & mask)
                buffer >>= UInt64(bits)
                filled -= bits
            }
            initialized = count
        }
        return buffer == 0 ? codes : nil
    }
}
