import Files
import Foundation

extension ContextStatistics {
    /// The first 8 bytes of the SHA-256 of all numbers that coding depends on: files name the statistics they need.
    ///
    /// What is hashed: the text `hrvq statistics 1`, a line feed, then as 32-bit integers, the lowest byte first:
    /// hierarchical (0 or 1), adaptation, layers; of each layer choices and digits; of each digit terms; of the base
    /// and each term, in this order, source + 1 (0 for the base), kind, shift and rows, then the scores as 16-bit
    /// integers. It is computed once.
    ///
    /// - Throws: `DigestError`.
    package func fingerprint() throws -> Fingerprint { try computed.value(computeFingerprint) }

    private func computeFingerprint() throws -> Fingerprint {
        let digest = try SHA256Digest()
        try digest.update("hrvq statistics 1\n")
        func update(_ numbers: Int...) throws {
            for number in numbers {
                try withUnsafeBytes(of: Int32(truncatingIfNeeded: number).littleEndian) { try digest.update($0) }
            }
        }
        func update(_ scores: [SIMD8<Int16>]) throws {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(scores.count * 16)
            for row in scores {
                for lane in 0..<8 {
                    let bits = UInt16(bitPattern: row[lane])
                    bytes.append(UInt8(truncatingIfNeeded: bits))
                    bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
                }
            }
            try bytes.withUnsafeBytes { try digest.update($0) }
        }
        try update(isHierarchical ? 1 : 0, adaptation, layers.count)
        for layer in layers {
            try update(layer.choices, layer.digits.count)
            for digit in layer.digits {
                try update(digit.terms.count)
                try update(0, NodeKind.parentAndPrefix.rawValue, 0, digit.base.count)
                try update(digit.base)
                for term in digit.terms {
                    try update(term.source.rawValue + 1, term.nodeKind.rawValue, term.shift, term.scores.count)
                    try update(term.scores)
                }
            }
        }
        return Fingerprint(
            bytes: Fingerprint(hexadecimal: try digest.finish(), count: CompressedHeader.statisticsBytes)?.bytes ?? [])
    }
}

/// A fingerprint that is kept once it is known: megabytes are hashed for it, and every file asks for it.
final class ComputedFingerprint: @unchecked Sendable, Equatable {
    private let lock = NSLock()
    private var known: Fingerprint?

    /// The fingerprint, computed at the first call.
    func value(_ compute: () throws -> Fingerprint) rethrows -> Fingerprint {
        try lock.withLock {
            if let known { return known }
            let value = try compute()
            known = value
            return value
        }
    }

    /// What follows from other numbers makes no difference between statistics.
    static func == (left: ComputedFingerprint, right: ComputedFingerprint) -> Bool { true }
}
