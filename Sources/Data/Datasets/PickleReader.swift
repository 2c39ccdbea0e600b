import Files
import Foundation

/// The values of a Python pickle as CIFAR's files have them: numbers, strings, lists, dictionaries and NumPy arrays of
/// bytes.
///
/// A pickle is a program that may call anything. This reader knows the opcodes that such files consist of, and of all names
/// only those that make an array or bytes, which it makes itself; whatever else a file holds is refused by its name, and nothing runs.
/// Protocols 2 to 4.
package struct PickleReader {
    /// A value.
    package indirect enum Value {
        /// `None`, `True` or `False`, which are of no use here.
        case constant
        /// An integer.
        case number(Int)
        /// A string, or bytes.
        case bytes(ArraySlice<UInt8>)
        /// A list or a tuple.
        case list([Value])
        /// A dictionary with strings as keys.
        case dictionary([String: Value])
        /// A NumPy array of bytes.
        case array(shape: [Int], bytes: ArraySlice<UInt8>)
        /// A name of the list below.
        case name(String)
        /// An array or an element type whose state has yet to come.
        case empty(String)
    }

    /// What may be named, and what it is for.
    private static let names: Set<String> = [
        "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct", "numpy.ndarray", "numpy.dtype",
        "_codecs.encode",
    ]
    /// Containers in one another: a batch is a dictionary with an array, whose state has the type's.
    private static let deepest = 16
    /// Values that a file may hold at once.
    private static let mostValues = 4 << 20

    private struct Item {
        var value: Value
        var depth: Int
    }

    /// The depth of the deepest value that the current opcode has taken from the stack.
    private var taken = 0
    private let bytes: [UInt8]
    private let path: String
    private var position = 0
    private var stack: [Item] = []
    private var marks: [Int] = []
    /// Values that the program keeps by number, but for those that are filled after they are kept; see ``remember(_:)``.
    private var memo: [Int: Item] = [:]
    private var memoized = 0

    /// Reads a file's bytes.
    ///
    /// - Parameters:
    ///   - bytes: All of them.
    ///   - path: What errors call them.
    /// - Throws: `FileError.malformed` for an opcode or a name outside of the list, a file that is cut off or makes no sense.
    package static func read(_ bytes: [UInt8], path: String) throws -> Value {
        var reader = PickleReader(bytes: bytes, path: path)
        return try reader.run()
    }

    private init(bytes: [UInt8], path: String) { (self.bytes, self.path) = (bytes, path) }

    private func malformed(_ reason: String) -> FileError {
        .malformed(
            path: path, reason: "\(reason) (at byte \(position))",
            expected: "a pickle of numbers, strings, lists, dictionaries and arrays of bytes, as CIFAR's files are")
    }

    // MARK: - Bytes

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw malformed("the file is cut off") }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    private mutating func number(_ width: Int) throws -> Int {
        try take(width).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func line() throws -> String {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
            throw malformed("the file is cut off")
        }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    // MARK: - The stack

    private mutating func push(_ value: Value) throws {
        guard stack.count < Self.mostValues else { throw malformed("it holds more than \(Self.mostValues) values") }
        // Values are freed by recursion, which would end the process at a million lists in one another.
        guard taken < Self.deepest else { throw malformed("values are more than \(Self.deepest) deep") }
        stack.append(Item(value: value, depth: taken + 1))
    }

    private mutating func pop() throws -> Value {
        guard let item = stack.popLast() else { throw malformed("a value is missing") }
        taken = max(taken, item.depth)
        return item.value
    }

    /// Takes a container that gets more elements, and so is as deep as it was, or one deeper than those.
    private mutating func popContainer() throws -> Value {
        guard let item = stack.popLast() else { throw malformed("a value is missing") }
        taken = max(taken, item.depth - 1)
        return item.value
    }

    private mutating func popMark() throws -> [Value] {
        guard let mark = marks.popLast(), mark <= stack.count else { throw malformed("a mark is missing") }
        defer { stack.removeSubrange(mark...) }
        taken = max(taken, stack[mark...].lazy.map(\.depth).max() ?? 0)
        return stack[mark...].map(\.value)
    }

    private mutating func remember(_ number: Int) throws {
        guard let item = stack.last else { throw malformed("a value is missing") }
        guard memo.count < Self.mostValues else { throw malformed("it holds more than \(Self.mostValues) values") }
        switch item.value {
        // What is still to be filled may not be used twice: a copy of it would stay empty.
        case .list(let values) where values.isEmpty: memo[number] = nil
        case .dictionary(let values) where values.isEmpty: memo[number] = nil
        default: memo[number] = item
        }
    }

    private mutating func append(_ values: [Value]) throws {
        guard case .list(var list) = try popContainer() else { throw malformed("values are added to what is no list") }
        list += values
        try push(.list(list))
    }

    private mutating func set(_ pairs: [Value]) throws {
        guard case .dictionary(var dictionary) = try popContainer(), pairs.count % 2 == 0 else {
            throw malformed("entries are added to what is no dictionary")
        }
        for index in stride(from: 0, to: pairs.count, by: 2) {
            guard case .bytes(let key) = pairs[index] else { throw malformed("a key is no string") }
            dictionary[String(decoding: key, as: UTF8.self)] = pairs[index + 1]
        }
        try push(.dictionary(dictionary))
    }

    // MARK: - The program

    private mutating func run() throws -> Value {
        while true {
            let opcode = try take(1).first ?? 0
            taken = 0
            switch opcode {
            case 0x80:  // PROTO
                let version = try number(1)
                guard (2...4).contains(version) else { throw malformed("the pickle's protocol is \(version)") }
            case 0x95: _ = try take(8)  // FRAME
            case UInt8(ascii: "."): return try pop()
            case UInt8(ascii: "("): marks.append(stack.count)
            case UInt8(ascii: "N"), 0x88, 0x89: try push(.constant)
            case UInt8(ascii: "K"): try push(.number(number(1)))
            case UInt8(ascii: "M"): try push(.number(number(2)))
            case UInt8(ascii: "J"): try push(.number(Int(Int32(truncatingIfNeeded: number(4)))))
            case UInt8(ascii: "U"), UInt8(ascii: "C"), 0x8C: try push(.bytes(take(number(1))))
            case UInt8(ascii: "T"), UInt8(ascii: "B"), UInt8(ascii: "X"): try push(.bytes(take(number(4))))
            case UInt8(ascii: "]"): try push(.list([]))
            case UInt8(ascii: ")"): try push(.list([]))
            case UInt8(ascii: "}"): try push(.dictionary([:]))
            case UInt8(ascii: "t"), UInt8(ascii: "l"): try push(.list(popMark()))
            case 0x85: try push(.list([pop()]))
            case 0x86:
                let second = try pop()
                try push(.list([pop(), second]))
            case 0x87:
                let (third, second) = (try pop(), try pop())
                try push(.list([pop(), second, third]))
            case UInt8(ascii: "e"): try append(popMark())
            case UInt8(ascii: "a"): try append([pop()])
            case UInt8(ascii: "u"): try set(popMark())
            case UInt8(ascii: "s"):
                let value = try pop()
                try set([pop(), value])
            case UInt8(ascii: "q"): try remember(number(1))
            case UInt8(ascii: "r"): try remember(number(4))
            case 0x94:  // MEMOIZE
                try remember(memoized)
                memoized += 1
            case UInt8(ascii: "h"): try get(number(1))
            case UInt8(ascii: "j"): try get(number(4))
            case UInt8(ascii: "c"): try push(name(line() + "." + line()))
            case 0x93:  // STACK_GLOBAL
                guard case .bytes(let last) = try pop(), case .bytes(let module) = try pop() else {
                    throw malformed("a name is no string")
                }
                try push(name(String(decoding: module, as: UTF8.self) + "." + String(decoding: last, as: UTF8.self)))
            case UInt8(ascii: "R"): try reduce()
            case UInt8(ascii: "b"): try build()
            default:
                position -= 1
                throw malformed("it has the opcode 0x\(String(opcode, radix: 16)), which is not run")
            }
        }
    }

    private mutating func get(_ number: Int) throws {
        guard let item = memo[number] else { throw malformed("it uses a value that it does not have") }
        taken = item.depth - 1
        try push(item.value)
    }

    private func name(_ name: String) throws -> Value {
        guard Self.names.contains(name) else { throw malformed("it names '\(Listing.cut(name))', which is not run") }
        return .name(name)
    }

    private mutating func reduce() throws {
        guard case .list(let arguments) = try pop(), case .name(let name) = try pop() else {
            throw malformed("it calls what has no name")
        }
        switch name {
        case "numpy.dtype":
            guard case .bytes(let type)? = arguments.first else { throw malformed("an element type is no string") }
            try push(.empty("dtype " + String(decoding: type, as: UTF8.self)))
        case "_codecs.encode":
            // How Python 3 writes bytes in protocol 2: as the text that Latin-1 makes of them.
            guard arguments.count == 2, case .bytes(let text) = arguments[0], case .bytes(let code) = arguments[1],
                String(decoding: code, as: UTF8.self) == "latin1", let bytes = Self.latin1(text)
            else { throw malformed("it encodes a text in another way than Latin-1") }
            try push(.bytes(bytes[...]))
        case "numpy.ndarray": throw malformed("it calls numpy.ndarray")
        default: try push(.empty("array"))
        }
    }

    /// The bytes that Latin-1 writes UTF-8 with; `nil` for characters that it does not have.
    private static func latin1(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text
        while let first = rest.popFirst() {
            if first < 0x80 {
                bytes.append(first)
            } else {
                guard first == 0xC2 || first == 0xC3, let second = rest.popFirst(), second & 0xC0 == 0x80 else {
                    return nil
                }
                bytes.append((first & 3) << 6 | second & 0x3F)
            }
        }
        return bytes
    }

    private mutating func build() throws {
        guard case .list(let state) = try pop(), case .empty(let kind) = try pop() else {
            throw malformed("it gives a state to what is no array")
        }
        // The state of an element type is its byte order, of which bytes have none.
        guard kind == "array" else { return try push(.empty(kind)) }
        guard state.count == 5, case .list(let sides) = state[1], case .empty(let type) = state[2],
            case .bytes(let content) = state[4]
        else { throw malformed("an array's state is not that of NumPy") }
        guard type == "dtype u1" else { throw malformed("an array is of the type \(type)") }
        let shape = try sides.map { side in
            guard case .number(let value) = side, value >= 0 else { throw malformed("an array's shape is no shape") }
            return value
        }
        guard ByteCount(product: shape).value == content.count else {
            throw malformed("an array of the shape \(shape) has \(content.count) bytes")
        }
        try push(.array(shape: shape, bytes: content))
    }
}
