import Bitstream
import Files
import FuzzSupport
import Latents

/// The way from the bytes of a `.hrvq` file to codes: as a whole, and every number of its first layers.
///
/// The first byte is 0 where a file's bytes follow. Otherwise what follows are a header and payloads with separators
/// between; checksums and lengths are put in here, and for more than 1 the fingerprint of one of the ``tables``.
enum HRVQTarget: FuzzTarget {
    private static let limits = CompressedHeader.Limits(pixels: 1 << 20, codes: 1 << 14)
    private static let model = Fingerprint(bytes: Array(1...16))

    /// Codes of some shapes, and their statistics.
    private static let tables: [(codes: LayeredCodes, statistics: ContextStatistics, fingerprint: Fingerprint)] = [
        ([(3, 4, 5), (3, 4, 3)], true, 1), ([(1, 2, 300), (2, 4, 2)], false, 2), ([(2, 3, 1), (2, 3, 64)], false, 1),
    ].map { shapes, isHierarchical, images in
        let layers = shapes.map { CodeLayer(height: $0.0, width: $0.1, choices: $0.2) }
        let values = layers.map { layer in
            (0..<images * layer.height * layer.width).map { Int32(($0 * $0 + $0 / 3) % layer.choices) }
        }
        let codes = LayeredCodes(images: images, layers: layers, values: values)
        // Tables are gone through for every input, so they are small.
        var training = StatisticsTraining()
        training.maximumRows = 60
        let statistics = training.statistics(of: codes, isHierarchical: isHierarchical, model: model)
        guard let statistics else { fatalError("there are no statistics of \(layers)") }
        return (codes, statistics, unfailing { try statistics.fingerprint() })
    }

    static func read(_ bytes: [UInt8]) throws {
        let file = file(bytes)
        let image = try CompressedImage(bytes: file, limits: limits, name: "file")
        try require(image.bytes(limits: limits) == file, "what was read is written with other bytes")
        var failures: [any Error] = []
        // Where none is right, a wrong one is tried as well.
        var choices: [ContextStatistics?] = [nil]
        if image.header.mode == .modelled {
            choices.append((tables.first { $0.fingerprint == image.header.statistics } ?? tables[0]).statistics)
        }
        for statistics in choices {
            do {
                let codes = try image.codes(statistics: statistics, name: "file")
                unfailing { try check(codes, image, statistics, file) }
            } catch {
                require(isDocumented(error) && !"\(error)".isEmpty)
                failures.append(error)
            }
        }
        if failures.count == choices.count { throw failures[0] }
    }

    /// Codes as a whole are those of every part, and are written and read again.
    private static func check(
        _ codes: LayeredCodes, _ image: CompressedImage, _ statistics: ContextStatistics?, _ file: [UInt8]
    ) throws {
        for layers in 1...image.header.layers.count {
            let part = try CompressedImage(bytes: file, layers: layers, limits: limits, name: "file")
            let values = try part.codes(statistics: statistics, name: "file").values
            require(values.elementsEqual(codes.values.prefix(layers)), "layers 1 to \(layers) differ")
            _ = try CompressedImage(bytes: part.bytes(limits: limits), layers: layers, limits: limits, name: "file")
        }
        let header = image.header
        let again = try CompressedImage(
            codes, width: header.width, height: header.height, channels: header.channels, model: header.model,
            statistics: header.mode == .modelled ? statistics : nil, limits: limits)
        try require(again.codes(statistics: statistics, name: "again") == codes, "codes do not come back")
        require(header.mode == .modelled || again == image, "packed codes have two forms")
    }

    static func isDocumented(_ error: any Error) -> Bool { error is BitstreamError }

    // MARK: - Inputs

    /// The file that an input stands for.
    private static func file(_ bytes: [UInt8]) -> [UInt8] {
        let (choice, rest) = FuzzInput.choice(bytes, of: 2 + tables.count)
        if choice == 0 { return rest }
        var parts = FuzzInput.parts(rest, count: 4)
        while parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
        if choice > 1 {
            let fingerprint = tables[choice - 2].fingerprint.bytes
            if let place = statisticsPlace(parts[0]) {
                parts[0].replaceSubrange(place..<place + fingerprint.count, with: fingerprint)
            }
        }
        var file = parts[0]
        var checksum = little(CRC32C.checksum(file))
        file += checksum
        for payload in parts.dropFirst() {
            let chunk = length(payload.count) + payload
            checksum = little(CRC32C.checksum(checksum + chunk))
            file += chunk + checksum
        }
        return file
    }

    /// The input that stands for a file.
    private static func input(_ image: CompressedImage, table: Int) throws -> [UInt8] {
        let header = try image.bytes(layers: 0, limits: limits).dropLast(4)
        return [UInt8(table + 2)] + FuzzInput.joined([Array(header)] + image.payloads)
    }

    /// Where in a header the fingerprint of the statistics is: behind 9 bytes, three numbers and 16 bytes.
    private static func statisticsPlace(_ header: [UInt8]) -> Int? {
        var place = 9
        for _ in 0..<3 {
            while place < header.count, header[place] >= 128 { place += 1 }
            place += 1
        }
        place += CompressedHeader.modelBytes
        return place + CompressedHeader.statisticsBytes <= header.count ? place : nil
    }

    private static func little(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

    private static func length(_ value: Int) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 128] + length(value >> 7)
    }

    static func seeds() throws -> [String: [UInt8]] {
        var seeds: [String: [UInt8]] = [:]
        for (index, (codes, statistics, _)) in tables.enumerated() {
            func image(_ statistics: ContextStatistics?) throws -> CompressedImage {
                try CompressedImage(
                    codes, width: 16, height: 12, channels: 3, model: model, statistics: statistics, limits: limits)
            }
            let packed = try image(nil)
            seeds["packed-\(index + 1)"] = [1] + (try input(packed, table: index).dropFirst())
            seeds["packed-raw-\(index + 1)"] = [0] + (try packed.bytes(limits: limits))
            seeds["modelled-\(index + 1)"] = try input(image(statistics), table: index)
        }
        return seeds
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<HRVQTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { FuzzRunner<HRVQTarget>.test(start, count) }
