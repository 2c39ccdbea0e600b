import Files
import Foundation

/// A `.hrvq` file: pictures as codes, layer by layer.
///
///     header │ chunk of layer 1 │ chunk of layer 2 │ …
///
/// A chunk is its payload's length, the payload, and a CRC-32C that goes on from the one before it, so that a chunk has
/// its place in one file only. Any prefix of whole chunks can be read. `Documentation/hrvq-format.md` has every byte.
package struct CompressedImage: Sendable, Equatable {
    /// What the file says of itself.
    package var header: CompressedHeader
    /// The payloads of the first layers.
    package var payloads: [[UInt8]]

    /// Wraps payloads that were coded before.
    ///
    /// - Precondition: Not more payloads than layers.
    package init(header: CompressedHeader, payloads: [[UInt8]]) {
        precondition(
            payloads.count <= header.layers.count, "\(payloads.count) payloads of \(header.layers.count) layers")
        self.header = header
        self.payloads = payloads
    }

    /// Reads a file's bytes.
    ///
    /// - Parameters:
    ///   - bytes: All of the file, or where `layers` is given at least so much of it.
    ///   - layers: How many layers to read; what comes after them is not looked at. `nil` for all, after which the file
    ///     must end.
    ///   - limits: What may be asked of memory.
    ///   - name: What errors call the bytes.
    /// - Throws: ``BitstreamError``.
    package init(
        bytes: [UInt8], layers: Int? = nil, limits: CompressedHeader.Limits = .init(), name: String
    ) throws {
        var source = ByteSource(bytes)
        try self.init(&source, layers: layers, limits: limits, name: name)
    }

    /// Reads from a file handle, no further than it must.
    ///
    /// - Throws: ``BitstreamError``, and the handle's error.
    package init(
        reading handle: FileHandle, layers: Int? = nil, limits: CompressedHeader.Limits = .init(), name: String
    ) throws {
        var source = ByteSource(handle)
        try self.init(&source, layers: layers, limits: limits, name: name)
    }

    /// Reads a header alone.
    ///
    /// - Throws: ``BitstreamError``, and the handle's error.
    package static func header(
        reading handle: FileHandle, limits: CompressedHeader.Limits = .init(), name: String
    ) throws -> CompressedHeader {
        var source = ByteSource(handle)
        return try CompressedHeader.read(&source, limits: limits, name: name).header
    }

    /// Reads the header of a file's bytes alone.
    ///
    /// - Throws: ``BitstreamError``.
    package static func header(
        bytes: [UInt8], limits: CompressedHeader.Limits = .init(), name: String
    ) throws -> CompressedHeader {
        var source = ByteSource(bytes)
        return try CompressedHeader.read(&source, limits: limits, name: name).header
    }

    private init(
        _ source: inout ByteSource, layers: Int?, limits: CompressedHeader.Limits, name: String
    ) throws {
        var (header, checksum) = try CompressedHeader.read(&source, limits: limits, name: name)
        if let layers, !(1...header.layers.count).contains(layers) {
            throw BitstreamError.layers(name: name, asked: layers, available: header.layers.count)
        }
        var payloads: [[UInt8]] = []
        for index in 0..<(layers ?? header.layers.count) {
            func cutOff() -> BitstreamError { .truncated(name: name, bytes: source.position, wholeLayers: index) }
            var bytes = Checksum.bytes(checksum)
            let length: Int
            switch try VariableInteger.read(&source, keeping: &bytes) {
            case .value(let value): length = value
            case .ended: throw cutOff()
            case .malformed: throw BitstreamError.damaged(name: name, layer: index + 1, wholeLayers: index)
            }
            let payload = try source.read(length)
            let stored = try source.read(Checksum.size)
            guard payload.count == length, stored.count == Checksum.size else { throw cutOff() }
            checksum = CRC32C.checksum(bytes + payload)
            guard stored == Checksum.bytes(checksum) else {
                throw BitstreamError.damaged(name: name, layer: index + 1, wholeLayers: index)
            }
            payloads.append(payload)
        }
        if layers == nil {
            let rest = try source.countRest()
            guard rest == 0 else { throw BitstreamError.trailingBytes(name: name, count: rest) }
        }
        self.init(header: header, payloads: payloads)
    }

    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - layers: Only the first so many layers, which any reader can decode as such; all if `nil`.
    ///   - limits: What a reader may be asked for.
    ///   - name: What errors call the bytes.
    /// - Throws: ``BitstreamError`` where sizes are beyond the limits.
    package func bytes(
        layers: Int? = nil, limits: CompressedHeader.Limits = .init(), name: String = "the picture"
    ) throws -> [UInt8] {
        var result = try header.bytes(limits: limits, name: name)
        var checksum = result.suffix(Checksum.size)
        for payload in payloads.prefix(layers ?? payloads.count) {
            guard payload.count <= VariableInteger.largest else {
                throw BitstreamError.tooLarge(
                    name: name, what: "bytes in a layer", found: payload.count, allowed: VariableInteger.largest)
            }
            var length: [UInt8] = []
            VariableInteger.append(payload.count, to: &length)
            checksum = Checksum.bytes(CRC32C.checksum(checksum + length + payload))[...]
            result += length
            result += payload
            result += checksum
        }
        return result
    }

    /// Writes a file's bytes to a handle.
    ///
    /// - Throws: ``BitstreamError``, and the handle's error.
    package func write(
        to handle: FileHandle, limits: CompressedHeader.Limits = .init(), name: String = "the picture"
    ) throws {
        try handle.write(contentsOf: Data(bytes(limits: limits, name: name)))
    }
}
