import Files
import Foundation

/// A safetensors file whose tensors stay in it: names, shapes and metadata, and values a block at a time.
///
/// The file is mapped into memory, so that what is not looked at takes none.
package struct SafetensorsFile {
    /// Where it is.
    package let path: String
    /// The texts of `__metadata__`.
    package let metadata: [String: String]
    private let data: Data
    private let entries: [SafetensorsHeader.Entry]

    /// Opens a file and checks its header.
    ///
    /// - Parameters:
    ///   - url: The file.
    ///   - remedy: What to do when it is missing, as the end of a sentence.
    /// - Throws: `FileError` where the file is missing, cut off, or not what its header says.
    package init(_ url: URL, remedy: Message = "check the path") throws {
        data = try FileReader.read(url, remedy: remedy)
        path = url.path
        let header = try SafetensorsHeader(data, path: path)
        (entries, metadata) = (header.entries, header.metadata)
    }

    /// The shapes by name.
    package var shapes: [String: [Int]] {
        Dictionary(entries.map { ($0.name, $0.shape) }) { first, _ in first }
    }

    /// The names of tensors that hold a number which is not finite, in the order of the file.
    ///
    /// - Throws: ``TorchError``.
    package func notFinite() throws -> [String] { try entries.filter { try !isFinite($0) }.map(\.name) }

    private func isFinite(_ entry: SafetensorsHeader.Entry) throws -> Bool {
        guard [.float16, .bfloat16, .float32, .float64].contains(entry.type) else { return true }
        var start = entry.bytes.lowerBound
        while start < entry.bytes.upperBound {
            let end = min(start + Self.block, entry.bytes.upperBound)
            let block = try Tensor.empty([(end - start) / entry.type.size], entry.type)
            try block.withBytes { target in _ = data.copyBytes(to: target, from: start..<end) }
            guard try block.isFinite() else { return false }
            start = end
        }
        return true
    }

    /// Bytes that are looked at together; a multiple of the size of every type.
    private static let block = 1 << 22
}
