import Files

/// Adam (Kingma and Ba 2015) by LibTorch's fused kernel: one pass over each parameter and its two moments.
///
/// Agrees with `torch.optim.Adam(fused=True)`; weight decay is added to the gradient, as there.
package final class Adam {
    /// The settings that stay the same during a run.
    package struct Settings: Sendable, Equatable {
        /// Decay of the mean of gradients.
        package var beta1: Double
        /// Decay of the mean of squared gradients.
        package var beta2: Double
        /// Added to the root of the second moment.
        package var epsilon: Double
        /// Share of the weights added to their gradients.
        package var weightDecay: Double

        /// PyTorch's defaults.
        package init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    let settings: Settings
    let parameters: [Parameter]
    let firstMoments: [Tensor]
    let secondMoments: [Tensor]
    let steps: [Tensor]
    /// Adam in one kernel, with the averages and the copies of the weights; on CUDA devices.
    private let kernel: AdamKernel?

    /// An optimiser of all trainable parameters of a store, its moments zero.
    ///
    /// - Throws: ``TorchError``.
    package init(_ store: ParameterStore, _ settings: Settings = Settings()) throws {
        self.settings = settings
        parameters = store.trainable
        firstMoments = try parameters.map { try Tensor.zeros(like: $0.tensor.detached()) }
        secondMoments = try parameters.map { try Tensor.zeros(like: $0.tensor.detached()) }
        steps = try parameters.map { try Tensor.zeros([], device: $0.tensor.device) }
        kernel = try AdamKernel(parameters)
    }

    /// One update of all parameters from their gradients.
    ///
    /// - Throws: ``TorchError/missingGradient(parameter:)`` if the loss did not depend on a parameter.
    package func step(learningRate: Double) throws {
        if let kernel {
            try kernel.rate.fillInPlace(learningRate)
            return try deviceStep(rates: kernel.rate)
        }
        let gradients = try gradients { try $0.gradient() }
        try withoutGradients {
            for step in steps { try Operators.addScalarInPlace(.tensor(step), 1.0) }
            try Operators.fusedAdam.results([
                .tensors(parameters.map(\.tensor)), .tensors(gradients), .tensors(firstMoments),
                .tensors(secondMoments), .tensors([]), .tensors(steps), .real(learningRate), .real(settings.beta1),
                .real(settings.beta2), .real(settings.weightDecay), .real(settings.epsilon), false, false,
            ])
            for parameter in parameters { try parameter.refreshCopy() }
        }
    }

    /// One update whose learning rate lies on the device, as a recorded ``CUDAGraph`` needs.
    ///
    /// - Parameters:
    ///   - rates: float32 [steps].
    ///   - place: int32 [1], which of the rates counts; the first one by default.
    ///   - scale: float32 [1], what gradients are multiplied with; 1 by default.
    ///   - averaging: Averages of the same store that take the new weights in at once; the steps of this optimiser
    ///     decide their decay.
    /// - Throws: ``TorchError``, of a store that is not on a CUDA device too.
    package func deviceStep(
        rates: Tensor, place: Tensor? = nil, scale: Tensor? = nil, averaging: WeightAveraging? = nil
    ) throws {
        guard let kernel else {
            throw TorchError.unexpectedResult(operation: "Adam on a device", text: "the parameters are not on one")
        }
        let gradients = try gradients { try $0.gradientOrLines() }
        try withoutGradients {
            try Operators.foreachAdd.results([.tensors(steps), 1.0])
            try kernel(self, gradients, rates: rates, place: place, scale: scale, averaging: averaging)
        }
    }

    private func gradients(_ read: (Parameter) throws -> Tensor?) throws -> [Tensor] {
        try parameters.map { parameter in
            guard let gradient = try read(parameter) else {
                throw TorchError.missingGradient(parameter: parameter.name)
            }
            return gradient
        }
    }

    /// Forgets what was learnt about some rows of a parameter: they were set to something else, and their moments would
    /// pull them on towards where they were.
    ///
    /// - Parameters:
    ///   - parameter: One of the parameters that this optimiser trains; no effect otherwise.
    ///   - rows: Rows of the parameter seen as [rows, last axis].
    /// - Throws: ``TorchError``.
    package func forget(_ parameter: Parameter, rows: Range<Int>) throws {
        guard let index = parameters.firstIndex(where: { $0 === parameter }) else { return }
        try withoutGradients {
            for moments in [firstMoments[index], secondMoments[index]] {
                try moments.reshaped([-1, moments.size(-1)]).narrowed(axis: 0, rows).fillInPlace(0)
            }
        }
    }

    /// Moments and step counts by name, for a checkpoint; they share memory with the optimiser.
    package func state() -> [(name: String, tensor: Tensor)] {
        zip(parameters, zip(firstMoments, zip(secondMoments, steps))).flatMap { parameter, moments in
            [
                ("first.\(parameter.name)", moments.0), ("second.\(parameter.name)", moments.1.0),
                ("step.\(parameter.name)", moments.1.1),
            ]
        }
    }

    /// Goes on from a state that ``state()`` gave.
    ///
    /// - Throws: ``TorchError/mismatchedParameters(source:problems:)`` with every key that does not fit.
    package func load(_ state: [String: Tensor], source: String) throws {
        try copyState(state, into: self.state(), source: source)
    }
}

/// Copies saved values into live ones by name, all or none.
///
/// - Throws: ``TorchError/mismatchedParameters(source:problems:)`` with every missing, unknown and misshapen key.
package func copyState(
    _ saved: [String: Tensor], into live: [(name: String, tensor: Tensor)], source: String
) throws {
    var problems: [String] = []
    for (name, tensor) in live {
        guard let value = saved[name] else {
            problems.append("missing: '\(name)'")
            continue
        }
        if value.shape != tensor.shape {
            problems.append("'\(name)' has the shape \(value.shape), \(tensor.shape) is needed")
        } else if value.dataType != tensor.dataType {
            // A conversion would round in silence, and a run would go on from other numbers than it had.
            problems.append("'\(name)' is of type \(value.dataType), \(tensor.dataType) is needed")
        }
    }
    let known = Set(live.map(\.name))
    for name in saved.keys.sorted() where !known.contains(name) { problems.append("unknown: '\(name: name)'") }
    guard problems.isEmpty else { throw TorchError.mismatchedParameters(source: source, problems: problems) }
    try withoutGradients {
        for (name, tensor) in live {
            if let value = saved[name] { try tensor.copyInPlace(from: value) }
        }
    }
}
