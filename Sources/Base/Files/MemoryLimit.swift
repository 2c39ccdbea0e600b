import Foundation
import Synchronization

/// How much memory this process may ask for at once, and the check that all large requests go through.
///
/// Sizes come from files, headers and settings, so they are compared with the limit before anything is allocated: the
/// system ends a process that asks for more than there is, or the allocator aborts it, and neither says why. The limit is
/// what the system says is free when it is first asked for (see ``SystemMemory``), or what the user allows.
package enum MemoryLimit {
    private static let chosen = Mutex<Int?>(nil)
    private static let free = SystemMemory.free() ?? Int.max

    /// Sets the limit of this process; `nil` goes back to what the system says is free.
    ///
    /// - Parameter bytes: The most bytes that one piece of work may take.
    package static func set(_ bytes: Int?) { chosen.withLock { $0 = bytes } }

    /// The bytes that one piece of work may take.
    package static var bytes: Int { chosen.withLock(\.self) ?? free }

    /// Refuses work that takes more memory than may be used.
    ///
    /// - Parameters:
    ///   - bytes: What it takes, as ``ByteCount`` adds it up.
    ///   - use: What wants it, as the start of a sentence: `a batch of 8 images`.
    ///   - remedy: What to do about it, as an order: `choose a smaller training.batchSize`.
    /// - Throws: ``MemoryError``.
    package static func require(_ bytes: ByteCount, for use: @autoclosure () -> String, remedy: Message) throws {
        let limit = self.bytes
        guard bytes.value > limit else { return }
        throw MemoryError(use: use(), needed: bytes.value, available: limit, remedy: remedy)
    }

    /// The address space that a program needs beside its libraries before it can say what is wrong: below it the language's
    /// runtime ends the process in the middle of anything.
    package static let leastAddressSpace = 160 << 20

    /// What limits to the address space leave; `nil` where there are none.
    package static var addressSpaceLeft: Int? { SystemMemory.addressSpace() }

    /// Reads a size such as `8GiB`, `500MB`, `1.5G` or `1000000`; K, M, G and T alone are powers of 1024.
    ///
    /// - Returns: Bytes, at least 1; `nil` where the text is no such size.
    package static func bytes(of text: String) -> Int? {
        let number = text.prefix { "0123456789.".contains($0) }
        let unit = text.dropFirst(number.count).trimmingCharacters(in: .whitespaces).lowercased()
        let units: [String: Double] = [
            "": 1, "b": 1, "k": 0x1p10, "kib": 0x1p10, "kb": 1e3, "m": 0x1p20, "mib": 0x1p20, "mb": 1e6, "g": 0x1p30,
            "gib": 0x1p30, "gb": 1e9, "t": 0x1p40, "tib": 0x1p40, "tb": 1e12,
        ]
        guard let value = Double(number), let factor = units[unit] else { return nil }
        return Int(exactly: (value * factor).rounded(.down)).flatMap { $0 >= 1 ? $0 : nil }
    }
}

/// Bytes that work will take. Products and sums that no integer holds stay at the largest one, which no limit allows.
package struct ByteCount: Sendable, Equatable {
    /// Bytes, from 0.
    package let value: Int

    /// The product of sizes; a negative one counts as none.
    package init(_ factors: Int...) { self.init(product: factors) }

    /// The product of sizes; a negative one counts as none.
    package init(product factors: [Int]) {
        // A zero anywhere makes the product zero, also behind factors that overflow together.
        value =
            factors.contains { $0 <= 0 }
            ? 0 : factors.reduce(1) { Self.clamped($0.multipliedReportingOverflow(by: $1)) }
    }

    /// The sum of two.
    package static func + (left: ByteCount, right: ByteCount) -> ByteCount {
        ByteCount(clamped(left.value.addingReportingOverflow(right.value)))
    }

    /// A multiple.
    package static func * (count: ByteCount, factor: Int) -> ByteCount { ByteCount(count.value, factor) }

    private static func clamped(_ result: (partialValue: Int, overflow: Bool)) -> Int {
        result.overflow ? Int.max : result.partialValue
    }

    /// Bytes as a person reads them: `1.5 GiB`.
    package static func text(_ bytes: Int) -> String {
        if bytes == .max { return "more than 8 EiB" }
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        return unit == 0 ? "\(bytes) bytes" : String(format: "%.1f %@", value, units[unit])
    }
}

/// Work that takes more memory than may be used.
public struct MemoryError: Error, Sendable, Equatable, CustomStringConvertible, WordedError {
    /// What wants the memory.
    public let use: String
    /// How many bytes it takes; `Int.max` where no integer holds them.
    public let needed: Int
    /// How many bytes may be used.
    public let available: Int
    /// What to do about it.
    public let remedy: Message

    /// One sentence: what, how much, how much may be used, the remedy.
    public var description: String { message.description }

    package var message: Message {
        "\(name: use) needs \(ByteCount.text(needed)) of memory, and \(ByteCount.text(available)) may be used; \(remedy),"
            + " or \(phrase: .moreMemory)"
    }
}
