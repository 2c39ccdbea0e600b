/// Many names in one piece of memory: those of an archive with a million members take their bytes and eight more each.
package struct NameTable: Sendable, Equatable, RandomAccessCollection {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// No names.
    package init() {}

    /// Names in a given order.
    package init(_ names: some Sequence<String>) { for name in names { append(name) } }

    /// The first index, 0.
    package var startIndex: Int { 0 }
    /// The number of names.
    package var endIndex: Int { ends.count }

    /// The name at an index.
    package subscript(index: Int) -> String { String(decoding: utf8(at: index), as: UTF8.self) }

    /// The bytes of a name.
    package func utf8(at index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    /// Adds a name at the end.
    package mutating func append(_ name: String) {
        bytes.append(contentsOf: name.utf8)
        ends.append(bytes.count)
    }

    /// The first index whose name does not precede some bytes, in a table that is in the order of its names' bytes.
    package func firstIndex(from bytes: some Collection<UInt8>) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if utf8(at: middle).lexicographicallyPrecedes(bytes) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The indices in the order of the names' bytes; of equal names the later one last.
    package func order() -> [Int] {
        indices.sorted { left, right in
            let (a, b) = (utf8(at: left), utf8(at: right))
            return a.lexicographicallyPrecedes(b) || (left < right && a.elementsEqual(b))
        }
    }
}
