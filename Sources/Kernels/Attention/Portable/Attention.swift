// Compiled several times, as `Lanes.swift` is.

import Foundation

extension Operations {
    /// Causal attention of some heads: result_i = Σ_j≤i softmax_j(q_i · k_j / √size) · v_j.
    ///
    /// Eight positions go together, a lane each. The shares of what a position must not see are zero, and lanes never
    /// meet, so what is later has no influence, not even by rounding. Beside copies of one head, memory is eight numbers
    /// a position.
    ///
    /// - Parameters:
    ///   - items: Of images × heads, the heads of an image side by side.
    ///   - queries: [images, positions, heads · size].
    ///   - keysAndValues: [images, positions, 2 · heads · size], keys first.
    ///   - result: [images, positions, heads · size].
    ///   - logSums: ln Σ_j exp(q_i · k_j / √size), [images, heads, positions].
    public static func attend(
        _ items: Range<Int>, queries: UnsafePointer<Float>, keysAndValues: UnsafePointer<Float>,
        result: UnsafeMutablePointer<Float>, logSums: UnsafeMutablePointer<Float>, positions: Int, heads: Int,
        size: Int
    ) {
        let channels = heads * size
        var memory = HeadMemory(
            positions: positions, size: size, matrices: 3, lanes: padded(positions) + 2 * padded(size))
        defer { memory.deallocate() }
        let (rows, width) = (memory.rows, memory.width)
        let (query, key, value) = (memory.matrix(), memory.matrix(), memory.matrix())
        let (queryLanes, output) = (memory.lanes(width), memory.lanes(width))
        let shares = memory.lanes(rows)
        let scale = 1 / Float(size).squareRoot()
        for item in items {
            let (image, head) = (item / heads, item % heads)
            let place = image * positions * channels + head * size
            let pair = keysAndValues + 2 * image * positions * channels + head * size
            memory.gather(queries + place, stride: channels, scale: scale, to: query)
            memory.gather(pair, stride: 2 * channels, to: key)
            memory.gather(pair + channels, stride: 2 * channels, to: value)
            for row in stride(from: 0, to: rows, by: 8) {
                memory.transpose(query, row: row, to: queryLanes)
                var top = Lanes(repeating: -.infinity)
                for first in stride(from: 0, through: row, by: 8) {
                    let scores = shares + first
                    addProducts(
                        queryLanes, key + first * width, rowStride: width, step: 1, count: size, to: scores,
                        startingAtZero: true)
                    for offset in 0..<8 {
                        let counts = first < row ? SIMDMask(repeating: true) : sees(offset)
                        top.replace(with: scores[offset], where: counts .& (scores[offset] .> top))
                    }
                }
                var total = Lanes(repeating: 0)
                for position in 0..<row {
                    let share = exponential(shares[position] - top)
                    total += share
                    shares[position] = share
                }
                for offset in 0..<8 {
                    let share = exponential(shares[row + offset] - top)
                        .replacing(with: Lanes(repeating: 0), where: .!sees(offset))
                    total += share
                    shares[row + offset] = share
                }
                for channel in stride(from: 0, to: width, by: 8) {
                    addProducts(
                        shares, value + channel, rowStride: 1, step: width, count: row + 8, to: output + channel,
                        startingAtZero: true)
                }
                memory.scatter(
                    output, scale: Lanes(repeating: 1) / total, row: row, to: result + place, stride: channels)
                for lane in 0..<min(8, positions - row) {
                    logSums[item * positions + row + lane] = top[lane] + log(total[lane])
                }
            }
        }
    }
}
