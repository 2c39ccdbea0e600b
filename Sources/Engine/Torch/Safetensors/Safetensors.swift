import Files
import Foundation

/// Tensors by name in a file that every framework reads (Hugging Face's `safetensors`).
package enum Safetensors {
    /// Reads all tensors of a file onto the processor.
    ///
    /// - Parameters:
    ///   - url: The file.
    ///   - remedy: What to do when it is missing, as the end of a sentence.
    /// - Returns: The tensors by name, and the texts of `__metadata__`.
    /// - Throws: `FileError` where the file is missing, cut off, or not what its header says.
    package static func read(
        _ url: URL, remedy: Message = "check the path"
    ) throws -> (tensors: [String: Tensor], metadata: [String: String]) {
        try read(FileReader.read(url, remedy: remedy), path: url.path)
    }

    /// Reads all tensors of a file's bytes; see ``read(_:remedy:)``.
    ///
    /// - Throws: `FileError` where the bytes are cut off, or not what their header says.
    package static func read(
        _ data: Data, path: String
    ) throws -> (tensors: [String: Tensor], metadata: [String: String]) {
        let header = try SafetensorsHeader(data, path: path)
        try MemoryLimit.require(
            header.entries.reduce(ByteCount(0)) { $0 + ByteCount($1.bytes.count) },
            for: "\(path): reading its \(header.entries.count) tensors", remedy: "close other programs")
        var tensors: [String: Tensor] = [:]
        for entry in header.entries {
            let tensor = try Tensor.empty(entry.shape, entry.type)
            if !entry.bytes.isEmpty {
                try tensor.withBytes { target in _ = data.copyBytes(to: target, from: entry.bytes) }
            }
            tensors[entry.name] = tensor
        }
        return (tensors, header.metadata)
    }

    /// Writes tensors in the order given, whole or not at all.
    ///
    /// The bytes depend on names, values and metadata alone: equal models give equal files.
    ///
    /// - Precondition: Names differ from each other and from `__metadata__`.
    /// - Throws: `FileError/unwritable(path:reason:)`, ``TorchError``.
    package static func write(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to url: URL
    ) throws {
        var fields: [String] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map {
                "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))"
            }
            fields.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
        }
        var offset = 0
        for (name, tensor) in tensors {
            let type = tensor.dataType
            guard let typeName = SafetensorsHeader.typeNames.first(where: { $0.1 == type })?.0 else {
                preconditionFailure("safetensors has no type for \(type)")
            }
            let end = offset + tensor.count * type.size
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            fields.append(
                "\(JSONText.quoted(name)):{\"dtype\":\"\(typeName)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
            )
            offset = end
        }
        var header = Data("{\(fields.joined(separator: ","))}".utf8)
        // Readers that map the file want the tensors aligned.
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        try AtomicFile.write(to: url) { sink in
            try sink.write(length)
            try sink.write(header)
            for (_, tensor) in tensors {
                let dense = try tensor.detached().to(.cpu).contiguous()
                try dense.withBytes { try sink.write(UnsafeRawBufferPointer($0)) }
            }
        }
    }
}
