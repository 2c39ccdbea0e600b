import Bitstream
import Compression
import Files
import Foundation
import FuzzSupport
import FuzzTensorSupport
import Latents
import Torch

/// The reader of a model's statistics, and the coder, which trusts what was read; ``SafetensorsFrame`` says how an input
/// stands for a file.
enum StatisticsTarget: FuzzTarget {
    private static let limits = CompressedHeader.Limits(pixels: 1 << 20, codes: 1 << 14)
    nonisolated(unsafe) private static let file = FuzzFile()

    static func read(_ bytes: [UInt8]) throws {
        let content = SafetensorsFrame.file(bytes)
        guard !content.isEmpty else { return }
        let statistics = try StatisticsFile.read(file.holding(content))
        // A hierarchy has one grid; other layers may have grids of their own.
        let layers = statistics.layers.enumerated().map { index, layer in
            let isSame = statistics.isHierarchical || index % 2 == 0
            return CodeLayer(height: isSame ? 2 : 4, width: isSame ? 3 : 5, choices: layer.choices)
        }
        let codes = LayeredCodes(
            images: 2, layers: layers,
            values: layers.map { layer in
                (0..<2 * layer.height * layer.width).map { Int32($0 * 7 % layer.choices) }
            })
        let image = try CompressedImage(
            codes, width: 8, height: 8, channels: 1, model: statistics.model, statistics: statistics, limits: limits)
        try require(image.codes(statistics: statistics, name: "file") == codes, "codes do not come back")
        require(statistics.bits(of: codes).allSatisfy { $0 >= 0 && $0.isFinite })
        // Any bytes are codes, or are refused.
        let other = CompressedImage(
            header: image.header,
            payloads: layers.indices.map { [UInt8](repeating: UInt8($0 * 37 & 127), count: 9) + [1] })
        do {
            _ = try other.codes(statistics: statistics, name: "file")
        } catch {
            require(error is BitstreamError && !"\(error)".isEmpty)
        }
    }

    static func isDocumented(_ error: any Error) -> Bool { error is FileError }

    static func seeds() throws -> [String: [UInt8]] {
        var seeds: [String: [UInt8]] = [:]
        for (name, choices, isHierarchical) in [
            ("hierarchy", [2, 2], true), ("flat", [3], false), ("none", [1], false),
        ] {
            let layers = choices.map { CodeLayer(height: 2, width: 2, choices: $0) }
            let codes = LayeredCodes(
                images: 1, layers: layers, values: layers.map { layer in (0..<4).map { Int32($0 % layer.choices) } })
            let all = StatisticsTraining().statistics(
                of: codes, isHierarchical: isHierarchical, model: Fingerprint(bytes: Array(1...16)))
            guard let all else { continue }
            // A neighbour of each kind is enough, and keeps seeds small.
            let statistics = try ContextStatistics(
                model: all.model, isHierarchical: isHierarchical, adaptation: 9,
                layers: all.layers.map { layer in
                    .init(
                        choices: layer.choices,
                        digits: layer.digits.map { digit in
                            .init(base: digit.base, terms: digit.terms.filter { $0.source.rawValue % 4 == 0 })
                        })
                })
            let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors")
            defer { try? FileManager.default.removeItem(at: url) }
            try StatisticsFile.write(statistics, to: url)
            seeds[name] = SafetensorsFrame.input([UInt8](try Data(contentsOf: url)))
        }
        return seeds
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<StatisticsTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { FuzzRunner<StatisticsTarget>.test(start, count) }
