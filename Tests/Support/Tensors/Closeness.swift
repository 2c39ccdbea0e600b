import Testing
import Torch

/// Whether numbers agree within an absolute plus a relative tolerance; the worst difference is in the failure.
package func expectClose(
    _ left: [Float], _ right: [Float], absolute: Float = 1e-6, relative: Float = 1e-5, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(left.count == right.count, "\(what): different counts", sourceLocation: sourceLocation)
    var worst: Float = 0
    var place = 0
    for (index, (a, b)) in zip(left, right).enumerated() {
        let excess = abs(a - b) - (absolute + relative * abs(b))
        if !(excess <= worst) {
            worst = excess.isNaN ? .infinity : excess
            place = index
        }
    }
    #expect(
        worst == 0,
        "\(what): element \(place) is \(left.isEmpty ? 0 : left[place]), not \(right.isEmpty ? 0 : right[place])",
        sourceLocation: sourceLocation)
}
