import EntropyKernelInterface
import Files
import Foundation
import Latents
import Processors

/// Layers of codes to bytes and back by a range coder, with probabilities from ``ContextStatistics``.
package enum ModelledCoding {
    /// A payload has at least one byte for each so many digits, zeros where it would need none: otherwise a few bytes
    /// could claim any number of codes.
    static let digitsPerByte = 65_536

    /// The fewest bytes of a payload.
    private static func minimumBytes(digits: Int) -> Int { digits / digitsPerByte }

    /// The payloads of all layers that there are codes of.
    package static func encode(
        _ codes: LayeredCodes, _ statistics: ContextStatistics, kernel: KernelVariant = .best
    ) -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        walk(codes, statistics) { memory, walk, values, symbols in
            var words = [UInt32](repeating: 0, count: 1024)
            var coder: RangeWriter?
            let digits = walk.layer.width * memory.model.digitCount
            _ = walk.run(&symbols) { start, planes in
                let needed = (coder?.count ?? 0) + digits
                if needed > words.count { words += [UInt32](repeating: 0, count: max(needed, words.count)) }
                words.withUnsafeMutableBufferPointer { words in
                    guard let base = words.baseAddress else { return }
                    var writer = coder ?? RangeWriter(words: base)
                    writer.words = base
                    kernel.entropyRows.write(&writer, memory.model, planes, values + start)
                    coder = writer
                }
                return true
            }
            var payload = coder.map { finished(words, $0) } ?? []
            let least = minimumBytes(digits: walk.images * walk.layer.height * digits)
            payload += Array(repeating: 0, count: max(least - payload.count, 0))
            payloads.append(payload)
        }
        return payloads
    }

    /// The bits that statistics ask for, layer by layer: what an ideal coder would write.
    static func cost(_ codes: LayeredCodes, _ statistics: ContextStatistics) -> [Double] {
        var costs: [Double] = []
        walk(codes, statistics) { memory, walk, values, symbols in
            var counts = [Int](repeating: 0, count: 65_537)
            _ = walk.run(&symbols) { start, planes in
                counts.withUnsafeMutableBufferPointer { counts in
                    guard let base = counts.baseAddress else { return }
                    var coder = CostCounter(counts: base)
                    KernelVariant.best.entropyRows.write(&coder, memory.model, planes, values + start)
                }
                return true
            }
            costs.append(
                counts.enumerated().reduce(0) { sum, share in
                    share.element == 0 ? sum : sum + Double(share.element) * bits(share: share.offset)
                })
        }
        return costs
    }

    /// The codes of payloads.
    ///
    /// - Throws: ``BitstreamError/malformed(name:reason:expected:wholeLayers:)`` where a payload was not made by
    ///   ``encode(_:_:)`` with these statistics.
    package static func decode(
        _ payloads: [[UInt8]], layers: [CodeLayer], images: Int, _ statistics: ContextStatistics, name: String,
        kernel: KernelVariant = .best
    ) throws -> [[Int32]] {
        var values: [[Int32]] = []
        var earlier: (layer: CodeLayer, symbols: [Int32])?
        for (index, payload) in payloads.enumerated() {
            let layer = layers[index]
            func malformed(_ reason: String) -> BitstreamError {
                .malformed(
                    name: name, reason: "layer \(index + 1) \(reason)", expected: "what \(phrase: .compressor) writes",
                    wholeLayers: index)
            }
            let memory = StatisticsMemory(statistics, layer: index)
            let count = images * layer.positions
            let least = minimumBytes(digits: count * memory.model.digitCount)
            guard payload.count >= least else {
                throw malformed("has \(payload.count) bytes, too few for \(count) codes")
            }
            guard memory.model.digitCount > 0 || payload.isEmpty else {
                throw malformed("has \(payload.count) bytes for codes that need none")
            }
            guard payload.last != 0 || payload.count == least else {
                throw malformed("ends with a byte that is not needed")
            }
            var codes = [Int32](repeating: 0, count: count)
            var symbols: [Int32] = []
            // A reader has room for the first digit of a row alone: it sums up the others as it meets them.
            let walk = LayerWalk(
                images: images, layer: layer, digits: min(memory.model.digitCount, 1), earlier: earlier)
            var position = 0
            let isWhole = payload.withUnsafeBufferPointer { payload in
                codes.withUnsafeMutableBufferPointer { codes in
                    // An empty buffer may have no address, and is not read from.
                    var nothing: UInt8 = 0
                    return withUnsafePointer(to: &nothing) { nothing in
                        var reader = RangeReader(bytes: payload.baseAddress ?? nothing, length: payload.count)
                        let result = walk.run(&symbols) { start, planes in
                            guard let base = codes.baseAddress else { return false }
                            return kernel.entropyRows.read(&reader, memory.model, planes, base + start)
                        }
                        position = reader.position
                        return result
                    }
                }
            }
            guard isWhole else { throw malformed("holds a code beyond its \(layer.choices) choices") }
            guard payload.count <= max(position, least) else { throw malformed("has bytes that are not needed") }
            values.append(codes)
            earlier = (layer, symbols)
        }
        return values
    }

    /// The distribution of every digit and the digits, in the order of coding: what a coder of others can be given.
    package static func distributions(
        _ codes: LayeredCodes, _ statistics: ContextStatistics
    ) -> [(shares: [SIMD8<UInt32>], digits: [UInt8])] {
        var result: [(shares: [SIMD8<UInt32>], digits: [UInt8])] = []
        walk(codes, statistics) { memory, walk, values, symbols in
            let count = walk.images * walk.layer.positions * memory.model.digitCount
            var shares = [SIMD8<UInt32>](repeating: SIMD8(), count: count)
            var digits = [UInt8](repeating: 0, count: count)
            shares.withUnsafeMutableBufferPointer { shares in
                digits.withUnsafeMutableBufferPointer { digits in
                    guard let share = shares.baseAddress, let digit = digits.baseAddress else { return }
                    var coder = ShareRecorder(shares: share, digits: digit)
                    _ = walk.run(&symbols) { start, planes in
                        KernelVariant.best.entropyRows.write(&coder, memory.model, planes, values + start)
                        return true
                    }
                }
            }
            result.append((shares, digits))
        }
        return result
    }

    private static func bits(share: Int) -> Double { 16 - log2(Double(share)) }

    private static func walk(
        _ codes: LayeredCodes, _ statistics: ContextStatistics,
        _ body: (StatisticsMemory, LayerWalk, UnsafeMutablePointer<Int32>, inout [Int32]) -> Void
    ) {
        // The kernel reads tables without looking at their sizes again.
        precondition(
            codes.layers.map(\.choices) == statistics.layers.map(\.choices),
            "codes of other layers than the statistics'")
        var earlier: (layer: CodeLayer, symbols: [Int32])?
        for (index, values) in codes.values.enumerated() {
            let memory = StatisticsMemory(statistics, layer: index)
            let walk = LayerWalk(
                images: codes.images, layer: codes.layers[index], digits: memory.model.digitCount, earlier: earlier)
            var values = values
            var symbols: [Int32] = []
            values.withUnsafeMutableBufferPointer { values in
                if let base = values.baseAddress { body(memory, walk, base, &symbols) }
            }
            earlier = (codes.layers[index], symbols)
        }
    }

    /// The fewest bytes of a number inside the last interval; a reader takes what is missing for zeros.
    static func finished(_ words: [UInt32], _ coder: RangeWriter) -> [UInt8] {
        var value = coder.low
        for kept in 0..<8 {
            let mask = kept == 0 ? UInt64.max : UInt64.max >> UInt64(8 * kept)
            let (sum, overflow) = coder.low.addingReportingOverflow(mask)
            let candidate = sum & ~mask
            if !overflow, candidate - coder.low < coder.range {
                value = candidate
                break
            }
        }
        let length = coder.count * 4
        var bytes = [UInt8](unsafeUninitializedCapacity: length + 8) { bytes, filled in
            for index in 0..<coder.count {
                UnsafeMutableRawBufferPointer(bytes).storeBytes(
                    of: words[index].bigEndian, toByteOffset: index * 4, as: UInt32.self)
            }
            UnsafeMutableRawBufferPointer(bytes).storeBytes(of: value.bigEndian, toByteOffset: length, as: UInt64.self)
            filled = length + 8
        }
        while bytes.last == 0 { bytes.removeLast() }
        return bytes
    }
}
