import EntropyKernelInterface
import Processors

/// The range coder alone, for digits whose distributions somebody else knows.
package enum RangeCoding {
    /// The bytes of digits.
    ///
    /// - Parameters:
    ///   - digits: Each in 0 ..< 8.
    ///   - shares: Of each digit the shares of the eight values, in 65,536ths, which add up to 65,536; that of the digit
    ///     is not 0.
    package static func encode(_ digits: [UInt8], shares: [SIMD8<UInt32>]) -> [UInt8] {
        precondition(digits.count == shares.count, "\(digits.count) digits and \(shares.count) distributions")
        for (digit, shares) in zip(digits, shares) {
            precondition(digit < 8 && shares[Int(digit)] > 0, "the digit \(digit) has no share in \(shares)")
        }
        var words = [UInt32](repeating: 0, count: digits.count + 1)
        let coder = words.withUnsafeMutableBufferPointer { words in
            digits.withUnsafeBufferPointer { digits in
                shares.withUnsafeBufferPointer { shares -> RangeWriter? in
                    guard let base = words.baseAddress, let digit = digits.baseAddress, let share = shares.baseAddress
                    else { return nil }
                    var coder = RangeWriter(words: base)
                    KernelVariant.best.entropyRows.write(&coder, digit, share, count: digits.count)
                    return coder
                }
            }
        }
        return coder.map { ModelledCoding.finished(words, $0) } ?? []
    }

    /// The digits of bytes.
    package static func decode(_ bytes: [UInt8], shares: [SIMD8<UInt32>]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: shares.count) { digits, filled in
            var nothing: UInt8 = 0
            withUnsafePointer(to: &nothing) { nothing in
                bytes.withUnsafeBufferPointer { bytes in
                    shares.withUnsafeBufferPointer { shares in
                        guard let digit = digits.baseAddress, let share = shares.baseAddress else { return }
                        var coder = RangeReader(bytes: bytes.baseAddress ?? nothing, length: bytes.count)
                        KernelVariant.best.entropyRows.read(&coder, digit, share, count: shares.count)
                    }
                }
            }
            filled = shares.count
        }
    }
}
