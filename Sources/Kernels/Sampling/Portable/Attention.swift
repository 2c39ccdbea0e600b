// Compiled several times, as `Lanes.swift` is.

import CProcessor

/// Causal attention of one layer, over features of the positions so far.
///
/// Keys and values are products of matrices and of the same features, the hidden channels and the code of a position.
/// So the features are kept in their place: query · (K · features) is (Kᵀ · query) · features, and the sum of values by
/// their shares is V times that of features. Features are about half as many numbers as a key and a value, and are read
/// once for all heads, whereas keys and values would be more than the caches hold late in a large grid. It takes more
/// products, as many times as there are heads; but these are of numbers that lie side by side, and wait for nothing.
///
/// Positions pass in blocks that the second cache holds, first for their scores, then for the sums: softmax takes the
/// largest score so far, and what was summed before is scaled when there is a larger one.
///
/// Source: DeepSeek-V2 (2024), section 2.1, absorbs projections alike; the running softmax is that of Milakov and
/// Gimelshein, "Online normalizer calculation for softmax", 2018.
struct AttentionCache {
    /// [positions / 4, channels / 8, 4, 8]: where four positions go together, memory is read in its order.
    private let features: UnsafeMutablePointer<LanePairs>
    /// Pairs of channels, a multiple of four.
    private let pairs: Int
    private let heads: Int
    /// Positions of a block, a multiple of four.
    private let block: Int
    /// Kᵀ · query of each head: [heads, channels].
    private let queries: UnsafeMutablePointer<LanePairs>
    /// The sum of features by their shares: [heads, channels].
    private let sums: UnsafeMutablePointer<LanePairs>
    /// Scores of a block, then the shares before they are divided by their total: [heads, block].
    private let scores: UnsafeMutablePointer<Lanes>
    /// The largest score so far, a head.
    private let largest: UnsafeMutablePointer<Lanes>
    /// The total of shares so far, a head.
    private let totals: UnsafeMutablePointer<Lanes>

    /// - Parameter channels: Numbers that are kept of a position; a multiple of eight.
    init(_ memory: Memory, _ shape: Shape, channels: Int) {
        heads = shape.attentionHeads
        pairs = channels / 2
        // Half of the second cache of the processors that have little of it. More positions would win nothing, as the
        // sums are read and written once a block.
        block = max(4, min(64, 131_072 / (channels * MemoryLayout<Lanes>.stride) / 4 * 4))
        features = memory.pairs((shape.positions + 3) / 4 * 4 * pairs)
        queries = memory.pairs(heads * pairs)
        sums = memory.pairs(heads * pairs)
        scores = memory.lanes(heads * block)
        largest = memory.lanes(heads)
        totals = memory.lanes(heads)
    }

    /// Keeps the channels of a position.
    @inline(__always)
    func keep(_ channels: UnsafePointer<LanePairs>, at position: Int) {
        let target = features + place(of: position)
        if position & 3 == 0 {
            // The three positions after it are read with it, and must count nothing: not what other images left there,
            // which may not even be finite.
            target.update(repeating: LanePairs(repeating: 0), count: 4 &* pairs)
        }
        var pair = 0
        while pair < pairs {
            (target + 4 &* pair).update(from: channels + pair, count: 4)
            pair &+= 4
        }
    }

    /// Where the first channels of a position are; the next ones are sixteen pairs further.
    @inline(__always)
    private func place(of position: Int) -> Int { (position >> 2) &* 4 &* pairs &+ (position & 3) &* 4 }

    /// The channels of Kᵀ · query of a head, to be written before ``attend(length:)``.
    @inline(__always)
    func query(of head: Int) -> UnsafeMutablePointer<Lanes> {
        UnsafeMutableRawPointer(queries + head &* pairs).assumingMemoryBound(to: Lanes.self)
    }

    /// What ``attend(length:)`` found for a head: Σ share · features, the shares being softmax(query · features).
    @inline(__always)
    func attended(by head: Int) -> UnsafePointer<Lanes> {
        UnsafeRawPointer(sums + head &* pairs).assumingMemoryBound(to: Lanes.self)
    }

    /// Attends to the positions before `length`.
    func attend(length: Int) {
        for head in 0..<heads {
            largest[head] = Lanes(repeating: -.infinity)
            totals[head] = Lanes(repeating: 0)
        }
        for pair in 0..<heads &* pairs { sums[pair] = LanePairs(repeating: 0) }
        var first = 0
        while first < length {
            let count = min(block, length &- first)
            let rows = UnsafePointer(features + first &* pairs)
            score(rows, count)
            for head in 0..<heads { weigh(head, count) }
            first &+= block
            mix(rows, count, isLast: first >= length)
        }
        for head in 0..<heads { scale(head, Lanes(repeating: 1) / totals[head]) }
    }

    /// Writes query · features of `count` positions; there is room for as many as four times go into it.
    @inline(__always)
    private func score(_ rows: UnsafePointer<LanePairs>, _ count: Int) {
        var position = 0
        while position < count {
            let four = rows + position &* pairs
            var head = 0
            #if WIDE
                while head &+ 4 <= heads {
                    scoreFour(four, queries + head &* pairs, scores + (head &* block &+ position))
                    head &+= 4
                }
            #endif
            while head < heads {
                var products = FourPairs()
                let query = queries + head &* pairs
                var pair = 0
                while pair < pairs {
                    for slot in 0..<4 {
                        products.add(query[pair &+ slot], FourPairs(four + (4 &* pair &+ slot), stride: 4))
                    }
                    pair &+= 4
                }
                products.writeTotals(to: scores + (head &* block &+ position))
                head &+= 1
            }
            position &+= 4
        }
    }

    #if WIDE
        /// Four heads of four positions: as many sums as hide the latency of an addition, and a load for every two.
        @inline(__always)
        private func scoreFour(
            _ rows: UnsafePointer<LanePairs>, _ queries: UnsafePointer<LanePairs>, _ scores: UnsafeMutablePointer<Lanes>
        ) {
            let query1 = queries + pairs
            let query2 = query1 + pairs
            let query3 = query2 + pairs
            var sums0 = FourPairs()
            var sums1 = FourPairs()
            var sums2 = FourPairs()
            var sums3 = FourPairs()
            var pair = 0
            while pair < pairs {
                for slot in 0..<4 {
                    let features = FourPairs(rows + (4 &* pair &+ slot), stride: 4)
                    sums0.add(queries[pair &+ slot], features)
                    sums1.add(query1[pair &+ slot], features)
                    sums2.add(query2[pair &+ slot], features)
                    sums3.add(query3[pair &+ slot], features)
                }
                pair &+= 4
            }
            sums0.writeTotals(to: scores)
            sums1.writeTotals(to: scores + block)
            sums2.writeTotals(to: scores + 2 &* block)
            sums3.writeTotals(to: scores + 3 &* block)
        }
    #endif

    /// Turns a head's scores into shares, and scales what was summed before if there is a larger score.
    @inline(__always)
    private func weigh(_ head: Int, _ count: Int) {
        let shares = scores + head &* block
        let before = largest[head]
        var top = before
        for position in 0..<count { top.replace(with: shares[position], where: shares[position] .> top) }
        if any(top .!= before) {
            let factor = exponential(before - top)
            totals[head] *= factor
            scale(head, factor)
            largest[head] = top
        }
        var total = totals[head]
        for position in 0..<count {
            let share = exponential(shares[position] - top)
            shares[position] = share
            total += share
        }
        totals[head] = total
    }

    @inline(__always)
    private func scale(_ head: Int, _ factor: Lanes) {
        let factors = LanePairs(lowHalf: factor, highHalf: factor)
        let target = sums + head &* pairs
        for pair in 0..<pairs { target[pair] *= factors }
    }

    /// Adds share · features of `count` positions to the sums, and asks for the features of the block after.
    ///
    /// - Parameter isLast: Whether no block comes after.
    @inline(__always)
    private func mix(_ rows: UnsafePointer<LanePairs>, _ count: Int, isLast: Bool) {
        // After the last block the same lines are asked for again, which costs nothing.
        let ahead = isLast ? 0 : block &* pairs
        var pair = 0
        while pair < pairs {
            var head = 0
            #if WIDE
                while head &+ 4 <= heads {
                    // The first eight heads share the work of asking.
                    mixFour(
                        rows + 4 &* pair, scores + head &* block, sums + (head &* pairs &+ pair), count,
                        ahead &+ (head & 4) / 2)
                    head &+= 4
                }
            #endif
            while head < heads {
                let target = sums + (head &* pairs &+ pair)
                let shares = scores + head &* block
                var total = FourPairs(target, stride: 1)
                var row = rows + 4 &* pair
                var position = 0
                while position < count {
                    for slot in 0..<4 {
                        let share = shares[position &+ slot]
                        total.add(LanePairs(lowHalf: share, highHalf: share), FourPairs(row + slot &* 4, stride: 1))
                        hrvq_prefetch_second(row + (ahead &+ slot &* 4 &+ ((head &+ 2) & 3)))
                    }
                    row += 4 &* pairs
                    position &+= 4
                }
                total.write(to: target)
                head &+= 1
            }
            pair &+= 4
        }
    }

    #if WIDE
        /// Four heads, eight channels.
        @inline(__always)
        private func mixFour(
            _ rows: UnsafePointer<LanePairs>, _ shares: UnsafePointer<Lanes>, _ target: UnsafeMutablePointer<LanePairs>,
            _ count: Int, _ ahead: Int
        ) {
            let target1 = target + pairs
            let target2 = target1 + pairs
            let target3 = target2 + pairs
            var sums0 = FourPairs(target, stride: 1)
            var sums1 = FourPairs(target1, stride: 1)
            var sums2 = FourPairs(target2, stride: 1)
            var sums3 = FourPairs(target3, stride: 1)
            let shares1 = shares + block
            let shares2 = shares1 + block
            let shares3 = shares2 + block
            var row = rows
            var position = 0
            while position < count {
                for slot in 0..<4 {
                    let features = FourPairs(row + slot &* 4, stride: 1)
                    let share0 = shares[position &+ slot]
                    let share1 = shares1[position &+ slot]
                    let share2 = shares2[position &+ slot]
                    let share3 = shares3[position &+ slot]
                    sums0.add(LanePairs(lowHalf: share0, highHalf: share0), features)
                    sums1.add(LanePairs(lowHalf: share1, highHalf: share1), features)
                    sums2.add(LanePairs(lowHalf: share2, highHalf: share2), features)
                    sums3.add(LanePairs(lowHalf: share3, highHalf: share3), features)
                    // A part of the next block, which is read while this one is computed.
                    hrvq_prefetch_second(row + (ahead &+ slot &* 4))
                    hrvq_prefetch_second(row + (ahead &+ slot &* 4 &+ 1))
                }
                row += 4 &* pairs
                position &+= 4
            }
            sums0.write(to: target)
            sums1.write(to: target1)
            sums2.write(to: target2)
            sums3.write(to: target3)
        }
    #endif
}
