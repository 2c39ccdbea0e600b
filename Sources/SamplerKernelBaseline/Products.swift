// Compiled several times, as `Lanes.swift` is.

/// A matrix with the numbers of eight outputs side by side: [outputs / 8, depth, 8], zeros in outputs there are not.
struct PositionMatrix {
    var weights: UnsafePointer<Float>
    var depth: Int
    var outputs: Int

    /// target = start + weights · inputs at one position, the inputs before `first` left out.
    ///
    /// Eight running sums hide the latency of additions; a number of the matrix serves eight images.
    ///
    /// - Parameters:
    ///   - inputs: The inputs from `first` on.
    ///   - start: What to begin with, whole blocks of eight; may be `target`.
    func multiply(
        _ inputs: UnsafePointer<Lanes>, from first: Int = 0, start: UnsafePointer<Lanes>,
        to target: UnsafeMutablePointer<Lanes>
    ) {
        let count = depth - first
        for block in 0..<(outputs + 7) / 8 {
            var weight = weights + (block * depth + first) * 8
            let begin = start + block * 8
            let end = target + block * 8
            var sum0 = begin[0]
            var sum1 = begin[1]
            var sum2 = begin[2]
            var sum3 = begin[3]
            var sum4 = begin[4]
            var sum5 = begin[5]
            var sum6 = begin[6]
            var sum7 = begin[7]
            for index in 0..<count {
                let input = inputs[index]
                sum0 = multiplyAdd(sum0, input, Lanes(repeating: weight[0]))
                sum1 = multiplyAdd(sum1, input, Lanes(repeating: weight[1]))
                sum2 = multiplyAdd(sum2, input, Lanes(repeating: weight[2]))
                sum3 = multiplyAdd(sum3, input, Lanes(repeating: weight[3]))
                sum4 = multiplyAdd(sum4, input, Lanes(repeating: weight[4]))
                sum5 = multiplyAdd(sum5, input, Lanes(repeating: weight[5]))
                sum6 = multiplyAdd(sum6, input, Lanes(repeating: weight[6]))
                sum7 = multiplyAdd(sum7, input, Lanes(repeating: weight[7]))
                weight += 8
            }
            end[0] = sum0
            end[1] = sum1
            end[2] = sum2
            end[3] = sum3
            end[4] = sum4
            end[5] = sum5
            end[6] = sum6
            end[7] = sum7
        }
    }
}

/// A matrix for a whole row of positions, four outputs side by side: [outputs / 4, depth, 4].
struct RowMatrix {
    var weights: UnsafePointer<Float>
    var depth: Int
    var outputs: Int

    /// target += weights · inputs at each of `columns` positions.
    ///
    /// Four outputs of three positions are summed at a time, so that a number that is loaded serves several products.
    /// Sums are in the order of the depth, however many positions go together.
    ///
    /// - Parameters:
    ///   - inputs: The inputs of the first position; those of the next are `inputStride` further, and may overlap.
    ///   - target: The outputs of the first position; those of the next are `targetStride` further.
    func multiplyRow(
        _ inputs: UnsafePointer<Lanes>, inputStride: Int, columns: Int, addingTo target: UnsafeMutablePointer<Lanes>,
        targetStride: Int
    ) {
        var column = 0
        while column < columns {
            let left = columns - column
            let input = inputs + column * inputStride
            let output = target + column * targetStride
            // Four that are left go as two and two.
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
