// Compiled several times, as `Lanes.swift` is.

import CProcessor

/// A matrix with the numbers of eight outputs side by side, for two inputs each: [outputs / 8, depth / 2, 8, 2], zeros
/// in outputs and inputs there are not.
struct PositionMatrix {
    private let weights: UnsafePointer<Float>
    let depth: Int
    let outputs: Int

    init(_ weights: UnsafePointer<Float>, outputs: Int, depth: Int) {
        self.weights = weights
        self.depth = depth
        self.outputs = outputs
    }

    /// How many numbers such a matrix has.
    static func count(outputs: Int, depth: Int) -> Int { padded(outputs) * even(depth) }

    /// The number, or the next one where it is odd.
    @inline(__always)
    private static func even(_ number: Int) -> Int { (number &+ 1) & ~1 }

    /// target = start + weights · inputs at one position, the inputs before `first` left out.
    ///
    /// - Parameters:
    ///   - inputs: The inputs from `first` on.
    ///   - start: What to begin with, whole blocks of eight; may be `target`.
    func multiply(
        _ inputs: UnsafePointer<Lanes>, from first: Int = 0, start: UnsafePointer<Lanes>,
        to target: UnsafeMutablePointer<Lanes>
    ) {
        // An input before the first whole pair, and one after the last, is added by itself.
        let begin = Self.even(first)
        let end = depth & ~1
        let blockCount = Self.even(depth) &* 8
        for block in 0..<(outputs &+ 7) / 8 {
            let weight = weights + block &* blockCount
            let sums = target + block &* 8
            multiplyPairs(inputs - first, begin..<end, weight, start: start + block &* 8, to: sums)
            if first < begin { add(inputs[0], weight + ((first &- 1) &* 8 &+ 1), to: sums) }
            if end < depth { add(inputs[end &- first], weight + end &* 8, to: sums) }
        }
    }

    /// Adds weights · input of one input, whose weights are two apart.
    @inline(__always)
    private func add(_ input: Lanes, _ weight: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Lanes>) {
        for output in 0..<8 {
            sums[output] = multiplyAdd(sums[output], input, Lanes(repeating: weight[2 &* output]))
        }
    }

    /// Sums of eight outputs over an even number of inputs, which hide the latency of additions; a number of the matrix
    /// serves eight images.
    @inline(__always)
    private func multiplyPairs(
        _ inputs: UnsafePointer<Lanes>, _ range: Range<Int>, _ weights: UnsafePointer<Float>,
        start: UnsafePointer<Lanes>, to target: UnsafeMutablePointer<Lanes>
    ) {
        var index = range.lowerBound
        var weight = weights + index &* 8
        #if WIDE
            // The numbers of two inputs for an image lie side by side, as the weights do.
            var sums0 = FourPairs()
            var sums1 = FourPairs()
            while index < range.upperBound {
                // A page ahead, as the processor's own requests end with a page.
                hrvq_prefetch(weight + 1024)
                let pair = interleaved(inputs + index)
                sums0.add(pair, FourPairs(repeatingPairs: weight))
                sums1.add(pair, FourPairs(repeatingPairs: weight + 8))
                weight += 16
                index &+= 2
            }
            sums0.writeInterleavedTotals(start: start, to: target)
            sums1.writeInterleavedTotals(start: start + 4, to: target + 4)
        #else
            var sum0 = start[0]
            var sum1 = start[1]
            var sum2 = start[2]
            var sum3 = start[3]
            var sum4 = start[4]
            var sum5 = start[5]
            var sum6 = start[6]
            var sum7 = start[7]
            while index < range.upperBound {
                hrvq_prefetch(weight + 1024)
                for slot in 0..<2 {
                    let input = inputs[index &+ slot]
                    sum0 = multiplyAdd(sum0, input, Lanes(repeating: weight[slot]))
                    sum1 = multiplyAdd(sum1, input, Lanes(repeating: weight[slot &+ 2]))
                    sum2 = multiplyAdd(sum2, input, Lanes(repeating: weight[slot &+ 4]))
                    sum3 = multiplyAdd(sum3, input, Lanes(repeating: weight[slot &+ 6]))
                    sum4 = multiplyAdd(sum4, input, Lanes(repeating: weight[slot &+ 8]))
                    sum5 = multiplyAdd(sum5, input, Lanes(repeating: weight[slot &+ 10]))
                    sum6 = multiplyAdd(sum6, input, Lanes(repeating: weight[slot &+ 12]))
                    sum7 = multiplyAdd(sum7, input, Lanes(repeating: weight[slot &+ 14]))
                }
                weight += 16
                index &+= 2
            }
            target[0] = sum0
            target[1] = sum1
            target[2] = sum2
            target[3] = sum3
            target[4] = sum4
            target[5] = sum5
            target[6] = sum6
            target[7] = sum7
        #endif
    }
}

/// A matrix for a whole row of positions, four outputs side by side: [outputs / 4, depth, 4], with zeros up to whole
/// blocks of eight outputs.
struct RowMatrix {
    var weights: UnsafePointer<Float>
    var depth: Int
    var outputs: Int

    /// target += weights · inputs at each of `columns` positions.
    ///
    /// Several outputs of several positions are summed at a time, so that a number that is loaded serves several
    /// products: eight of four in wide registers, else four of three. Sums are in the order of the depth, however many
    /// positions go together.
    ///
    /// - Parameters:
    ///   - inputs: The inputs of the first position; those of the next are `inputStride` further, and may overlap.
    ///   - target: The outputs of the first position; those of the next are `targetStride` further.
    func multiplyRow(
        _ inputs: UnsafePointer<Lanes>, inputStride: Int, columns: Int, addingTo target: UnsafeMutablePointer<Lanes>,
        targetStride: Int
    ) {
        var column = 0
        #if WIDE
            while columns &- column >= 4 {
                multiplyFour(
                    inputs + column &* inputStride, inputStride, target + column &* targetStride, targetStride)
                column &+= 4
            }
        #endif
        while column < columns {
            let left = columns - column
            let input = inputs + column * inputStride
            let output = target + column * targetStride
            // Four, which are left where registers are narrow, go as two and two.
            if left == 3 || left > 4 {
                multiplyThree(input, inputStride, output, targetStride)
                column += 3
            } else if left >= 2 {
                multiplyTwo(input, inputStride, output, targetStride)
                column += 2
            } else {
                multiplyOne(input, output)
                column += 1
            }
        }
    }

    #if WIDE
        /// Four positions, of which two fill a register, and eight outputs at a time.
        @inline(__always)
        private func multiplyFour(
            _ inputs: UnsafePointer<Lanes>, _ inputStride: Int, _ target: UnsafeMutablePointer<Lanes>,
            _ targetStride: Int
        ) {
            let inputsB = inputs + inputStride
            let inputsC = inputsB + inputStride
            let inputsD = inputsC + inputStride
            for block in 0..<(outputs &+ 7) / 8 {
                let a = target + block &* 8
                let b = a + targetStride
                let c = b + targetStride
                let d = c + targetStride
                var weight = weights + block &* depth &* 8
                var next = weight + depth &* 4
                var sums0 = FourPairs(low: a, high: b)
                var sums1 = FourPairs(low: c, high: d)
                var sums2 = FourPairs(low: a + 4, high: b + 4)
                var sums3 = FourPairs(low: c + 4, high: d + 4)
                for index in 0..<depth {
                    let inputsAB = LanePairs(lowHalf: inputs[index], highHalf: inputsB[index])
                    let inputsCD = LanePairs(lowHalf: inputsC[index], highHalf: inputsD[index])
                    let factors = FourPairs(repeating: weight)
                    sums0.add(inputsAB, factors)
                    sums1.add(inputsCD, factors)
                    let nextFactors = FourPairs(repeating: next)
                    sums2.add(inputsAB, nextFactors)
                    sums3.add(inputsCD, nextFactors)
                    weight += 4
                    next += 4
                }
                sums0.write(low: a, high: b)
                sums1.write(low: c, high: d)
                sums2.write(low: a + 4, high: b + 4)
                sums3.write(low: c + 4, high: d + 4)
            }
        }
    #endif

    @inline(__always)
    private func multiplyThree(
        _ inputs: UnsafePointer<Lanes>, _ inputStride: Int, _ target: UnsafeMutablePointer<Lanes>, _ targetStride: Int
    ) {
        let inputsB = inputs + inputStride
        let inputsC = inputsB + inputStride
        var weight = weights
        for block in 0..<(outputs + 3) / 4 {
            let a = target + block * 4
            let b = a + targetStride
            let c = b + targetStride
            var a0 = a[0]
            var a1 = a[1]
            var a2 = a[2]
            var a3 = a[3]
            var b0 = b[0]
            var b1 = b[1]
            var b2 = b[2]
            var b3 = b[3]
            var c0 = c[0]
            var c1 = c[1]
            var c2 = c[2]
            var c3 = c[3]
            for index in 0..<depth {
                let inputA = inputs[index]
                let inputB = inputsB[index]
                let inputC = inputsC[index]
                let weight0 = Lanes(repeating: weight[0])
                a0 = multiplyAdd(a0, inputA, weight0)
                b0 = multiplyAdd(b0, inputB, weight0)
                c0 = multiplyAdd(c0, inputC, weight0)
                let weight1 = Lanes(repeating: weight[1])
                a1 = multiplyAdd(a1, inputA, weight1)
                b1 = multiplyAdd(b1, inputB, weight1)
                c1 = multiplyAdd(c1, inputC, weight1)
                let weight2 = Lanes(repeating: weight[2])
                a2 = multiplyAdd(a2, inputA, weight2)
                b2 = multiplyAdd(b2, inputB, weight2)
                c2 = multiplyAdd(c2, inputC, weight2)
                let weight3 = Lanes(repeating: weight[3])
                a3 = multiplyAdd(a3, inputA, weight3)
                b3 = multiplyAdd(b3, inputB, weight3)
                c3 = multiplyAdd(c3, inputC, weight3)
                weight += 4
            }
            a[0] = a0
            a[1] = a1
            a[2] = a2
            a[3] = a3
            b[0] = b0
            b[1] = b1
            b[2] = b2
            b[3] = b3
            c[0] = c0
            c[1] = c1
            c[2] = c2
            c[3] = c3
        }
    }

    @inline(__always)
    private func multiplyTwo(
        _ inputs: UnsafePointer<Lanes>, _ inputStride: Int, _ target: UnsafeMutablePointer<Lanes>, _ targetStride: Int
    ) {
        let inputsB = inputs + inputStride
        var weight = weights
        for block in 0..<(outputs + 3) / 4 {
            let a = target + block * 4
            let b = a + targetStride
            var a0 = a[0]
            var a1 = a[1]
            var a2 = a[2]
            var a3 = a[3]
            var b0 = b[0]
            var b1 = b[1]
            var b2 = b[2]
            var b3 = b[3]
            for index in 0..<depth {
                let inputA = inputs[index]
                let inputB = inputsB[index]
                let weight0 = Lanes(repeating: weight[0])
                a0 = multiplyAdd(a0, inputA, weight0)
                b0 = multiplyAdd(b0, inputB, weight0)
                let weight1 = Lanes(repeating: weight[1])
                a1 = multiplyAdd(a1, inputA, weight1)
                b1 = multiplyAdd(b1, inputB, weight1)
                let weight2 = Lanes(repeating: weight[2])
                a2 = multiplyAdd(a2, inputA, weight2)
                b2 = multiplyAdd(b2, inputB, weight2)
                let weight3 = Lanes(repeating: weight[3])
                a3 = multiplyAdd(a3, inputA, weight3)
                b3 = multiplyAdd(b3, inputB, weight3)
                weight += 4
            }
            a[0] = a0
            a[1] = a1
            a[2] = a2
            a[3] = a3
            b[0] = b0
            b[1] = b1
            b[2] = b2
            b[3] = b3
        }
    }

    @inline(__always)
    private func multiplyOne(_ inputs: UnsafePointer<Lanes>, _ target: UnsafeMutablePointer<Lanes>) {
        var weight = weights
        for block in 0..<(outputs + 3) / 4 {
            let a = target + block * 4
            var a0 = a[0]
            var a1 = a[1]
            var a2 = a[2]
            var a3 = a[3]
            for index in 0..<depth {
                let input = inputs[index]
                a0 = multiplyAdd(a0, input, Lanes(repeating: weight[0]))
                a1 = multiplyAdd(a1, input, Lanes(repeating: weight[1]))
                a2 = multiplyAdd(a2, input, Lanes(repeating: weight[2]))
                a3 = multiplyAdd(a3, input, Lanes(repeating: weight[3]))
                weight += 4
            }
            a[0] = a0
            a[1] = a1
            a[2] = a2
            a[3] = a3
        }
    }
}
