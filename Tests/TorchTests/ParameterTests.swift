import Testing

@testable import Torch

/// What parameters keep beside their values: copies for convolutions, and gradients in parts.
@Suite("Parameters")
struct ParameterTests {
    private func makeStore() throws -> ParameterStore {
        let store = ParameterStore()
        let scope = Scope(store: store, generator: try Generator(seed: 3))
        _ = try Convolution2D(scope, inputs: 4, outputs: 6, filter: 3, padding: 1)
        return store
    }

    /// Whether each copy is its weight, rounded.
    private func expectCopies(_ store: ParameterStore, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for parameter in store.trainable {
            let copy = try #require(parameter.copy, sourceLocation: sourceLocation)
            let expected = try parameter.tensor.detached().to(.bfloat16)
            #expect(
                try copy.array(of: Float.self) == expected.array(of: Float.self), sourceLocation: sourceLocation)
        }
    }

    @Test("Copies follow the optimiser and what is loaded, and averages have none")
    func copies() throws {
        let store = try makeStore()
        try store.keepCopies()
        try expectCopies(store)
        let adam = try Adam(store)
        let averaging = try WeightAveraging(store, decay: 0.5)
        for parameter in store.trainable {
            try parameter.tensor.setGradient(Tensor.full(parameter.tensor.shape, 1).contiguous())
        }
        try adam.step(learningRate: 0.1)
        try averaging.update(step: 0)
        try expectCopies(store)
        let weights = store.trainable.map(\.tensor)
        averaging.withAverages {
            #expect(store.trainable.allSatisfy { $0.copy == nil })
        }
        #expect(zip(store.trainable, weights).allSatisfy { $0.tensor === $1 })
        try expectCopies(store)
        let state = try Dictionary(uniqueKeysWithValues: store.state().map { ($0.name, try $0.tensor * 2) })
        try store.load(state, source: "the test")
        try expectCopies(store)
    }

    @Test("A gradient in parts is their sum, is clipped as a whole, and forgotten")
    func parts() throws {
        let store = try makeStore()
        let weight = try #require(store["weight"])
        let shape = weight.tensor.shape
        try weight.tensor.setGradient(Tensor.full(shape, 1))
        try weight.add(gradient: Tensor.full(shape, 2, .bfloat16))
        try weight.add(lines: Tensor.full([5] + shape, 3))
        #expect(try #require(try weight.gradient()).array(of: Float.self).allSatisfy { $0 == 18 })
        let norm = try GradientClipping.clip(store, maximum: 1)
        let expected = 18 * Double(weight.tensor.count).squareRoot()
        #expect(abs(norm - expected) < 1e-4 * expected)
        // A part in bfloat16 is rounded.
        #expect(abs(try #require(try weight.gradient()).norm().item() - 1) < 1e-3)
        let onDevice = try GradientClipping.onDevice(store, maximum: 0.5)
        #expect(abs(try onDevice.norm.item() - 1) < 1e-3)
        #expect(abs(try onDevice.scale.item() - 0.5) < 1e-3)
        try store.clearGradients()
        #expect(try weight.gradient() == nil)
    }

    @Test("Lines alone are left to the optimiser's kernel to add up")
    func lines() throws {
        let store = try makeStore()
        let bias = try #require(store["bias"])
        let lines = try Tensor.full([4, 6], 0.5)
        try bias.add(lines: lines)
        #expect(try bias.gradientOrLines() === lines)
        try bias.add(lines: lines)
        #expect(try #require(try bias.gradientOrLines()).shape == [8, 6])
        #expect(try #require(try bias.gradient()).array(of: Float.self) == Array(repeating: 4, count: 6))
    }
}
