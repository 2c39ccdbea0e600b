/// Polyak averages of the trained weights: ā ← d·ā + (1 − d)·w after each step.
///
/// The averages start as a copy of the weights. Statistics that are not trained (codebooks learnt by moving
/// averages are averages already) are not averaged again.
public final class WeightAveraging {
    private let parameters: [Parameter]
    let averages: [Tensor]
    /// The decay d; 0 makes the averages follow the weights.
    public let decay: Double

    /// Averages of all trainable parameters of a store.
    ///
    /// - Throws: ``TorchError``.
    public init(_ store: ParameterStore, decay: Double) throws {
        self.decay = decay
        parameters = store.trainable
        averages = try parameters.map { try $0.tensor.detached().cloned() }
    }

    /// Takes the weights of this step in.
    ///
    /// - Throws: ``TorchError``.
    public func update() throws {
        try withoutGradients {
            try Operators.foreachLerp.results([
                .tensors(averages), .tensors(parameters.map { try $0.tensor.detached() }), .real(1 - decay),
            ])
        }
    }

    /// Starts again from the present weights, as after a codebook was initialised.
    ///
    /// - Throws: ``TorchError``.
    public func restart() throws {
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
    public func restart(_ parameter: Parameter, rows: Range<Int>) throws {
        guard let index = parameters.firstIndex(where: { $0 === parameter }) else { return }
        let width = parameter.tensor.size(-1)
        try averages[index].reshaped([-1, width]).narrowed(axis: 0, rows)
            .copyInPlace(from: parameter.tensor.detached().reshaped([-1, width]).narrowed(axis: 0, rows))
    }

    /// Runs `body` with the averages in the place of the weights.
    ///
    /// - Throws: What `body` throws; the weights are back in any case.
    public func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
        let weights = parameters.map(\.tensor)
        for (parameter, average) in zip(parameters, averages) { parameter.tensor = average }
        defer { for (parameter, weight) in zip(parameters, weights) { parameter.tensor = weight } }
        return try body()
    }

    /// The averages by name, for a checkpoint; they share memory.
    public func state() -> [(name: String, tensor: Tensor)] {
        zip(parameters, averages).map { ($0.name, $1) }
    }
}
