import FeatureMapKernels
import TensorTestSupport
import Testing

@testable import Torch

/// Layers with gradients of their own, beside the engine's recording of plain operators.
@Suite("Convolutions")
struct ConvolutionTests {
    private let generator: Generator

    init() throws { generator = try Generator(seed: 5) }

    private func leaf(_ shape: [Int]) throws -> Tensor {
        let tensor = try Tensor.normal(shape, generator: generator)
        let result = shape.count == 4 ? try tensor.channelsLast() : tensor
        try result.setRequiresGradient(true)
        return result
    }

    /// The result and the gradients of an input and a layer's parameters, for a loss that weighs all numbers unlike.
    private func numbers(
        _ input: Tensor, _ parameters: [Tensor], _ function: (Tensor) throws -> Tensor
    ) throws -> [(name: String, numbers: [Float])] {
        for tensor in [input] + parameters { try tensor.setGradient(nil) }
        let result = try function(input)
        let weights = try Tensor.normal(result.shape, generator: Generator(seed: 9))
        try (result * weights).sum().backward()
        return try [("result", result.array(of: Float.self))]
            + zip(["input", "weight", "bias"], [input] + parameters).map {
                ($0, try #require(try $1.gradient()).array(of: Float.self))
            }
    }

    private func compare(
        _ left: [(name: String, numbers: [Float])], _ right: [(name: String, numbers: [Float])]
    ) {
        for (left, right) in zip(left, right) {
            expectClose(left.numbers, right.numbers, absolute: 2e-4, relative: 1e-4, left.name)
        }
    }

    @Test("A convolution, with and without a ReLU", arguments: [1, 2, 3, 4], [false, true])
    func convolution(filter: Int, relu: Bool) throws {
        let store = ParameterStore()
        let stride = filter == 4 ? 2 : 1
        let padding = filter / 2
        let layer = try Convolution2D(
            Scope(store: store, generator: generator), inputs: 5, outputs: 12, filter: filter, stride: stride,
            padding: padding)
        let parameters = store.all.map(\.tensor)
        let input = try leaf([3, 5, 9, 7])
        let own = try numbers(input, parameters) { try layer($0, relu: relu) }
        let recorded = try numbers(input, parameters) {
            let result = try Operators.convolution(
                .tensor($0), .tensor(parameters[0]), .tensor(parameters[1]), .integers([stride, stride]),
                .integers([padding, padding]), [1, 1], 1)
            return relu ? try result.relu() : result
        }
        compare(own, recorded)
    }

    @Test(
        "Layers that our own kernel computes", arguments: [[1, 8, 8], [1, 7, 9], [2, 12, 6], [2, 7, 9]], [false, true]
    )
    func wide(layout: [Int], relu: Bool) throws {
        let (stride, size) = (layout[0], Array(layout[1...]))
        let store = ParameterStore()
        let filter = stride == 2 ? 4 : 3
        let layer = try Convolution2D(
            Scope(store: store, generator: generator), inputs: 32, outputs: 64, filter: filter, stride: stride,
            padding: 1)
        let parameters = store.all.map(\.tensor)
        let input = try leaf([3, 32] + size)
        let own = try numbers(input, parameters) { try layer($0, relu: relu) }
        let recorded = try numbers(input, parameters) {
            let result = try Operators.convolution(
                .tensor($0), .tensor(parameters[0]), .tensor(parameters[1]), .integers([stride, stride]), [1, 1],
                [1, 1], 1)
            return relu ? try result.relu() : result
        }
        compare(own, recorded)
    }

    @Test("A transposed layer that our own kernel computes", arguments: [[4, 4], [5, 7]])
    func wideTransposed(size: [Int]) throws {
        let store = ParameterStore()
        let layer = try TransposedConvolution2D(
            Scope(store: store, generator: generator), inputs: 64, outputs: 32, filter: 4, stride: 2, padding: 1)
        let parameters = store.all.map(\.tensor)
        let input = try leaf([2, 64] + size)
        let own = try numbers(input, parameters) { try layer($0) }
        let recorded = try numbers(input, parameters) {
            try Operators.transposedConvolution(
                .tensor($0), .tensor(parameters[0]), .tensor(parameters[1]), [2, 2], [1, 1], [0, 0], 1, [1, 1])
        }
        compare(own, recorded)
    }

    @Test(
        "Gradients of max(x, 0) before a product, with another gradient of x added, by our kernel and the engine's",
        arguments: [[32, 64], [5, 12]], [DataType.float32, .bfloat16])
    func rectified(channels: [Int], type: DataType) throws {
        let layer = try Convolution2D(
            Scope(store: ParameterStore(), generator: generator), inputs: channels[0], outputs: channels[1], filter: 3,
            padding: 1)
        let product = try layer.product(type)
        let input = try Tensor.normal([2, channels[0], 8, 8], generator: generator).channelsLast().to(type)
        let other = try Tensor.normal(input.shape, generator: generator).channelsLast().to(type)
        let value = try product(input, rectifies: true, .relu)
        #expect(value.dataType == type)
        let gradient = try Tensor.normal(value.shape, generator: generator).channelsLast().to(type)
        let found = try product.gradients(gradient, input: input, rectified: true, adding: other)
        let plain = try product.gradients(gradient, input: input.relu())
        let expected = try #require(plain.input).throughReLU(input) + other
        func expectSame(_ left: Tensor?, _ right: Tensor?, line: Int = #line) throws {
            // In bfloat16 the two sides are rounded at different places.
            let (absolute, relative) = type == .float32 ? (Float(1e-4), Float(1e-4)) : (0.06, 0.02)
            expectClose(
                try #require(left).to(.float32).array(of: Float.self),
                try #require(right).to(.float32).array(of: Float.self), absolute: absolute, relative: relative,
                "line \(line)")
        }
        try expectSame(value, product(input.relu()).relu())
        try expectSame(found.input, expected)
        try expectSame(found.weight, plain.weight)
        try expectSame(found.bias, gradient.sum(axes: [0, 2, 3]))
        try expectSame(found.otherSum, other.sum(axes: [0, 2, 3]))
        #expect(plain.otherSum == nil)
        #expect(try product.gradients(gradient, input: input, needsInput: false).input == nil)
    }

    @Test(
        "A transposed convolution to few channels, which is a product of matrices here, and to many",
        arguments: [1, 3, 4, 5], [[1, 1], [1, 4], [3, 5]])
    func transposed(outputs: Int, size: [Int]) throws {
        let store = ParameterStore()
        let layer = try TransposedConvolution2D(
            Scope(store: store, generator: generator), inputs: 6, outputs: outputs, filter: 4, stride: 2, padding: 1)
        let parameters = store.all.map(\.tensor)
        let input = try leaf([2, 6] + size)
        let own = try numbers(input, parameters) { try layer($0) }
        let recorded = try numbers(input, parameters) {
            try Operators.transposedConvolution(
                .tensor($0), .tensor(parameters[0]), .tensor(parameters[1]), [2, 2], [1, 1], [0, 0], 1, [1, 1])
        }
        compare(own, recorded)
        #expect(try layer(input).isContiguous(.channelsLast))
    }

    @Test("Channels that do not fit are the engine's error, whichever way the product is computed")
    func misfits() throws {
        let scope = Scope(store: ParameterStore(), generator: generator)
        let layer = try Convolution2D(scope / "a", inputs: 4, outputs: 8, filter: 3, padding: 1)
        let up = try TransposedConvolution2D(
            scope / "b", inputs: 4, outputs: 3, filter: 4, stride: 2, padding: 1)
        let input = try leaf([1, 5, 4, 4])
        #expect(throws: TorchError.self) { try layer(input) }
        #expect(throws: TorchError.self) { try up(input) }
        let wide = try Convolution2D(scope / "c", inputs: 32, outputs: 32, filter: 3, padding: 1)
        #expect(throws: TorchError.self) { try wide(leaf([1, 16, 8, 8])) }
        #expect(throws: TorchError.self) {
            try wide.product(.float32)(leaf([2, 32, 8, 8]), .adding(leaf([2, 32, 8, 4]), relu: false))
        }
    }

    @Test("Gradients through max(x, 0), and the sums that biases need", arguments: [1, 3, 8, 12], [false, true])
    func throughReLU(channels: Int, hasOther: Bool) throws {
        // More rows than one sum takes, and not a multiple of them.
        let shape = [3, channels, 10, rowsOfASum / 10]
        let value = try Tensor.normal(shape, generator: generator).relu().channelsLast()
        let gradient = try Tensor.normal(shape, generator: generator).channelsLast()
        let other = hasOther ? try Tensor.normal(shape, generator: generator).channelsLast() : nil
        let passed = try gradient.throughReLU(value)
        let expected = try other.map { try passed + $0 } ?? passed
        let expectedSum = try (other ?? passed).sum(axes: [0, 2, 3])
        for isKernel in [true, false] {
            // Another layout of memory is not the kernel's.
            let own = isKernel ? try gradient.cloned() : try gradient.contiguous().cloned()
            let sum = try own.passThroughReLU(value, adding: other)
            #expect(try own.array(of: Float.self) == expected.array(of: Float.self))
            expectClose(
                try sum.array(of: Float.self), try expectedSum.array(of: Float.self), absolute: 1e-4, relative: 1e-5)
        }
    }

    @Test(
        "Gradients through max(x, 0) in bfloat16 are the engine's", arguments: [1, 31, 32, 33, 64, 96], [false, true])
    func throughReLUInBFloat16(channels: Int, hasOther: Bool) throws {
        let shape = [3, channels, 10, rowsOfASum / 10]
        func low(_ tensor: Tensor) throws -> Tensor { try tensor.channelsLast().to(.bfloat16) }
        let value = try low(Tensor.normal(shape, generator: generator))
        // Zeros of either sign let nothing through.
        try value.narrowed(axis: 2, 0..<1).fillInPlace(0)
        try value.narrowed(axis: 2, 1..<2).fillInPlace(-0.0)
        let gradient = try low(Tensor.normal(shape, generator: generator))
        let other = hasOther ? try low(Tensor.normal(shape, generator: generator)) : nil
        let passed = try gradient.throughReLU(value)
        let expected = try other.map { try passed + $0 } ?? passed
        let own = try gradient.cloned()
        let sum = try own.passThroughReLU(value, adding: other)
        #expect(own.dataType == .bfloat16)
        let isSame = try own.to(.float32).array(of: Float.self) == expected.to(.float32).array(of: Float.self)
        #expect(isSame)
        // On a processor without the kernel's instructions the engine is compared with itself.
        expectClose(
            try sum.to(.float32).array(of: Float.self),
            try (other ?? passed).to(.float32).sum(axes: [0, 2, 3]).array(of: Float.self), absolute: 1e-3,
            relative: 1e-5)
    }

    @Test("What is no number in bfloat16 stays none on its way through max(x, 0)")
    func notANumber() throws {
        let value = try Tensor.full([1, 32, 1, 1], 1, format: .channelsLast).to(.bfloat16)
        let gradient = try Tensor.full([1, 32, 1, 1], .nan, format: .channelsLast).to(.bfloat16)
        _ = try gradient.passThroughReLU(value, adding: value.cloned())
        #expect(try gradient.to(.float32).array(of: Float.self).allSatisfy(\.isNaN))
        let infinite = try Tensor.full([1, 32, 1, 1], -.infinity, format: .channelsLast).to(.bfloat16)
        _ = try infinite.passThroughReLU(value, adding: value.cloned())
        #expect(try infinite.to(.float32).array(of: Float.self).allSatisfy { $0 == -.infinity })
    }

    @Test("A transposed convolution to few channels in bfloat16 is near that in float32", arguments: [1, 3, 4])
    func fewChannels(channels: Int) throws {
        let up = try TransposedConvolution2D(
            Scope(store: ParameterStore(), generator: generator), inputs: 24, outputs: channels, filter: 4, stride: 2,
            padding: 1)
        let input = try Tensor.normal([3, 24, 6, 5], generator: generator).channelsLast().to(.bfloat16)
        let result = try up(input)
        #expect(result.dataType == .bfloat16 && result.shape == [3, channels, 12, 10])
        #expect(result.isContiguous(.channelsLast))
        // Products of unit variance over 24 · 4 numbers, weights up to 1/√(4 · 4 · channels): outputs are about 1.
        expectClose(
            try result.to(.float32).array(of: Float.self), try up(input.to(.float32)).array(of: Float.self),
            absolute: 0.03, relative: 1e-2)
    }

    @Test("Products and their gradients are counted, and nothing else's")
    func operations() throws {
        let scope = Scope(store: ParameterStore(), generator: generator)
        let layer = try Convolution2D(scope / "a", inputs: 3, outputs: 8, filter: 4, stride: 2, padding: 1)
        let up = try TransposedConvolution2D(scope / "b", inputs: 8, outputs: 3, filter: 4, stride: 2, padding: 1)
        let images = try Tensor.normal([2, 3, 12, 10], generator: generator).channelsLast()
        // Of 6x4 and 5x4 places a line and a column of the filter, two each lie beside the image.
        let product = 2 * 3 * 8 * 2 * (6 * 4 - 2) * (5 * 4 - 2)
        var output: Tensor?
        #expect(try OperationCounter.count { output = try up(layer(images)) } == 2 * product)
        let loss = try #require(output).sum(axes: [0, 1, 2, 3])
        // The pixels themselves have no gradient.
        #expect(try OperationCounter.count { try loss.backward() } == 3 * product)
        _ = try layer(images)
        #expect(OperationCounter.count {} == 0)
    }

    @Test("A zero of either sign lets no gradient through")
    func zeros() throws {
        let value = try Tensor([0, -0.0, 1, 0, 2, -0.0, 0, 3] as [Float], [1, 8, 1, 1]).channelsLast()
        let gradient = try Tensor.full([1, 8, 1, 1], 7, format: .channelsLast)
        _ = try gradient.passThroughReLU(value)
        #expect(try gradient.array(of: Float.self) == [0, 0, 7, 0, 7, 0, 0, 7])
    }
}
