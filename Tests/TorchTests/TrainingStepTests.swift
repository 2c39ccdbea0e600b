import TensorTestSupport
import Testing
import Torch

@Suite("A training step")
struct TrainingStepTests {
    private struct Failure: Error {}

    /// One weight of two numbers, and the step that trains it.
    private func makeStep(clip: Double = 0) throws -> (weight: Parameter, step: TrainingStep) {
        let store = ParameterStore()
        let scope = Scope(store: store, generator: try Generator(seed: 1))
        let weight = try scope.parameter("weight", Tensor([1, -2] as [Float], [2]), isTrainable: true)
        return (
            weight,
            TrainingStep(
                store, optimizer: try Adam(store), averaging: try WeightAveraging(store, decay: 0.5), gradientClip: clip
            )
        )
    }

    @Test("Gradients pass the hook, then clipping, then Adam; they are cleared, and averages follow")
    func order() throws {
        let (weight, step) = try makeStep(clip: 1)
        var seen: [Float] = []
        step.gradientHook = { store in
            let parameter = try #require(store.trainable.first)
            seen = try #require(try parameter.gradient()).array(of: Float.self)
            // As if another process had the same gradients.
            let gradient = try #require(try parameter.gradient())
            try gradient.multiplyInPlace(2)
        }
        let found = try step(step: 0, learningRate: 0.1) {
            try (weight.tensor * weight.tensor).sum().backward()
            return "result"
        }
        #expect(found.result == "result" && seen == [2, -4])
        expectClose([Float(try #require(found.gradientNorm))], [Float(80).squareRoot()])
        // Adam's first step is the rate, whatever the gradient.
        expectClose(try weight.tensor.array(of: Float.self), [0.9, -1.9], absolute: 1e-5)
        #expect(try weight.gradient() == nil)
        let averages = try #require(step.averaging).withAverages { try weight.tensor.array(of: Float.self) }
        expectClose(averages, [0.95, -1.95], absolute: 1e-5)
    }

    @Test("Where the loss fails or gradients are not finite, no weight changes")
    func failures() throws {
        let (weight, step) = try makeStep(clip: 1)
        #expect(throws: Failure.self) {
            try step(step: 0, learningRate: 0.1) {
                try weight.tensor.sum().backward()
                throw Failure()
            }
        }
        try step.parameters.clearGradients()
        #expect(throws: GradientError.self) {
            try step(step: 0, learningRate: 0.1) { try (weight.tensor * .infinity).sum().backward() }
        }
        #expect(try weight.tensor.array(of: Float.self) == [1, -2])
    }
}
