import Torch

/// Draws the codes of many images at once on their device, as ``CodeDrawing`` draws one: in the same order of filters,
/// with the same uniform numbers, in double precision.
///
/// Nothing waits for the device, and all shapes are known beforehand, so that it can be part of a `CUDAGraph`.
struct TensorDrawing {
    private let settings: SamplingSettings
    private let choices: Int

    /// Checks the settings.
    ///
    /// - Throws: ``SamplingError/invalidSetting(name:found:expected:)``.
    init(_ settings: SamplingSettings, choices: Int) throws {
        try settings.validate()
        self.settings = settings
        self.choices = choices
    }

    /// Draws.
    ///
    /// - Parameters:
    ///   - logits: [N, m].
    ///   - uniforms: Random numbers in [0, 1), float64 [N, 1].
    /// - Returns: int64 [N], each in 0 ..< m, whatever the logits are; without meaning where one is not finite.
    /// - Throws: `TorchError`.
    func callAsFunction(_ logits: Tensor, _ uniforms: Tensor) throws -> Tensor {
        if settings.temperature == 0 || settings.topK == 1 {
            return try PriorOperators.argmax(.tensor(logits), -1)
        }
        let shares = try shares(logits)
        let limit = min(settings.topK ?? choices, choices)
        if limit == choices && (settings.topP ?? 1) == 1 {
            let sums = try PriorOperators.runningSum(.tensor(shares), -1)
            return try pick(sums, uniforms * sums.narrowed(axis: 1, choices - 1..<choices)).reshaped([-1])
        }
        return try drawFromBest(shares, limit, uniforms)
    }

    /// Each code's probability, float64 [N, m].
    private func shares(_ logits: Tensor) throws -> Tensor {
        var scores = logits
        if settings.temperature != 1 {
            scores = try scores.to(.float64)
            // The largest is taken off first, or a low temperature would make all of them infinite.
            scores = try scores - PriorOperators.largest(.tensor(scores), [-1], true)
            scores = try PriorOperators.divideByNumber(.tensor(scores), .real(settings.temperature))
        }
        return try PriorOperators.softmax(.tensor(scores), -1, .dataType(.float64))
    }

    /// Draws from the `limit` most probable codes, or from fewer of them that have the share of the settings.
    private func drawFromBest(_ shares: Tensor, _ limit: Int, _ uniforms: Tensor) throws -> Tensor {
        // Stable: of equals the lower code is the more probable one.
        let sorted = try PriorOperators.sort.results([.tensor(shares), true, -1, true])
        guard case .tensor(let ordered) = sorted[0], case .tensor(let codes) = sorted[1] else {
            throw TorchError.unexpectedResult(operation: PriorOperators.sort.name, text: "two tensors were expected")
        }
        let sums = try PriorOperators.runningSum(.tensor(ordered.narrowed(axis: 1, 0..<limit)), -1)
        var kept = try sums.narrowed(axis: 1, limit - 1..<limit)
        if let share = settings.topP, share < 1 {
            // The first rank at which the running sum has reached the share; it does, as the share is below 1.
            let last = try clamped(
                PriorOperators.search(.tensor(sums), .tensor(kept * share), false, false), below: limit)
            kept = try PriorOperators.gather(.tensor(sums), 1, .tensor(last))
        }
        return try PriorOperators.gather(.tensor(codes), 1, .tensor(pick(sums, uniforms * kept))).reshaped([-1])
    }

    /// The first rank whose running sum exceeds the threshold, [N, 1].
    ///
    /// A uniform number is less than 1, and so the threshold less than the last sum: there is such a rank, and its own
    /// share is above 0.
    private func pick(_ sums: Tensor, _ threshold: Tensor) throws -> Tensor {
        try clamped(
            PriorOperators.search(.tensor(sums), .tensor(threshold), false, true), below: sums.size(1))
    }

    /// Where sums are not numbers, a search ends behind the last one, which is no index.
    private func clamped(_ ranks: Tensor, below end: Int) throws -> Tensor {
        try PriorOperators.clampMost(.tensor(ranks), .integer(end - 1))
    }
}
