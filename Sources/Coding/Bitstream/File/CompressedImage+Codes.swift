import Files
import Latents

extension CompressedImage {
    /// Codes as they stand in a file.
    ///
    /// - Parameters:
    ///   - codes: The codes of all layers.
    ///   - width: The pictures' pixels across.
    ///   - height: The pictures' rows.
    ///   - channels: 1 or 3.
    ///   - model: The fingerprint of the model that made the codes.
    ///   - statistics: The codes' statistics; without them codes are packed.
    ///   - limits: What a reader may be asked for.
    ///   - name: What errors call the picture.
    /// - Throws: ``BitstreamError``, `DigestError`.
    package init(
        _ codes: LayeredCodes, width: Int, height: Int, channels: Int, model: Fingerprint,
        statistics: ContextStatistics? = nil, limits: CompressedHeader.Limits = .init(), name: String = "the picture"
    ) throws {
        let header = CompressedHeader(
            mode: statistics == nil ? .packed : .modelled, channels: channels, width: width, height: height,
            images: codes.images, model: model, statistics: try statistics?.fingerprint(), layers: codes.layers)
        _ = try header.bytes(limits: limits, name: name)
        if let statistics {
            try header.check(statistics, name: name)
            self.init(header: header, payloads: ModelledCoding.encode(codes, statistics))
        } else {
            self.init(
                header: header,
                payloads: zip(codes.layers, codes.values).map { BitPacking.pack($1, bits: $0.bitsPerCode) })
        }
    }

    /// The codes of the layers that were read.
    ///
    /// - Parameters:
    ///   - statistics: The statistics that the file names, where it was coded with some.
    ///   - name: What errors call the file.
    /// - Throws: ``BitstreamError``, `DigestError`.
    package func codes(statistics: ContextStatistics? = nil, name: String) throws -> LayeredCodes {
        // As numbers, and once more while they are decoded.
        try MemoryLimit.require(
            ByteCount(header.codeCount ?? .max, 8), for: "\(name): its codes",
            remedy: "decode it where there is more memory")
        var values: [[Int32]] = []
        switch header.mode {
        case .packed:
            for (index, (layer, payload)) in zip(header.layers, payloads).enumerated() {
                let count = header.images * layer.positions
                guard let codes = BitPacking.unpack(payload, count: count, bits: layer.bitsPerCode),
                    codes.allSatisfy({ $0 < layer.choices })
                else {
                    throw BitstreamError.malformed(
                        name: name, reason: "layer \(index + 1) does not hold \(count) codes below \(layer.choices)",
                        expected: "\(BitPacking.byteCount(codes: count, bits: layer.bitsPerCode)) bytes of them",
                        wholeLayers: index)
                }
                values.append(codes)
            }
        case .modelled:
            guard let statistics else {
                throw BitstreamError.noStatistics(name: name, file: header.statistics?.description ?? "")
            }
            try header.check(statistics, name: name)
            values = try ModelledCoding.decode(
                payloads, layers: header.layers, images: header.images, statistics, name: name)
        }
        return LayeredCodes(images: header.images, layers: header.layers, values: values)
    }
}

extension CompressedHeader {
    /// Whether statistics are those that the file was coded with, and fit its layers.
    func check(_ statistics: ContextStatistics, name: String) throws {
        let own = try statistics.fingerprint()
        guard self.statistics == own else {
            throw BitstreamError.otherStatistics(
                name: name, file: self.statistics?.description ?? "", model: own.description)
        }
        guard statistics.layers.map(\.choices) == layers.map(\.choices), fits(statistics) else {
            throw BitstreamError.malformed(
                name: name, reason: "its layers are not those of its statistics",
                expected: "the choices \(statistics.layers.map(\.choices))", wholeLayers: 0)
        }
    }

    /// A child has its parent at its own position.
    private func fits(_ statistics: ContextStatistics) -> Bool {
        !statistics.isHierarchical
            || layers.allSatisfy { $0.height == layers[0].height && $0.width == layers[0].width }
    }
}
