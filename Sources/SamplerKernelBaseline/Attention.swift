// Compiled several times, as `Lanes.swift` is.

/// The keys and values of the positions so far, of all heads of one attention layer.
///
/// They are the most that a position reads, and late in a large grid more than the caches hold. Numbers of 16 bits would
/// take a third off the time of a 32×32 grid; but they move logits by 10⁻⁵ of their range, and samples would not be
/// those of the whole network.
struct AttentionCache {
    /// [heads, positions, channels a head].
    var keys: UnsafeMutablePointer<Lanes>
    /// [heads, positions, channels a head].
    var values: UnsafeMutablePointer<Lanes>
    var positions: Int
    var heads: Int
    /// Channels a head.
    var size: Int

    init(_ memory: Memory, _ shape: Shape) {
        positions = shape.positions
        heads = shape.attentionHeads
        size = shape.hiddenUnits / heads
        keys = memory.lanes(positions * heads * size)
        values = memory.lanes(positions * heads * size)
    }

    /// Keeps the keys and values of a position: `channels` holds C keys, then C values.
    @inline(__always)
    func keep(_ channels: UnsafePointer<Lanes>, at position: Int) {
        for head in 0..<heads {
            let place = head * positions + position
            (keys + place * size).update(from: channels + head * size, count: size)
            (values + place * size).update(from: channels + (heads + head) * size, count: size)
        }
    }

    /// target = softmax(query · keys) · values over the positions before `length`, head by head.
    ///
    /// - Parameters:
    ///   - query: C channels, divided by the root of the channels a head.
    ///   - scores: Room for one number a position.
    ///   - target: C channels.
    func attend(
        _ query: UnsafePointer<Lanes>, length: Int, scores: UnsafeMutablePointer<Lanes>,
        to target: UnsafeMutablePointer<Lanes>
    ) {
        for head in 0..<heads {
            let place = head * positions
            let output = target + head * size
            let top = score(query + head * size, keys + place * size, length, scores)
            var total = Lanes(repeating: 0)
            for position in 0..<length {
                let share = exponential(scores[position] - top)
                total += share
                scores[position] = share
            }
            mix(scores, values + place * size, length, output)
            let scale = Lanes(repeating: 1) / total
            for channel in 0..<size { output[channel] *= scale }
        }
    }

    /// Writes query · key of each position and gives the largest. Four positions go together, to hide latency.
    @inline(__always)
    private func score(
        _ query: UnsafePointer<Lanes>, _ keys: UnsafePointer<Lanes>, _ length: Int,
        _ scores: UnsafeMutablePointer<Lanes>
    ) -> Lanes {
        var top = Lanes(repeating: -.infinity)
        var position = 0
        while position + 4 <= length {
            let key0 = keys + position * size
            let key1 = key0 + size
            let key2 = key1 + size
            let key3 = key2 + size
            var score0 = Lanes(repeating: 0)
            var score1 = score0
            var score2 = score0
            var score3 = score0
            for channel in 0..<size {
                let number = query[channel]
                score0 = multiplyAdd(score0, number, key0[channel])
                score1 = multiplyAdd(score1, number, key1[channel])
                score2 = multiplyAdd(score2, number, key2[channel])
                score3 = multiplyAdd(score3, number, key3[channel])
            }
            let target = scores + position
            target[0] = score0
            target[1] = score1
            target[2] = score2
            target[3] = score3
            for slot in 0..<4 { top.replace(with: target[slot], where: target[slot] .> top) }
            position += 4
        }
        while position < length {
            let key = keys + position * size
            var score = Lanes(repeating: 0)
            for channel in 0..<size { score = multiplyAdd(score, query[channel], key[channel]) }
            scores[position] = score
            top.replace(with: score, where: score .> top)
            position += 1
        }
        return top
    }

    /// Writes Σ share · value. Positions pass in parts that stay in the first cache while eight channels at a time are
    /// summed.
    @inline(__always)
    private func mix(
        _ shares: UnsafePointer<Lanes>, _ values: UnsafePointer<Lanes>, _ length: Int,
        _ target: UnsafeMutablePointer<Lanes>
    ) {
        for channel in 0..<size { target[channel] = Lanes(repeating: 0) }
        let part = max(1, 1024 / size)
        var first = 0
        while first < length {
            let last = min(first + part, length)
            var channel = 0
            while channel + 8 <= size {
                let output = target + channel
                var sum0 = output[0]
                var sum1 = output[1]
                var sum2 = output[2]
                var sum3 = output[3]
                var sum4 = output[4]
                var sum5 = output[5]
                var sum6 = output[6]
                var sum7 = output[7]
                var value = values + first * size + channel
                for position in first..<last {
                    let share = shares[position]
                    sum0 = multiplyAdd(sum0, share, value[0])
                    sum1 = multiplyAdd(sum1, share, value[1])
                    sum2 = multiplyAdd(sum2, share, value[2])
                    sum3 = multiplyAdd(sum3, share, value[3])
                    sum4 = multiplyAdd(sum4, share, value[4])
                    sum5 = multiplyAdd(sum5, share, value[5])
                    sum6 = multiplyAdd(sum6, share, value[6])
                    sum7 = multiplyAdd(sum7, share, value[7])
                    value += size
                }
                output[0] = sum0
                output[1] = sum1
                output[2] = sum2
                output[3] = sum3
                output[4] = sum4
                output[5] = sum5
                output[6] = sum6
                output[7] = sum7
                channel += 8
            }
            while channel < size {
                var sum = target[channel]
                for position in first..<last {
                    sum = multiplyAdd(sum, shares[position], values[position * size + channel])
                }
                target[channel] = sum
                channel += 1
            }
            first = last
        }
    }
}
