import Files
import Foundation

/// The header of a safetensors file, checked against the file before any memory is taken.
///
/// The format: eight bytes little-endian length of the header, the header as JSON, then the tensors' bytes. The
/// reader is strict: unknown types, sizes that do not fit, holes and overlaps are errors, as in the reference
/// implementation (`safetensors` 0.4 and later).
struct SafetensorsHeader {
    struct Entry {
        var name: String
        var type: DataType
        var shape: [Int]
        /// Bytes from the start of the file.
        var bytes: Range<Int>
    }

    var entries: [Entry]
    var metadata: [String: String]

    /// The reference implementation's limit; a header this large is an attack or an accident.
    static let lengthLimit = 100_000_000
    static let typeNames: [(String, DataType)] = [
        ("U8", .uint8), ("I8", .int8), ("I16", .int16), ("I32", .int32), ("I64", .int64), ("F16", .float16),
        ("F32", .float32), ("F64", .float64), ("BOOL", .bool), ("BF16", .bfloat16),
    ]

    init(_ data: Data, path: String) throws {
        func malformed(_ reason: String, expected: Message = "a safetensors file") -> FileError {
            .malformed(path: path, reason: reason, expected: expected)
        }
        guard data.count >= 8 else { throw malformed("the file has \(data.count) bytes, its header needs 8") }
        let length = data.prefix(8).enumerated().reduce(UInt64(0)) {
            $0 | UInt64($1.element) << (8 * UInt64($1.offset))
        }
        guard length <= Self.lengthLimit, Int(length) <= data.count - 8 else {
            throw malformed(
                "the header's length is given as \(length) bytes and the file has \(data.count)",
                expected: "a header that fits the file (the file may be cut off)")
        }
        let start = 8 + Int(length)
        let text = data.subdata(in: 8..<start)
        let object: Any
        do {
            object = try JSONSerialization.jsonObject(with: text)
        } catch {
            throw malformed("the header \(JSONProblem.text(error, in: text))")
        }
        guard let table = object as? [String: Any] else { throw malformed("the header is not a JSON object") }
        entries = []
        metadata = [:]
        for (name, value) in table {
            if name == "__metadata__" {
                guard let texts = value as? [String: String] else {
                    throw malformed("__metadata__ holds something else than texts")
                }
                metadata = texts
                continue
            }
            guard let entry = value as? [String: Any], let typeName = entry["dtype"] as? String,
                let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int], offsets.count == 2
            else { throw malformed("the entry '\(name: name)' lacks dtype, shape or data_offsets") }
            guard let type = Self.typeNames.first(where: { $0.0 == typeName })?.1 else {
                throw malformed(
                    "'\(name: name)' has the type '\(name: typeName)'",
                    expected: "one of \(Self.typeNames.map(\.0).joined(separator: ", "))")
            }
            var size = type.size
            for side in shape {
                let (product, overflow) = size.multipliedReportingOverflow(by: side)
                guard side >= 0, !overflow else { throw malformed("'\(name: name)' has the impossible shape \(shape)") }
                size = product
            }
            guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= data.count - start,
                offsets[1] - offsets[0] == size
            else {
                throw malformed(
                    "'\(name: name)' of shape \(shape) claims the bytes \(offsets[0]) to \(offsets[1])"
                        + " of \(data.count - start)",
                    expected: "\(size) bytes inside the file (the file may be cut off)")
            }
            entries.append(
                Entry(name: name, type: type, shape: shape, bytes: start + offsets[0]..<start + offsets[1]))
        }
        entries.sort {
            ($0.bytes.lowerBound, $0.bytes.upperBound, $0.name) < ($1.bytes.lowerBound, $1.bytes.upperBound, $1.name)
        }
        var end = start
        for entry in entries {
            guard entry.bytes.lowerBound == end else {
                throw malformed("'\(name: entry.name)' leaves a hole or overlaps another tensor")
            }
            end = entry.bytes.upperBound
        }
        guard end == data.count else { throw malformed("\(data.count - end) bytes follow the last tensor") }
    }
}
