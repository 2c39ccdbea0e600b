// Compiled several times, as `Lanes.swift` is.

/// sums[r] (+)= Σ_index left[index] · right[r · rowStride + index · step], for eight r: all products of attention.
///
/// Every number of the right is multiplied with eight of the left; eight sums hide the latency of additions.
@inline(__always)
func addProducts(
    _ left: UnsafePointer<Lanes>, _ right: UnsafePointer<Float>, rowStride: Int, step: Int, count: Int,
    to sums: UnsafeMutablePointer<Lanes>, startingAtZero: Bool
) {
    let zero = Lanes(repeating: 0)
    var sum0 = startingAtZero ? zero : sums[0]
    var sum1 = startingAtZero ? zero : sums[1]
    var sum2 = startingAtZero ? zero : sums[2]
    var sum3 = startingAtZero ? zero : sums[3]
    var sum4 = startingAtZero ? zero : sums[4]
    var sum5 = startingAtZero ? zero : sums[5]
    var sum6 = startingAtZero ? zero : sums[6]
    var sum7 = startingAtZero ? zero : sums[7]
    var upper = right
    var lower = right + 4 * rowStride
    for index in 0..<count {
        let lanes = left[index]
        sum0 = multiplyAdd(sum0, lanes, Lanes(repeating: upper[0]))
        sum1 = multiplyAdd(sum1, lanes, Lanes(repeating: upper[rowStride]))
        sum2 = multiplyAdd(sum2, lanes, Lanes(repeating: upper[2 * rowStride]))
        sum3 = multiplyAdd(sum3, lanes, Lanes(repeating: upper[3 * rowStride]))
        sum4 = multiplyAdd(sum4, lanes, Lanes(repeating: lower[0]))
        sum5 = multiplyAdd(sum5, lanes, Lanes(repeating: lower[rowStride]))
        sum6 = multiplyAdd(sum6, lanes, Lanes(repeating: lower[2 * rowStride]))
        sum7 = multiplyAdd(sum7, lanes, Lanes(repeating: lower[3 * rowStride]))
        upper += step
        lower += step
    }
    sums[0] = sum0
    sums[1] = sum1
    sums[2] = sum2
    sums[3] = sum3
    sums[4] = sum4
    sums[5] = sum5
    sums[6] = sum6
    sums[7] = sum7
}
