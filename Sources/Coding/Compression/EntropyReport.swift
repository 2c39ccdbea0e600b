import Bitstream
import Files
import Foundation
import Latents

/// What codes take in files, layer by layer, beside what they would take otherwise.
package struct EntropyReport: Codable, Sendable, Equatable {
    /// One layer; all numbers are bits a code.
    package struct Layer: Codable, Sendable, Equatable {
        /// ⌈log₂ m⌉, as packed.
        package var packed: Double
        /// The entropy of the codes taken for themselves, −Σ p log₂ p of their shares.
        package var entropy: Double
        /// The conditional entropy given what is known already, as the statistics see it: the mean of −log₂ p, where they
        /// adapt, over all images as one file.
        package var conditionalEntropy: Double
        /// In one file for all images.
        package var together: Double
        /// In a file an image.
        package var alone: Double
    }

    /// How many images were measured.
    package var images: Int
    /// The layers.
    package var layers: [Layer]
    /// Mean bytes of a packed file of one image, headers included.
    package var packedFileBytes: Double
    /// Mean bytes of a modelled file of one image, headers included.
    package var modelledFileBytes: Double
    /// Bytes of one packed file of all images, headers included.
    package var packedBatchBytes: Int
    /// Bytes of one modelled file of all images, headers included.
    package var modelledBatchBytes: Int

    /// Codes images as files would, and counts.
    ///
    /// - Parameters:
    ///   - codes: Codes whose tables the statistics were not learnt from.
    ///   - statistics: The statistics.
    /// - Throws: `BitstreamError`, `DigestError`.
    package init(_ codes: LayeredCodes, _ statistics: ContextStatistics) throws {
        // The picture's size is not known here, and takes as many bytes as the grid's does or one more.
        // They are in memory already, however many.
        let limits = CompressedHeader.Limits(pixels: .max, codes: .max)
        func file(_ codes: LayeredCodes, modelled: Bool) throws -> CompressedImage {
            try CompressedImage(
                codes, width: codes.layers[0].width, height: codes.layers[0].height, channels: 3,
                model: statistics.model, statistics: modelled ? statistics : nil, limits: limits, name: "codes")
        }
        images = codes.images
        let batch = try file(codes, modelled: true)
        modelledBatchBytes = try batch.bytes(limits: limits).count
        packedBatchBytes = try file(codes, modelled: false).bytes(limits: limits).count
        var alone = [Int](repeating: 0, count: codes.layers.count)
        var (packedSum, modelledSum) = (0, 0)
        let sampled = min(codes.images, 1000)
        for index in 0..<sampled {
            let one = codes.image(index * codes.images / sampled)
            let modelled = try file(one, modelled: true)
            for (layer, payload) in modelled.payloads.enumerated() { alone[layer] += payload.count }
            modelledSum += try modelled.bytes(limits: limits).count
            packedSum += try file(one, modelled: false).bytes(limits: limits).count
        }
        packedFileBytes = Double(packedSum) / Double(sampled)
        modelledFileBytes = Double(modelledSum) / Double(sampled)
        let costs = statistics.bits(of: codes)
        layers = codes.layers.enumerated().map { index, layer in
            let positions = Double(layer.height * layer.width)
            let count = positions * Double(codes.images)
            var counts: [Int32: Int] = [:]
            for code in codes.values[index] { counts[code, default: 0] += 1 }
            let entropy = counts.values.reduce(0.0) { $0 - Double($1) / count * log2(Double($1) / count) }
            return Layer(
                packed: Double(layer.bitsPerCode), entropy: entropy, conditionalEntropy: costs[index] / count,
                together: Double(batch.payloads[index].count * 8) / count,
                alone: Double(alone[index] * 8) / (positions * Double(sampled)))
        }
    }

    /// How many bytes fewer a modelled file has than a packed one, as a share: of one image each, and of all together.
    package var savings: (alone: Double, together: Double) {
        (1 - modelledFileBytes / packedFileBytes, 1 - Double(modelledBatchBytes) / Double(packedBatchBytes))
    }

    /// A table for people.
    package var text: String {
        func column(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(width - text.count, 0)) + text
        }
        func row(_ cells: [String]) -> String {
            zip(cells, [8, 8, 9, 21, 17, 14]).map { column($0, $1) }.joined()
        }
        func number(_ value: Double, _ digits: Int = 3) -> String { String(format: "%.\(digits)f", value) }
        var lines = [
            "bits a code, of \(images) images",
            row(["layer", "packed", "entropy", "conditional entropy", "one file for all", "a file each"]),
        ]
        for (index, layer) in layers.enumerated() {
            lines.append(
                row(
                    ["\(index + 1)", number(layer.packed, 0)]
                        + [layer.entropy, layer.conditionalEntropy, layer.together, layer.alone].map { number($0) }))
        }
        lines.append(
            "bytes a file of one image, headers included: \(number(packedFileBytes, 1)) packed,"
                + " \(number(modelledFileBytes, 1)) modelled (\(number(100 * savings.alone, 1)) % fewer)")
        lines.append(
            "bytes of one file of all images: \(packedBatchBytes) packed, \(modelledBatchBytes) modelled"
                + " (\(number(100 * savings.together, 1)) % fewer)")
        return lines.joined(separator: "\n")
    }

    /// The report as JSON.
    ///
    /// - Throws: `EncodingError`, for numbers that are not finite.
    package func json() throws -> Data { try ReportJSON.data(self) }
}
