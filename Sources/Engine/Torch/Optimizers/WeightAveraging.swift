/// Polyak averages of the trained weights: ā ← dₜ·ā + (1 − dₜ)·w after each step.
///
/// The averages start as a copy of the weights. With a constant decay d they would be mostly that start for 1 / (1 − d)
/// steps, so the decay can be warmed up: dₜ = min(d, (1 + t) / (1 + t + c)) after t steps, with the warm-up c. The
/// averages then are over about the last 1 / (1 + c) of all steps until dₜ reaches d, after c·d / (1 − d) steps. This is
/// the rule of TensorFlow's `ExponentialMovingAverage` with `num_updates`, where c = 9. Without warm-up (c = 0) dₜ = d, as
/// in PyTorch's `AveragedModel` with `get_ema_multi_avg_fn`.
///
/// Statistics that are not trained (codebooks learnt by moving
/// averages are averages already) are not averaged again.
package final class WeightAveraging {
    private let parameters: [Parameter]
    let averages: [Tensor]
    /// The decay d; 0 makes the averages follow the weights.
    package let decay: Double
    /// The warm-up c, at least 0; 0 uses the decay d from the first step on.
    package let warmUp: Double

    /// The warm-up of training runs: the averages are over about the last tenth of all steps at first.
    package static let usualWarmUp = 9.0

    /// Averages of all trainable parameters of a store.
    ///
    /// - Throws: ``TorchError``.
    package init(_ store: ParameterStore, decay: Double, warmUp: Double = 0) throws {
        self.decay = decay
        self.warmUp = warmUp
        parameters = store.trainable
        averages = try parameters.map { try $0.tensor.detached().cloned() }
    }

    /// The decay of a step, dₜ.
    ///
    /// - Parameter step: Training steps done before it, t.
    package func decay(step: Int) -> Double {
        let count = Double(step) + 1
        return min(decay, count / (count + warmUp))
    }

    /// Takes the weights of a step in.
    ///
    /// - Parameter step: Training steps done before it, t; they decide the decay. It is not counted here, so that a
    ///   checkpoint's step is all that resuming needs.
    /// - Throws: ``TorchError``.
    package func update(step: Int) throws {
        try withoutGradients {
            try Operators.foreachLerp.results([
                .tensors(averages), .tensors(parameters.map { try $0.tensor.detached() }), .real(1 - decay(step: step)),
            ])
        }
    }

    /// Starts again from the present weights, as after a codebook was initialised.
    ///
    /// - Throws: ``TorchError``.
    package func restart() throws {
        for (parameter, average) in zip(parameters, averages) {
            try average.copyInPlace(from: parameter.tensor.detached())
        }
    }

    /// Takes some rows of a parameter over as they are, as after they were set to something else.
    ///
    /// - Parameters:
    ///   - parameter: One of the averaged parameters; no effect otherwise.
    ///   - rows: Rows of the parameter seen as [rows, last axis].
    /// - Throws: ``TorchError``.
    package func restart(_ parameter: Parameter, rows: Range<Int>) throws {
        guard let index = parameters.firstIndex(where: { $0 === parameter }) else { return }
        let width = parameter.tensor.size(-1)
        try averages[index].reshaped([-1, width]).narrowed(axis: 0, rows)
            .copyInPlace(from: parameter.tensor.detached().reshaped([-1, width]).narrowed(axis: 0, rows))
    }

    /// Runs `body` with the averages in the place of the weights.
    ///
    /// - Throws: What `body` throws; the weights are back in any case.
    package func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
        let weights = parameters.map(\.tensor)
        for (parameter, average) in zip(parameters, averages) { parameter.tensor = average }
        defer { for (parameter, weight) in zip(parameters, weights) { parameter.tensor = weight } }
        return try body()
    }

    /// The averages by name, for a checkpoint; they share memory.
    package func state() -> [(name: String, tensor: Tensor)] {
        zip(parameters, averages).map { ($0.name, $1) }
    }
}
