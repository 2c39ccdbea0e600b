import Files
import Foundation
import Latents

/// What a `.hrvq` file holds, for people and programs; of a damaged one as much as is whole.
package struct CompressedDescription: Codable, Sendable, Equatable {
    /// One layer.
    package struct Layer: Codable, Sendable, Equatable {
        /// Positions down.
        package var height: Int
        /// Positions across.
        package var width: Int
        /// The number of choices, m.
        package var choices: Int
        /// Bytes of the payload; `nil` where the layer is not whole.
        package var bytes: Int?
        /// Bytes of the payload that the file says it has, where the layer is not whole.
        package var expectedBytes: Int?
        /// Bytes of it that are there.
        package var foundBytes: Int?
        /// Bits a code in the file.
        package var bitsPerCode: Double?
    }

    /// The file's version.
    package var version: Int
    /// `packed` or `modelled`.
    package var coding: String
    /// The picture's pixels across.
    package var width: Int
    /// The picture's rows.
    package var height: Int
    /// 1 or 3.
    package var channels: Int
    /// How many pictures there are.
    package var images: Int
    /// The start of the model's fingerprint.
    package var model: String
    /// The start of the statistics' fingerprint.
    package var statistics: String?
    /// The layers.
    package var layers: [Layer]
    /// Bytes of the whole part, header and checksums included.
    package var bytes: Int
    /// Bytes of a file that is not whole, with what is not.
    package var fileBytes: Int?
    /// ``bytes`` in bits over the pixels of all pictures.
    package var bitsPerPixel: Double
    /// What is wrong with the file.
    package var damage: Message?

    /// Describes a file.
    ///
    /// - Parameters:
    ///   - file: What was read of it.
    ///   - damage: What kept more from being read.
    ///   - limits: The most that a header may ask for.
    /// - Throws: ``BitstreamError``.
    package init(
        _ file: CompressedImage, damage: (any Error)? = nil, limits: CompressedHeader.Limits = .init()
    ) throws {
        let header = file.header
        version = CompressedHeader.version
        coding = "\(header.mode)"
        (width, height, channels, images) = (header.width, header.height, header.channels, header.images)
        model = header.model.description
        statistics = header.statistics?.description
        layers = header.layers.enumerated().map { index, layer in
            let size = index < file.payloads.count ? file.payloads[index].count : nil
            let codes = Double(layer.height * layer.width * header.images)
            return Layer(
                height: layer.height, width: layer.width, choices: layer.choices, bytes: size,
                bitsPerCode: size.map { Double($0 * 8) / codes })
        }
        bytes = try file.bytes(limits: limits).count
        bitsPerPixel = Double(bytes) * 8 / (Double(width) * Double(height) * Double(images))
        self.damage = damage.map { Message($0) }
    }

    /// Describes the bytes of a file, damaged ones as far as they are whole.
    ///
    /// - Throws: ``BitstreamError`` where not even the header is whole.
    package init(bytes: [UInt8], limits: CompressedHeader.Limits = .init(), name: String) throws {
        do {
            try self.init(CompressedImage(bytes: bytes, limits: limits, name: name), limits: limits)
        } catch let error as BitstreamError {
            guard let header = try? CompressedImage.header(bytes: bytes, limits: limits, name: name) else {
                throw error
            }
            let whole = error.wholeLayers ?? 0
            let part =
                whole == 0
                ? CompressedImage(header: header, payloads: [])
                : try CompressedImage(
                    bytes: bytes, layers: min(whole, header.layers.count), limits: limits, name: name)
            try self.init(part, damage: error, limits: limits)
            fileBytes = bytes.count
            measureCut(bytes)
        }
    }

    /// Says how much is there of the first layer that is not whole.
    private mutating func measureCut(_ file: [UInt8]) {
        guard let cut = layers.firstIndex(where: { $0.bytes == nil }), bytes < file.count else { return }
        var source = ByteSource(Array(file[bytes...]))
        var number: [UInt8] = []
        guard case .value(let length)? = try? VariableInteger.read(&source, keeping: &number) else { return }
        layers[cut].expectedBytes = length
        layers[cut].foundBytes = min(length, file.count - bytes - number.count)
    }

    /// Lines for people.
    package func text(in wording: Wording = .library) -> String {
        var lines = [
            "format        .hrvq, version \(version), \(coding)",
            "picture       \(width)×\(height), \(channels == 1 ? "grey" : "colour")"
                + (images == 1 ? "" : ", \(images) of them"),
            "model         \(model)",
        ]
        if let statistics { lines.append("statistics    \(statistics)") }
        lines += layers.enumerated().map { index, layer in
            let size = layer.bytes.map { bytes in
                "\(bytes) bytes, \(String(format: "%.3f", layer.bitsPerCode ?? 0)) bits a code"
            }
            let rest = layer.expectedBytes.map { "not whole: \(layer.foundBytes ?? 0) of \($0) bytes" }
            return "layer \(index + 1)       grid \(layer.width)×\(layer.height), \(layer.choices) choices, "
                + (size ?? rest ?? "missing")
        }
        lines.append("size          \(bytes) bytes, \(String(format: "%.4f", bitsPerPixel)) bits per pixel")
        if let fileBytes { lines[lines.count - 1] += " (the whole part of a file of \(fileBytes) bytes)" }
        if let damage { lines.append("damage        \(damage.text(in: wording))") }
        return lines.joined(separator: "\n")
    }
}

extension BitstreamError {
    /// How many layers before the error are whole, where the header is.
    public var wholeLayers: Int? {
        switch self {
        case .truncated(_, _, let whole), .malformed(_, _, _, let whole): whole
        case .damaged(_, let layer, let whole): layer == nil ? nil : whole
        case .trailingBytes: CompressedHeader.maximumLayers
        default: nil
        }
    }
}
