/// One training step after another: the way from gradients to new weights, for every network that is trained.
///
///     gradients of the loss ─► hook ─► clipping ─► Adam ─► averages of the weights ─► gradients cleared
///
/// What a step learns from is for the caller: a closure adds the gradients. The hook between them and the optimizer is where
/// several processes add theirs up.
package final class TrainingStep {
    /// The weights.
    package let parameters: ParameterStore
    /// What changes them.
    package let optimizer: Adam
    /// Their averages, if there are such.
    package let averaging: WeightAveraging?
    /// The largest norm of all gradients; 0 does not measure it.
    package let gradientClip: Double
    /// Called when the gradients are there, before they are clipped.
    package var gradientHook: ((ParameterStore) throws -> Void)?

    /// Names the parts.
    package init(
        _ parameters: ParameterStore, optimizer: Adam, averaging: WeightAveraging? = nil, gradientClip: Double = 0
    ) {
        self.parameters = parameters
        self.optimizer = optimizer
        self.averaging = averaging
        self.gradientClip = gradientClip
    }

    /// Makes one step.
    ///
    /// - Parameters:
    ///   - step: Steps done before it; decides the averages' decay.
    ///   - learningRate: The optimizer's rate.
    ///   - addGradients: Adds gradients to the parameters' own. Where it throws, no weight changes.
    /// - Returns: What `addGradients` returns, and the gradients' norm before clipping, where there is clipping.
    /// - Throws: ``GradientError`` where the norm is not finite, ``TorchError``, and what `addGradients` throws.
    package func callAsFunction<Result>(
        step: Int, learningRate: Double, addGradients: () throws -> Result
    ) throws -> (result: Result, gradientNorm: Double?) {
        let result = try addGradients()
        try gradientHook?(parameters)
        var norm: Double?
        if gradientClip > 0 {
            let found = try GradientClipping.clip(parameters, maximum: gradientClip)
            guard found.isFinite else { throw GradientError() }
            norm = found
        }
        try optimizer.step(learningRate: learningRate)
        try averaging?.update(step: step)
        try parameters.clearGradients()
        return (result, norm)
    }
}

/// The norm of all gradients is infinite or not a number; no weight was changed.
package struct GradientError: Error, CustomStringConvertible {
    /// One sentence.
    package var description: String { "the gradients' norm is not a finite number; no weight was changed" }
}
