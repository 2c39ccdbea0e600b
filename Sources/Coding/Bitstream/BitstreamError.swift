import Files

/// Why bytes are no compressed image that can be read, or codes cannot be written as one.
///
/// `name` is the file's path, or what the caller calls the bytes.
public enum BitstreamError: Error, Sendable, Equatable, CustomStringConvertible, WordedError {
    /// The first bytes are not those of a compressed image.
    case unknownFormat(name: String, start: [UInt8])
    /// The file is of a version that came later.
    case newerVersion(name: String, found: Int, known: Int)
    /// The bytes end early; `wholeLayers` layers before the end are intact.
    case truncated(name: String, bytes: Int, wholeLayers: Int)
    /// A checksum does not match: bytes were changed; the header's where `layer` is `nil`.
    case damaged(name: String, layer: Int?, wholeLayers: Int)
    /// Checksums match, and what the bytes say is impossible.
    case malformed(name: String, reason: String, expected: Message, wholeLayers: Int)
    /// More bytes than the file says.
    case trailingBytes(name: String, count: Int)
    /// The sizes ask for more memory than is allowed.
    case tooLarge(name: String, what: String, found: Int, allowed: Int)
    /// The file's codes are of another model.
    case otherModel(name: String, file: String, model: String)
    /// The file was coded with other statistics than those at hand.
    case otherStatistics(name: String, file: String, model: String)
    /// The file was coded with statistics, and there are none at hand.
    case noStatistics(name: String, file: String)
    /// So many layers cannot be had.
    case layers(name: String, asked: Int, available: Int)

    /// What went wrong, where, what was expected and what to do.
    public var description: String { message.description }

    package var message: Message {
        switch self {
        case .unknownFormat(let name, let start):
            let digits = start.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            return
                "\(name: name): not a .hrvq file: \(start.isEmpty ? "it is empty" : "it starts with the bytes \(digits)");"
                + " expected a file that \(phrase: .compressor) wrote"
        case .newerVersion(let name, let found, let known):
            return "\(name: name): a .hrvq file of version \(found), and this program reads up to version \(known);"
                + " update hrvq"
        case .truncated(let name, let bytes, let wholeLayers):
            return "\(name: name): cut off after \(bytes) bytes; expected a whole file; \(Self.offer(wholeLayers))"
        case .damaged(let name, let layer, let wholeLayers):
            let part = layer.map { "layer \($0)" } ?? "the header"
            return "\(name: name): \(part) is damaged: its checksum does not match; \(Self.offer(wholeLayers))"
        case .malformed(let name, let reason, let expected, let wholeLayers):
            return "\(name: name): \(reason); expected \(expected); \(Self.offer(wholeLayers))"
        case .trailingBytes(let name, let count):
            return
                "\(name: name): \(count) bytes follow the last layer; expected none: fetch the file again, or cut them off"
        case .tooLarge(let name, let what, let found, let allowed):
            return "\(name: name): \(found) \(what); expected at most \(allowed), for which memory is taken;"
                + " split the picture or the batch"
        case .otherModel(let name, let file, let model):
            return
                "\(name: name): made with the model \(file), and the model here is \(model); give the model that made it"
        case .otherStatistics(let name, let file, let model):
            return "\(name: name): coded with the statistics \(file), and the model's are \(model);"
                + " bring back the 'entropy.safetensors' that the file was made with"
        case .noStatistics(let name, let file):
            return "\(name: name): coded with the statistics \(file), and the model here has none;"
                + " put the 'entropy.safetensors' that the file was made with into the model's folder"
        case .layers(let name, let asked, let available):
            return "\(name: name): \(asked) layers were asked for; expected 1 to \(available)"
        }
    }

    private static func offer(_ wholeLayers: Int) -> Message {
        switch wholeLayers {
        case 0: "no layer before it is whole: fetch the file again"
        case 1: "the first layer is whole: decode it with \(phrase: .layers(1)), or fetch the file again"
        default:
            "the first \(wholeLayers) layers are whole: decode them with \(phrase: .layers(wholeLayers)),"
                + " or fetch the file again"
        }
    }
}
