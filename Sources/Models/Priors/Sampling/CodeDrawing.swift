import Foundation

/// Draws codes from logits, one uniform number a code; takes no memory once it is made.
package struct CodeDrawing: Sendable {
    private let settings: SamplingSettings
    private let choices: Int
    /// e^((logit − largest) / temperature) of each code.
    private var weights: [Double]
    /// Codes, a heap with the most probable one first.
    private var heap: [Int]

    /// Makes room for `choices` codes.
    ///
    /// - Throws: ``SamplingError/invalidSetting(name:found:expected:)``.
    package init(_ settings: SamplingSettings, choices: Int) throws {
        try settings.validate()
        self.settings = settings
        self.choices = choices
        weights = Array(repeating: 0, count: choices)
        heap = Array(repeating: 0, count: choices)
    }

    /// Draws a code as ``SamplingSettings`` says.
    ///
    /// - Parameters:
    ///   - logits: One a code; those that are not read in between belong to others.
    ///   - stride: How far one code's logit is from the next one's.
    ///   - uniform: A random number in [0, 1).
    /// - Returns: A code in 0 ..< choices, or `nil` if a logit is infinite or not a number.
    package mutating func draw(_ logits: UnsafePointer<Float>, stride: Int = 1, uniform: Double) -> Int? {
        var best = 0
        for code in 0..<choices {
            let logit = logits[code * stride]
            guard logit.isFinite else { return nil }
            if logit > logits[best * stride] { best = code }
        }
        if settings.temperature == 0 || settings.topK == 1 { return best }
        let largest = Double(logits[best * stride])
        var total = 0.0
        for code in 0..<choices {
            weights[code] = exp((Double(logits[code * stride]) - largest) / settings.temperature)
            total += weights[code]
        }
        let limit = min(settings.topK ?? choices, choices)
        let share = settings.topP ?? 1
        if limit == choices && share == 1 { return pick(uniform * total, count: choices) { $0 } }
        return drawFromBest(limit, share, total, uniform)
    }

    /// Draws from the `limit` most probable codes, or from fewer of them that have the share `share`.
    private mutating func drawFromBest(_ limit: Int, _ share: Double, _ total: Double, _ uniform: Double) -> Int {
        // What is taken off the heap gathers behind it: the most probable code is the last element.
        makeHeap()
        var kept = 0
        var sum = 0.0
        // Where codes were dropped by their number, the share is of those that are left: these are summed first.
        let target = limit == choices ? share * total : .infinity
        while kept < limit {
            sum += weights[takeBest(of: choices - kept)]
            kept += 1
            if sum >= target { break }
        }
        if limit < choices && share < 1 {
            let target = share * sum
            var part = 0.0
            for rank in 0..<kept {
                part += weights[heap[choices - 1 - rank]]
                if part >= target {
                    kept = rank + 1
                    sum = part
                    break
                }
            }
        }
        let last = choices - 1
        return pick(uniform * sum, count: kept) { heap[last - $0] }
    }

    /// The first code with which the running sum of weights exceeds `threshold`.
    private func pick(_ threshold: Double, count: Int, _ code: (Int) -> Int) -> Int {
        var sum = 0.0
        var latest = code(0)
        for rank in 0..<count {
            let candidate = code(rank)
            guard weights[candidate] > 0 else { continue }
            latest = candidate
            sum += weights[candidate]
            if sum > threshold { break }
        }
        return latest
    }

    private mutating func makeHeap() {
        for code in 0..<choices { heap[code] = code }
        for parent in stride(from: choices / 2 - 1, through: 0, by: -1) { sink(parent, count: choices) }
    }

    /// Moves the first of `count` elements to their end, and gives it.
    private mutating func takeBest(of count: Int) -> Int {
        heap.swapAt(0, count - 1)
        sink(0, count: count - 1)
        return heap[count - 1]
    }

    private mutating func sink(_ start: Int, count: Int) {
        var parent = start
        while true {
            var child = 2 * parent + 1
            guard child < count else { return }
            if child + 1 < count && isBefore(heap[child + 1], heap[child]) { child += 1 }
            guard isBefore(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        weights[left] > weights[right] || (weights[left] == weights[right] && left < right)
    }
}
