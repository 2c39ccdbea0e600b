import Foundation
import Testing

@testable import Files

@Suite("The limit to memory", .serialized)
struct MemoryLimitTests {
    @Test("Products and sums that no integer holds stay at the largest one; zero and negative sizes take nothing")
    func arithmetic() {
        #expect(ByteCount(3, 4, 5).value == 60)
        #expect(ByteCount(.max, 2).value == .max)
        #expect((ByteCount(.max) + ByteCount(.max)).value == .max)
        #expect((ByteCount(1 << 40) * (1 << 40)).value == .max)
        #expect(ByteCount(.max, .max, 0).value == 0)
        #expect(ByteCount(-1, .min).value == 0)
    }

    @Test("Work is refused above the limit, in the caller's words")
    func refusal() throws {
        defer { MemoryLimit.set(nil) }
        MemoryLimit.set(3 << 30)
        try MemoryLimit.require(ByteCount(3 << 30), for: "a batch", remedy: "choose a smaller one")
        let error = #expect(throws: MemoryError.self) {
            try MemoryLimit.require(ByteCount(3 << 30, 2), for: "a batch", remedy: "choose a smaller one")
        }
        #expect(
            error?.description
                == "a batch needs 6.0 GiB of memory, and 3.0 GiB may be used; choose a smaller one,"
                + " or free some memory")
        let overflow = #expect(throws: MemoryError.self) {
            try MemoryLimit.require(ByteCount(.max, .max), for: "a batch", remedy: "choose a smaller one")
        }
        #expect(overflow?.description.contains("more than 8 EiB") == true)
    }

    @Test("Without a limit by the user, the system's free memory is one")
    func system() throws {
        MemoryLimit.set(nil)
        #expect(MemoryLimit.bytes > 1 << 20)
        #expect(MemoryLimit.bytes < 1 << 50)
    }

    @Test(
        "Sizes are read with their units",
        arguments: [
            ("8GiB", 8 << 30), ("500MB", 500_000_000), ("1.5G", 3 << 29), ("1000000", 1_000_000), ("2 kib", 2048),
            ("3kB", 3000), ("1TB", 1_000_000_000_000), ("7b", 7), ("0", nil), ("-1", nil), ("many", nil), ("", nil),
            ("1e3", nil), ("8XB", nil), ("nan", nil), ("99999999999999999999", nil), ("9999999999TiB", nil),
        ] as [(String, Int?)])
    func sizes(text: String, bytes: Int?) {
        #expect(MemoryLimit.bytes(of: text) == bytes)
    }

    @Test("Control groups are looked up from the process's own to the root, in both versions")
    func groups() {
        let unified = SystemMemory.groupFolders("0::/user/work\n")
        #expect(unified.map(\.folder) == ["/user/work", "/user", ""] && unified.allSatisfy(\.isUnified))
        let old = SystemMemory.groupFolders("9:cpu:/x\n4:memory,hugetlb:/y\n1:name=systemd:/z\n")
        #expect(old.map(\.folder) == ["/y", ""] && old.allSatisfy { !$0.isUnified })
        #expect(SystemMemory.groupFolders("nonsense\n").isEmpty)
        let table = SystemMemory.table("MemTotal:  10 kB\nMemAvailable:   7 kB\ninactive_file 5\n")
        #expect(table["MemAvailable"] == 7 && table["inactive_file"] == 5)
    }
}

@Suite("Lists in messages")
struct ListingTests {
    @Test("Twenty entries are listed and the rest counted; only those that are listed become text")
    func limit() {
        var asked = 0
        let text = Listing.text(0..<1_000_000, separator: "\n") {
            asked += 1
            return "  \($0)"
        }
        #expect(asked == 20)
        #expect(text.split(separator: "\n").count == 21)
        #expect(text.hasSuffix("\n  and 999980 more"))
        #expect(Listing.text(["a", "b"]) == "a, b")
        #expect(Listing.text([String]()) == "")
        #expect(Listing.text(["a", "b", "c"], limit: 2) == "a, b, and 1 more")
        #expect(Listing.text(["a", "b"], of: 9) { $0 } == "a, b, and 7 more")
    }

    @Test("Entries, labels and values stay on their lines, whatever a file calls itself")
    func escapes() {
        let name = "a\nerror: b\u{1B}[2J"
        let shown = "a\\nerror: b\\x1b[2J"
        #expect(Listing.text([name, "c"], separator: "\n") { "  - \($0)" } == "  - \(shown)\n  - c")
        #expect(LabelledLine.text(name, name, column: 4) == "\(shown) \(shown)")
        #expect(LabelledLine.text("model", "x", column: 8) == "model   x")
        var leftOut = LeftOutFiles(kind: "JPEG")
        for _ in 0..<5 { leftOut.add(.hidden, name) }
        #expect(leftOut.texts == ["5 hidden: \(shown), \(shown), \(shown), and 2 more"])
        let memory = MemoryError(use: "\(name): its codes", needed: 5, available: 4, remedy: "give less")
        #expect("\(memory)".hasPrefix("\(shown): its codes needs 5 bytes"))
    }

    @Test("A long entry is cut")
    func cut() {
        #expect(Listing.text([String(repeating: "é", count: 100_000)]).count == Listing.longest + 1)
        #expect(Listing.cut("short") == "short")
        // Bytes alone do not decide.
        let full = String(repeating: "é", count: Listing.longest)
        #expect(Listing.cut(full) == full)
    }
}
