import TensorTestSupport
import Testing
import Torch

@Suite("Differentiation")
struct GradientTests {
    @Test("d/dx mean((x·y)²) is 2·x·y²/n")
    func gradient() throws {
        let x = try Tensor([1, 2, 3] as [Float], [3])
        let y = try Tensor([4, 5, 6] as [Float], [3])
        try x.setRequiresGradient(true)
        let product = try x * y
        try (product * product).mean().backward()
        let expected: [Float] = [2 * 16 / 3, 2 * 2 * 25 / 3, 2 * 3 * 36 / 3]
        expectClose(try #require(try x.gradient()).array(of: Float.self), expected)
    }

    @Test("Nothing is recorded inside withoutGradients, also after an error in it")
    func recording() throws {
        let x = try Tensor([1, 2] as [Float], [2])
        try x.setRequiresGradient(true)
        #expect(try withoutGradients { try x * x }.requiresGradient == false)
        #expect(throws: TorchError.self) { try withoutGradients { try x.reshaped([7]) } }
        #expect(try (x * x).requiresGradient)
    }

    @Test("Clipping scales all gradients to the common norm")
    func clipping() throws {
        let store = ParameterStore()
        let scope = Scope(store: store, generator: try Generator(seed: 1))
        let first = try scope.parameter("first", Tensor([0, 0] as [Float], [2]))
        let second = try scope.parameter("second", Tensor([0] as [Float], [1]))
        try first.tensor.setGradient(Tensor([3, 0] as [Float], [2]))
        try second.tensor.setGradient(Tensor([4] as [Float], [1]))
        let norm = try GradientClipping.clip(store, maximum: 1)
        #expect(abs(norm - 5) < 1e-6)
        expectClose(try #require(try first.tensor.gradient()).array(of: Float.self), [0.6, 0])
        expectClose(try #require(try second.tensor.gradient()).array(of: Float.self), [0.8])
        #expect(try GradientClipping.clip(store, maximum: 10) < 1.001)
        expectClose(try #require(try second.tensor.gradient()).array(of: Float.self), [0.8])
    }

    @Test("Adam needs a gradient for every parameter and says which lacks one")
    func missingGradient() throws {
        let store = ParameterStore()
        _ = try Scope(store: store, generator: Generator(seed: 1)).parameter("lonely", Tensor([1] as [Float], [1]))
        #expect(throws: TorchError.missingGradient(parameter: "lonely")) { try Adam(store).step(learningRate: 0.1) }
    }

    @Test("Averages stand in for the weights, and go back even after an error")
    func averaging() throws {
        let store = ParameterStore()
        let parameter = try Scope(store: store, generator: Generator(seed: 1))
            .parameter("weight", Tensor([1] as [Float], [1]))
        let averaging = try WeightAveraging(store, decay: 0.75)
        try withoutGradients { try parameter.tensor.fillInPlace(5) }
        try averaging.update(step: 0)
        #expect(try averaging.withAverages { try parameter.tensor.item() } == 2)
        #expect(throws: TorchError.self) { try averaging.withAverages { try parameter.tensor.reshaped([9]) } }
        #expect(try parameter.tensor.item() == 5)
    }

    @Test("Averages that warm up forget their start in some steps, and end with the decay they were given")
    func averagesWarmUp() throws {
        let store = ParameterStore()
        let parameter = try Scope(store: store, generator: Generator(seed: 1))
            .parameter("weight", Tensor([1] as [Float], [1]))
        let plain = try WeightAveraging(store, decay: 0.99)
        let warm = try WeightAveraging(store, decay: 0.99, warmUp: WeightAveraging.usualWarmUp)
        try withoutGradients { try parameter.tensor.fillInPlace(0) }
        for step in 0..<40 {
            try plain.update(step: step)
            try warm.update(step: step)
        }
        // What is left of the start: 0.99⁴⁰, and the product of (1 + t) / (10 + t), which is 9! · 40! / 49!.
        #expect(try abs(plain.withAverages { try parameter.tensor.item() } - 0.668972) < 1e-5)
        #expect(try abs(warm.withAverages { try parameter.tensor.item() } - 4.8674e-10) < 1e-13)
        #expect(warm.decay(step: 0) == 0.1 && warm.decay(step: 889) < 0.99)
        #expect(warm.decay(step: 890) == 0.99 && warm.decay(step: 1_000_000) == 0.99 && plain.decay(step: 0) == 0.99)
    }
}
