import Files
import Latents

extension CompressedHeader {
    /// The header's bytes, its checksum included.
    ///
    /// - Throws: ``BitstreamError`` where the sizes are beyond the limits.
    func bytes(limits: Limits, name: String) throws -> [UInt8] {
        try check(limits: limits, name: name)
        var bytes = Self.magic
        bytes += [UInt8(Self.version), mode.rawValue, UInt8(channels), UInt8(layers.count)]
        for number in [width, height, images] { VariableInteger.append(number, to: &bytes) }
        bytes += model.bytes
        bytes += statistics?.bytes ?? []
        for layer in layers {
            for number in [layer.height, layer.width, layer.choices] { VariableInteger.append(number, to: &bytes) }
        }
        return bytes + Checksum.bytes(CRC32C.checksum(bytes))
    }

    /// Reads a header.
    ///
    /// - Returns: The header, and its checksum, which the first chunk's goes on from.
    /// - Throws: ``BitstreamError``, and the file's error.
    static func read(
        _ source: inout ByteSource, limits: Limits, name: String
    ) throws -> (header: CompressedHeader, checksum: UInt32) {
        var bytes = try source.read(magic.count + 4)
        guard bytes.starts(with: magic.prefix(bytes.count)), !bytes.isEmpty else {
            throw BitstreamError.unknownFormat(name: name, start: Array(bytes.prefix(8)))
        }
        func cutOff() -> BitstreamError { .truncated(name: name, bytes: source.position, wholeLayers: 0) }
        if bytes.count > magic.count, bytes[magic.count] == 0 {
            throw BitstreamError.damaged(name: name, layer: nil, wholeLayers: 0)
        }
        if bytes.count > magic.count, Int(bytes[magic.count]) > version {
            throw BitstreamError.newerVersion(name: name, found: Int(bytes[magic.count]), known: version)
        }
        guard bytes.count == magic.count + 4 else { throw cutOff() }
        // What is impossible is kept until the checksum has told damage from a wrong program.
        var complaint: BitstreamError?
        func complain(_ reason: String, _ expected: Message) {
            complaint = complaint ?? .malformed(name: name, reason: reason, expected: expected, wholeLayers: 0)
        }
        func number() throws -> Int {
            switch try VariableInteger.read(&source, keeping: &bytes) {
            case .value(let value): return value
            case .ended: throw cutOff()
            // Where a number ends is unknown now, and so is the place of the checksum.
            case .malformed: throw BitstreamError.damaged(name: name, layer: nil, wholeLayers: 0)
            }
        }
        func fingerprint(_ count: Int) throws -> Fingerprint {
            let part = try source.read(count)
            guard part.count == count else { throw cutOff() }
            bytes += part
            return Fingerprint(bytes: part)
        }
        let mode = CodingMode(rawValue: bytes[magic.count + 1])
        if mode == nil { complain("its coding is number \(bytes[magic.count + 1])", "0 (packed) or 1 (modelled)") }
        let channels = Int(bytes[magic.count + 2])
        let count = Int(bytes[magic.count + 3])
        let (width, height, images) = (try number(), try number(), try number())
        let model = try fingerprint(modelBytes)
        let statistics = mode == .modelled ? try fingerprint(statisticsBytes) : nil
        var layers: [CodeLayer] = []
        for _ in 0..<count {
            layers.append(CodeLayer(height: try number(), width: try number(), choices: try number()))
        }
        let stored = try source.read(Checksum.size)
        guard stored.count == Checksum.size else { throw cutOff() }
        let checksum = CRC32C.checksum(bytes)
        guard stored == Checksum.bytes(checksum) else {
            throw BitstreamError.damaged(name: name, layer: nil, wholeLayers: 0)
        }
        if let complaint { throw complaint }
        let header = CompressedHeader(
            mode: mode ?? .packed, channels: channels, width: width, height: height, images: images, model: model,
            statistics: statistics, layers: layers)
        try header.check(limits: limits, name: name)
        return (header, checksum)
    }

    /// Refuses sizes that no picture has or that would take too much memory.
    ///
    /// - Throws: ``BitstreamError``.
    package func check(limits: Limits, name: String) throws {
        func malformed(_ reason: String, _ expected: Message) -> BitstreamError {
            .malformed(name: name, reason: reason, expected: expected, wholeLayers: 0)
        }
        guard model.bytes.count == Self.modelBytes,
            statistics?.bytes.count == (mode == .modelled ? Self.statisticsBytes : nil)
        else { throw malformed("fingerprints of other lengths", "16 bytes of the model, 8 of statistics if modelled") }
        guard channels == 1 || channels == 3 else { throw malformed("\(channels) channels", "1 or 3") }
        guard (1...Self.maximumLayers).contains(layers.count) else {
            throw malformed("\(layers.count) layers", "1 to \(Self.maximumLayers)")
        }
        guard width > 0, height > 0, images > 0 else {
            throw malformed("\(images) pictures of \(width)×\(height) pixels", "sizes of at least 1")
        }
        // Whatever is allowed, the format has no larger numbers.
        for (what, number) in [("pixels across", width), ("rows of pixels", height), ("pictures", images)]
        where number > VariableInteger.largest {
            throw BitstreamError.tooLarge(name: name, what: what, found: number, allowed: VariableInteger.largest)
        }
        let pixels = width.multipliedReportingOverflow(by: height)
        guard !pixels.overflow, pixels.partialValue <= limits.pixels else {
            throw BitstreamError.tooLarge(
                name: name, what: "pixels in a picture", found: pixels.overflow ? .max : pixels.partialValue,
                allowed: limits.pixels)
        }
        for (index, layer) in layers.enumerated() {
            guard (1...VariableInteger.largest).contains(layer.height),
                (1...VariableInteger.largest).contains(layer.width),
                (1...CodeLayer.maximumChoices).contains(layer.choices)
            else {
                throw malformed(
                    "layer \(index + 1) has a grid of \(layer.width)×\(layer.height) and \(layer.choices) choices",
                    "a grid, and 1 to \(CodeLayer.maximumChoices) choices")
            }
        }
        guard let codes = codeCount, codes <= limits.codes else {
            throw BitstreamError.tooLarge(
                name: name, what: "codes", found: codeCount ?? .max, allowed: limits.codes)
        }
    }
}

/// A CRC-32C as it stands in a file: four bytes, the lowest first.
enum Checksum {
    static let size = 4

    static func bytes(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}
