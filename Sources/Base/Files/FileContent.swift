import Foundation

/// What a file is by its first bytes, not by its name.
package enum FileContent: String, Sendable, Equatable {
    /// Nothing at all.
    case empty
    /// A picture.
    case png
    /// JSON, a whole value.
    case json
    /// A drawing.
    case svg
    /// A page.
    case html
    /// Tensors.
    case safetensors
    /// A compressed image.
    case hrvq
    /// Anything else.
    case other

    /// The first bytes of every .hrvq file.
    package static let compressedStart: [UInt8] = [0x89, 0x48, 0x52, 0x56, 0x51]

    /// What messages call such a file.
    package var text: String {
        switch self {
        case .empty: "an empty file"
        case .png: "a PNG picture"
        case .json: "a JSON file"
        case .svg: "an SVG drawing"
        case .html: "an HTML page"
        case .safetensors: "a safetensors file"
        case .hrvq: "a .hrvq file"
        case .other: "a file of another kind"
        }
    }

    /// Looks into a regular file; what cannot be read is of another kind.
    package init(_ url: URL) {
        guard FileStatus.kind(of: url.path) == .file, let data = try? FileReader.read(url) else {
            self = .other
            return
        }
        self.init(data)
    }

    /// Looks at a file's bytes.
    package init(_ data: Data) {
        let start = [UInt8](data.prefix(4096))
        let text = String(decoding: start, as: UTF8.self).drop { $0.isWhitespace }
        if start.isEmpty {
            self = .empty
        } else if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if start.starts(with: Self.compressedStart) {
            self = .hrvq
        } else if Self.metadata(ofSafetensors: data) != nil {
            self = .safetensors
        } else if text.hasPrefix("{") || text.hasPrefix("["), (try? JSONSerialization.jsonObject(with: data)) != nil {
            self = .json
        } else if text.hasPrefix("<svg") || text.hasPrefix("<?xml") && text.contains("<svg") {
            self = .svg
        } else if text.lowercased().hasPrefix("<!doctype html") || text.hasPrefix("<html") {
            self = .html
        } else {
            self = .other
        }
    }

    /// The texts of a safetensors file's `__metadata__`, empty where it has none; `nil` where the bytes are no such file.
    ///
    /// Only the header is looked at: enough to tell whose file it is.
    package static func metadata(
        ofSafetensors bytes: some RandomAccessCollection<UInt8>
    ) -> [String: String]? {
        guard bytes.count >= 8 else { return nil }
        let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= 100_000_000, length <= UInt64(bytes.count - 8) else { return nil }
        let header = Data(bytes.dropFirst(8).prefix(Int(length)))
        guard let table = try? JSONSerialization.jsonObject(with: header) as? [String: Any] else { return nil }
        return table["__metadata__"] as? [String: String] ?? [:]
    }
}
