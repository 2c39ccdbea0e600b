// Compiled several times, as `Lanes.swift` is.

extension Operations {
    /// The gradients of ``attend(_:queries:keysAndValues:result:logSums:positions:heads:size:)`` for some heads.
    ///
    ///     p_ij = exp(q_i · k_j / √size − logSum_i),  s_ij = p_ij · (g_i · v_j − g_i · result_i)
    ///     for v_j: Σ_i p_ij g_i;  for k_j: Σ_i s_ij q_i / √size;  for q_i: Σ_j s_ij k_j / √size
    ///
    /// The shares p are computed anew, eight keys of eight positions at a time. Source: FlashAttention-2 (Dao 2023).
    ///
    /// - Parameters:
    ///   - gradient: g, that of the result, [images, positions, heads · size].
    ///   - queryGradient: As queries.
    ///   - keyValueGradient: As keys and values.
    public static func attendBackward(
        _ items: Range<Int>, queries: UnsafePointer<Float>, keysAndValues: UnsafePointer<Float>,
        result: UnsafePointer<Float>, logSums: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        queryGradient: UnsafeMutablePointer<Float>, keyValueGradient: UnsafeMutablePointer<Float>, positions: Int,
        heads: Int, size: Int
    ) {
        let channels = heads * size
        var memory = HeadMemory(
            positions: positions, size: size, matrices: 6, lanes: padded(positions) + 3 * padded(size) + 8)
        defer { memory.deallocate() }
        let (rows, width) = (memory.rows, memory.width)
        let (query, key, value, given) = (memory.matrix(), memory.matrix(), memory.matrix(), memory.matrix())
        let (keySums, valueSums) = (memory.matrix(), memory.matrix())
        let (queryLanes, givenLanes, output) = (memory.lanes(width), memory.lanes(width), memory.lanes(width))
        let (shares, slopes) = (memory.lanes(8), memory.lanes(rows))
        let scale = 1 / Float(size).squareRoot()
        for item in items {
            let (image, head) = (item / heads, item % heads)
            let place = image * positions * channels + head * size
            let pairPlace = 2 * image * positions * channels + head * size
            memory.gather(queries + place, stride: channels, scale: scale, to: query)
            memory.gather(keysAndValues + pairPlace, stride: 2 * channels, to: key)
            memory.gather(keysAndValues + pairPlace + channels, stride: 2 * channels, to: value)
            memory.gather(gradient + place, stride: channels, to: given)
            keySums.update(repeating: 0, count: rows * width)
            valueSums.update(repeating: 0, count: rows * width)
            for row in stride(from: 0, to: rows, by: 8) {
                memory.transpose(query, row: row, to: queryLanes)
                memory.transpose(given, row: row, to: givenLanes)
                // Positions that there are not have zeros for q and g, and leave zeros in all sums.
                var logSum = Lanes(repeating: 0)
                var known = Lanes(repeating: 0)
                for lane in 0..<min(8, positions - row) {
                    logSum[lane] = logSums[item * positions + row + lane]
                    let attended = result + place + (row + lane) * channels
                    for channel in 0..<size { known[lane] += given[(row + lane) * width + channel] * attended[channel] }
                }
                for first in stride(from: 0, through: row, by: 8) {
                    let slope = slopes + first
                    addProducts(
                        queryLanes, key + first * width, rowStride: width, step: 1, count: size, to: shares,
                        startingAtZero: true)
                    addProducts(
                        givenLanes, value + first * width, rowStride: width, step: 1, count: size, to: slope,
                        startingAtZero: true)
                    for offset in 0..<8 {
                        var share = exponential(shares[offset] - logSum)
                        if first == row { share.replace(with: Lanes(repeating: 0), where: .!sees(offset)) }
                        shares[offset] = share
                        slope[offset] = share * (slope[offset] - known)
                    }
                    addRows(given, of: row, times: shares, to: valueSums, at: first, width)
                    addRows(query, of: row, times: slope, to: keySums, at: first, width)
                }
                for channel in stride(from: 0, to: width, by: 8) {
                    addProducts(
                        slopes, key + channel, rowStride: 1, step: width, count: row + 8, to: output + channel,
                        startingAtZero: true)
                }
                memory.scatter(
                    output, scale: Lanes(repeating: scale), row: row, to: queryGradient + place, stride: channels)
            }
            memory.scatter(keySums, to: keyValueGradient + pairPlace, stride: 2 * channels)
            memory.scatter(valueSums, to: keyValueGradient + pairPlace + channels, stride: 2 * channels)
        }
    }

    /// sums[first + j] += Σ_i factors[j][i] · matrix[row + i], for eight i and j.
    @inline(__always)
    private static func addRows(
        _ matrix: UnsafePointer<Float>, of row: Int, times factors: UnsafePointer<Lanes>,
        to sums: UnsafeMutablePointer<Float>, at first: Int, _ width: Int
    ) {
        let numbers = UnsafeRawPointer(factors).assumingMemoryBound(to: Float.self)
        for channel in stride(from: 0, to: width, by: 8) {
            let source = matrix + row * width + channel
            let target = sums + first * width + channel
            var sum0 = load(target)
            var sum1 = load(target + width)
            var sum2 = load(target + 2 * width)
            var sum3 = load(target + 3 * width)
            var sum4 = load(target + 4 * width)
            var sum5 = load(target + 5 * width)
            var sum6 = load(target + 6 * width)
            var sum7 = load(target + 7 * width)
            for index in 0..<8 {
                let lanes = load(source + index * width)
                let factor = numbers + index
                sum0 = multiplyAdd(sum0, lanes, Lanes(repeating: factor[0]))
                sum1 = multiplyAdd(sum1, lanes, Lanes(repeating: factor[8]))
                sum2 = multiplyAdd(sum2, lanes, Lanes(repeating: factor[16]))
                sum3 = multiplyAdd(sum3, lanes, Lanes(repeating: factor[24]))
                sum4 = multiplyAdd(sum4, lanes, Lanes(repeating: factor[32]))
                sum5 = multiplyAdd(sum5, lanes, Lanes(repeating: factor[40]))
                sum6 = multiplyAdd(sum6, lanes, Lanes(repeating: factor[48]))
                sum7 = multiplyAdd(sum7, lanes, Lanes(repeating: factor[56]))
            }
            store(sum0, to: target)
            store(sum1, to: target + width)
            store(sum2, to: target + 2 * width)
            store(sum3, to: target + 3 * width)
            store(sum4, to: target + 4 * width)
            store(sum5, to: target + 5 * width)
            store(sum6, to: target + 6 * width)
            store(sum7, to: target + 7 * width)
        }
    }
}
