import TensorTestSupport
import Testing
import Torch

/// Numbers that `Tools/fixtures/optimizer_reference.py` wrote.
@Suite("Agreement with PyTorch")
struct PyTorchAgreementTests {
    @Test("Adam for ten steps, without and with weight decay", arguments: [("plain", 0.0), ("decayed", 0.1)])
    func adam(_ name: String, _ weightDecay: Double) throws {
        let fixture = try Fixture("optimizers", in: .module)
        let store = ParameterStore()
        let scope = Scope(store: store, generator: try Generator(seed: 1))
        for parameter in ["weight", "bias"] {
            _ = try scope.parameter(parameter, fixture["adam.initial.\(parameter)"].cloned())
        }
        let optimizer = try Adam(store, Adam.Settings(weightDecay: weightDecay))
        for step in 0..<10 {
            for parameter in store.trainable {
                try parameter.tensor.setGradient(
                    fixture["adam.gradients.\(parameter.name)"].selected(axis: 0, step).cloned())
            }
            try optimizer.step(learningRate: 3e-3)
            for parameter in store.trainable {
                expectClose(
                    try parameter.tensor.array(of: Float.self),
                    try fixture["adam.\(name).\(parameter.name)"].selected(axis: 0, step).array(of: Float.self),
                    "step \(step): \(parameter.name)")
            }
        }
        for (key, tensor) in optimizer.state() where !key.hasPrefix("step.") {
            expectClose(try tensor.array(of: Float.self), try fixture.numbers("adam.\(name).\(key)"), key)
        }
    }

    @Test("An optimiser that goes on from a saved state takes the same steps")
    func adamState() throws {
        let fixture = try Fixture("optimizers", in: .module)
        func make() throws -> (ParameterStore, Adam) {
            let store = ParameterStore()
            let scope = Scope(store: store, generator: try Generator(seed: 1))
            _ = try scope.parameter("weight", fixture["adam.initial.weight"].cloned())
            return (store, try Adam(store))
        }
        func step(_ store: ParameterStore, _ optimizer: Adam, _ index: Int) throws {
            try store.trainable[0].tensor.setGradient(
                fixture["adam.gradients.weight"].selected(axis: 0, index).cloned())
            try optimizer.step(learningRate: 0.01)
        }
        let (whole, first) = try make()
        for index in 0..<6 { try step(whole, first, index) }
        let (early, second) = try make()
        for index in 0..<3 { try step(early, second, index) }
        let (late, third) = try make()
        try late.load(Dictionary(uniqueKeysWithValues: early.state().map { ($0.name, $0.tensor) }), source: "test")
        try third.load(
            Dictionary(uniqueKeysWithValues: second.state().map { ($0.name, try $0.tensor.cloned()) }), source: "test")
        for index in 3..<6 { try step(late, third, index) }
        #expect(try late.all[0].tensor.array(of: Float.self) == whole.all[0].tensor.array(of: Float.self))
        #expect(throws: TorchError.self) { try third.load([:], source: "test") }
    }

    @Test("clip_grad_norm_, above and below the norm", arguments: [("active", 1.0), ("inactive", 100.0)])
    func clipping(_ name: String, _ maximum: Double) throws {
        let fixture = try Fixture("optimizers", in: .module)
        let store = ParameterStore()
        let scope = Scope(store: store, generator: try Generator(seed: 1))
        for parameter in ["weight", "bias"] {
            let gradient = try fixture["clipping.gradients.\(parameter)"]
            let made = try scope.parameter(parameter, Tensor.zeros(gradient.shape))
            try made.tensor.setGradient(gradient.cloned())
        }
        let norm = try GradientClipping.clip(store, maximum: maximum)
        expectClose([Float(norm)], try fixture.numbers("clipping.norm"))
        for parameter in store.trainable {
            expectClose(
                try #require(try parameter.tensor.gradient()).array(of: Float.self),
                try fixture.numbers("clipping.\(name).\(parameter.name)"))
        }
    }

    @Test("AveragedModel with an exponential average")
    func averaging() throws {
        let fixture = try Fixture("optimizers", in: .module)
        let store = ParameterStore()
        let weights = try fixture["averaging.weights"]
        let parameter = try Scope(store: store, generator: Generator(seed: 1))
            .parameter("weight", weights.selected(axis: 0, 0).cloned())
        let averaging = try WeightAveraging(store, decay: 0.9)
        for step in 1..<weights.size(0) {
            try withoutGradients { try parameter.tensor.copyInPlace(from: weights.selected(axis: 0, step)) }
            try averaging.update(step: step - 1)
            expectClose(
                try averaging.state()[0].tensor.array(of: Float.self),
                try fixture["averaging.averages"].selected(axis: 0, step).array(of: Float.self))
        }
    }

    @Test(
        "Learning rates of LinearLR followed by CosineAnnealingLR",
        arguments: [
            ("constant", LearningRateSchedule.Course.constant, 0), ("constantWarmUp", .constant, 8),
            ("cosine", .cosine, 0), ("cosineWarmUp", .cosine, 8),
        ])
    func schedules(_ name: String, _ course: LearningRateSchedule.Course, _ warmUpSteps: Int) throws {
        let expected = try Fixture("optimizers", in: .module)["schedules.\(name)"].array(of: Double.self)
        let schedule = LearningRateSchedule(
            course: course, rate: 3e-3, warmUpSteps: warmUpSteps, totalSteps: 40, finalShare: 0.1)
        for step in 0..<40 { #expect(abs(schedule.rate(at: step) - expected[step]) < 1e-15) }
    }

    @Test(
        "conv2d with its gradients",
        arguments: [("same3", 3, 1, 1), ("same5", 5, 1, 2), ("half", 4, 2, 1), ("point", 1, 1, 0)])
    func convolution(_ name: String, _ filter: Int, _ stride: Int, _ padding: Int) throws {
        try check("conv2d.\(name)") { scope, inputs, outputs in
            let layer = try Convolution2D(
                scope, inputs: inputs, outputs: outputs, filter: filter, stride: stride, padding: padding)
            return { try layer($0) }
        }
    }

    @Test("conv_transpose2d with its gradients", arguments: ["double", "doubleToGrey"])
    func transposedConvolution(_ name: String) throws {
        try check("convTranspose2d.\(name)") { scope, inputs, outputs in
            let layer = try TransposedConvolution2D(
                scope, inputs: inputs, outputs: outputs, filter: 4, stride: 2, padding: 1)
            return { try layer($0) }
        }
    }

    private func check(
        _ name: String, _ make: (Scope, Int, Int) throws -> (Tensor) throws -> Tensor
    ) throws {
        let fixture = try Fixture("convolutions", in: .module)
        let input = try fixture["\(name).input"].channelsLast()
        try input.setRequiresGradient(true)
        let store = ParameterStore()
        let layer = try make(
            Scope(store: store, generator: Generator(seed: 1)), input.size(1), fixture["\(name).output"].size(1))
        try store.load(
            ["weight": fixture["\(name).weight"], "bias": fixture["\(name).bias"]], source: "fixture")
        let output = try layer(input)
        expectClose(try output.array(of: Float.self), try fixture.numbers("\(name).output"), absolute: 1e-5)
        try (output * fixture["\(name).upstream"]).sum().backward()
        for (key, tensor) in [
            ("input", input), ("weight", store.all[0].tensor), ("bias", store.all[1].tensor),
        ] {
            expectClose(
                try #require(try tensor.gradient()).array(of: Float.self),
                try fixture.numbers("\(name).gradients.\(key)"), absolute: 2e-5, "\(name).\(key)")
        }
    }
}
