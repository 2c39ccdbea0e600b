import ConvolutionKernelInterface
import Processors
import TensorTestSupport
import Testing

@testable import Torch

/// Our convolutions with fewer products beside the engine's.
@Suite("Winograd convolutions")
struct WinogradTests {
    private let generator: Generator

    init() throws { generator = try Generator(seed: 8) }

    private static let variants = KernelVariant.allCases.filter(\.isSupported)

    private func normal(_ shape: [Int]) throws -> Tensor {
        try Tensor.normal(shape, generator: generator).channelsLast()
    }

    private func numbers(_ tensor: Tensor) throws -> [Float] { try tensor.array(of: Float.self) }

    /// The engine's own.
    private func convolution(
        _ input: Tensor, _ weight: Tensor, _ bias: Tensor?, _ kind: ConvolutionShape.Kind = .same
    ) throws -> Tensor {
        let stride: Value = kind == .same ? [1, 1] : [2, 2]
        let bias: Value = bias.map { .tensor($0) } ?? nil
        if kind == .doubling {
            return try Operators.transposedConvolution(
                .tensor(input), .tensor(weight), bias, stride, [1, 1], [0, 0], 1, [1, 1])
        }
        return try Operators.convolution(.tensor(input), .tensor(weight), bias, stride, [1, 1], [1, 1], 1)
    }

    private func own(_ weight: Tensor, _ kind: ConvolutionShape.Kind, _ variant: KernelVariant) throws
        -> WinogradConvolution
    {
        try #require(
            WinogradConvolution(
                weight, stride: kind == .same ? 1 : 2, padding: 1, isTransposed: kind == .doubling, variant: variant))
    }

    private func weight(_ shape: ConvolutionShape) throws -> Tensor {
        switch shape.kind {
        case .same: try normal([shape.outputs, shape.inputs, 3, 3])
        case .halving: try normal([shape.outputs, shape.inputs, 4, 4])
        case .doubling: try normal([shape.inputs, shape.outputs, 4, 4])
        }
    }

    private func input(_ shape: ConvolutionShape) throws -> Tensor {
        try normal([shape.images, shape.inputs, shape.inputHeight, shape.inputWidth])
    }

    private func gradient(_ shape: ConvolutionShape) throws -> Tensor {
        try normal([shape.images, shape.outputs, shape.outputHeight, shape.outputWidth])
    }

    /// Those of the input, the weight and the bias.
    private func gradients(
        _ gradient: Tensor, _ input: Tensor, _ weight: Tensor, _ kind: ConvolutionShape.Kind
    ) throws -> [Tensor] {
        let results = try Operators.convolutionBackward.results([
            .tensor(gradient), .tensor(input), .tensor(weight), .integers([gradient.size(1)]),
            kind == .same ? [1, 1] : [2, 2], [1, 1], [1, 1], .boolean(kind == .doubling), [0, 0], 1, [1, 1, 1],
        ])
        return try results.map { value in
            guard case .tensor(let tensor) = value else { throw TorchError.unexpectedResult(operation: "", text: "") }
            return tensor
        }
    }

    /// Channels that fill registers and that do not; images of whole tiles and not, narrower than one, and blocks that
    /// are full, several and not full.
    static let shapes = [
        ConvolutionShape(images: 2, height: 8, width: 8, inputs: 32, outputs: 64),
        ConvolutionShape(images: 3, height: 16, width: 12, inputs: 64, outputs: 32),
        ConvolutionShape(images: 5, height: 9, width: 7, inputs: 11, outputs: 21),
        ConvolutionShape(images: 1, height: 1, width: 1, inputs: 8, outputs: 8),
        ConvolutionShape(images: 2, height: 3, width: 33, inputs: 16, outputs: 40),
        ConvolutionShape(images: 30, height: 32, width: 16, inputs: 8, outputs: 17),
        ConvolutionShape(kind: .halving, images: 2, height: 8, width: 8, inputs: 32, outputs: 64),
        ConvolutionShape(kind: .halving, images: 3, height: 5, width: 7, inputs: 9, outputs: 20),
        ConvolutionShape(kind: .halving, images: 1, height: 1, width: 2, inputs: 8, outputs: 8),
        ConvolutionShape(kind: .halving, images: 9, height: 16, width: 16, inputs: 48, outputs: 33),
        ConvolutionShape(kind: .doubling, images: 2, height: 8, width: 8, inputs: 64, outputs: 32),
        ConvolutionShape(kind: .doubling, images: 3, height: 5, width: 7, inputs: 9, outputs: 20),
        ConvolutionShape(kind: .doubling, images: 1, height: 1, width: 2, inputs: 8, outputs: 8),
        ConvolutionShape(kind: .doubling, images: 9, height: 16, width: 16, inputs: 33, outputs: 48),
    ]

    @Test("Product, gradient of the input and gradients of the parameters", arguments: variants, shapes)
    func agreement(variant: KernelVariant, shape: ConvolutionShape) throws {
        let weight = try weight(shape)
        let bias = try Tensor.normal([shape.outputs], generator: generator)
        let (input, gradient) = try (input(shape), gradient(shape))
        let own = try own(weight, shape.kind, variant)
        #expect(own.canConvolve(input))

        // Sums of 9 or 16 · channels products of unit variance: rounding errors go with their standard deviation.
        let size = Float(16 * max(shape.inputs, shape.outputs)).squareRoot()
        let product = try convolution(input, weight, bias, shape.kind)
        expectClose(try numbers(own(input, bias: bias)), try numbers(product), absolute: 1e-5 * size, relative: 1e-5)
        let expected = try gradients(gradient, input, weight, shape.kind).map(numbers)
        let inner = try own.inputGradient(gradient, input: input).gradient
        expectClose(try numbers(inner), expected[0], absolute: 1e-5 * size, relative: 1e-5)
        let parameters = try own.parameterGradients(gradient, input: input)
        let sumSize = Float(shape.images * shape.outputHeight * shape.outputWidth).squareRoot()
        expectClose(try numbers(parameters.weight), expected[1], absolute: 1e-5 * sumSize, relative: 1e-5)
        expectClose(try numbers(parameters.bias), expected[2], absolute: 1e-5 * sumSize, relative: 1e-5)
        #expect(parameters.weight.isContiguous(.channelsLast))
    }

    /// Channels that fill registers and that do not, tiles that are whole and not.
    static let stepShapes = [ConvolutionShape.Kind.same, .halving, .doubling].flatMap { kind in
        [
            ConvolutionShape(kind: kind, images: 3, height: 6, width: 9, inputs: 16, outputs: 24),
            ConvolutionShape(kind: kind, images: 7, height: 8, width: 8, inputs: 13, outputs: 32),
        ]
    }

    @Test("What is done before and after the product", arguments: variants, stepShapes)
    func steps(variant: KernelVariant, shape: ConvolutionShape) throws {
        let kind = shape.kind
        let weight = try weight(shape)
        let bias = try Tensor.normal([shape.outputs], generator: generator)
        let (input, gradient, other) = try (input(shape), gradient(shape), gradient(shape))
        let own = try own(weight, kind, variant)
        func expectSame(_ left: Tensor, _ right: Tensor, line: Int = #line) throws {
            expectClose(try numbers(left), try numbers(right), absolute: 1e-4, relative: 1e-5, "line \(line)")
        }
        let rectified = try input.relu()
        let product = try convolution(input, weight, bias, kind)
        try expectSame(own(input, rectifies: true), convolution(rectified, weight, nil, kind))
        try expectSame(own(input), convolution(input, weight, nil, kind))
        try expectSame(own(input, bias: bias, relu: true), product.relu())
        try expectSame(own(input, bias: bias, adding: other), product + other)
        try expectSame(own(input, bias: bias, adding: other, relu: true), (product + other).relu())

        let mask = try self.input(shape)
        let added = try self.input(shape)
        let plain = try own.inputGradient(gradient, input: input)
        #expect(plain.otherSum == nil)
        let masked = try plain.gradient.throughReLU(mask)
        try expectSame(own.inputGradient(gradient, input: mask, masks: true).gradient, masked)
        let both = try own.inputGradient(gradient, input: mask, masks: true, adding: added)
        try expectSame(both.gradient, masked + added)
        try expectSame(#require(both.otherSum), added.sum(axes: [0, 2, 3]))
        guard kind != .doubling else { return }
        let (left, right) = try (
            own.parameterGradients(gradient, input: input, rectifies: true),
            own.parameterGradients(gradient, input: rectified)
        )
        #expect(try numbers(left.weight) == numbers(right.weight))
        #expect(try numbers(left.bias) == numbers(right.bias))
    }

    @Test(
        "Maps in bfloat16 are computed with in float32, and rounded as they are written", arguments: variants,
        stepShapes)
    func bfloat16(variant: KernelVariant, shape: ConvolutionShape) throws {
        let own = try own(weight(shape), shape.kind, variant)
        let bias = try Tensor.normal([shape.outputs], generator: generator)
        func pair(_ tensor: Tensor) throws -> (low: Tensor, wide: Tensor) {
            let low = try tensor.to(.bfloat16)
            return try (low, low.to(.float32))
        }
        let (input, mask, added) = try (pair(input(shape)), pair(self.input(shape)), pair(self.input(shape)))
        let (gradient, other) = try (pair(gradient(shape)), pair(self.gradient(shape)))
        #expect(own.canConvolve(input.low) && own.isOutput(gradient.low, of: input.low))
        // The engine's rounding is the judge of ours.
        func expectRounded(_ low: Tensor, _ wide: Tensor, line: Int = #line) throws {
            #expect(low.dataType == .bfloat16)
            let isSame = try numbers(low.to(.float32)) == numbers(wide.to(.bfloat16).to(.float32))
            #expect(isSame, "line \(line)")
        }
        try expectRounded(own(input.low), own(input.wide))
        try expectRounded(
            own(input.low, rectifies: true, bias: bias, relu: true),
            own(input.wide, rectifies: true, bias: bias, relu: true))
        try expectRounded(
            own(input.low, bias: bias, adding: other.low), own(input.wide, bias: bias, adding: other.wide))
        let (low, wide) = try (
            own.inputGradient(gradient.low, input: mask.low, masks: true, adding: added.low),
            own.inputGradient(gradient.wide, input: mask.wide, masks: true, adding: added.wide)
        )
        try expectRounded(low.gradient, wide.gradient)
        #expect(try numbers(#require(low.otherSum)) == numbers(#require(wide.otherSum)))
        let rectifies = shape.kind != .doubling
        let (lowSums, wideSums) = try (
            own.parameterGradients(gradient.low, input: input.low, rectifies: rectifies),
            own.parameterGradients(gradient.wide, input: input.wide, rectifies: rectifies)
        )
        #expect(try numbers(lowSums.weight) == numbers(wideSums.weight))
        // Of a transposed convolution the engine sums.
        expectClose(
            try numbers(lowSums.bias), try numbers(wideSums.bias), absolute: rectifies ? 0 : 1e-3,
            relative: rectifies ? 0 : 1e-5)
    }

    @Test(
        "Neither threads nor the other images of a batch change a bit", arguments: variants,
        [ConvolutionShape.Kind.same, .halving, .doubling])
    func determinism(variant: KernelVariant, kind: ConvolutionShape.Kind) throws {
        let shape = ConvolutionShape(kind: kind, images: 40, height: 16, width: 16, inputs: 16, outputs: 16)
        #expect(shape.gradientParts >= 3)
        let own = try own(weight(shape), kind, variant)
        let (input, gradient) = try (input(shape), gradient(shape))
        let threads = Engine.threadCount
        defer { try? Engine.setThreadCount(threads) }
        var all: [[Float]] = []
        for count in [1, 2, 3] {
            try Engine.setThreadCount(count)
            let parameters = try own.parameterGradients(gradient, input: input)
            let inner = try own.inputGradient(gradient, input: input, masks: true, adding: input)
            all.append(
                try [own(input), parameters.weight, parameters.bias, inner.gradient, #require(inner.otherSum)]
                    .flatMap(numbers))
        }
        #expect(all[0] == all[1])
        #expect(all[0] == all[2])
        let last = try input.narrowed(axis: 0, 39..<40)
        #expect(try numbers(own(last)) == numbers(own(input).narrowed(axis: 0, 39..<40)))
    }

    @Test("Many channels have fewer parts of sums, so that they take no more than 64 MiB or two parts")
    func parts() {
        func shape(_ channels: Int, _ images: Int) -> ConvolutionShape {
            ConvolutionShape(
                kind: .halving, images: images, height: 64, width: 64, inputs: channels, outputs: channels)
        }
        #expect(shape(64, 1).gradientParts == 1)
        #expect(shape(64, 16).gradientParts == 16)
        #expect(shape(128, 16).gradientParts == 10)
        #expect(shape(1024, 16).gradientParts == 2)
        let blocks = (0..<10).flatMap { Array(shape(128, 16).blocks(ofPart: $0)) }
        #expect(blocks == Array(0..<shape(128, 16).blocks))
    }

    @Test(
        "What is not a number stays in the tiles that see it", arguments: variants, [DataType.float32, .bfloat16])
    func notFinite(variant: KernelVariant, type: DataType) throws {
        let own = try own(normal([16, 16, 3, 3]), .same, variant)
        let clean = try normal([2, 16, 16, 16]).to(type)
        func numbers(_ tensor: Tensor) throws -> [Float] { try self.numbers(tensor.to(.float32)) }
        let input = try clean.cloned()
        try input.narrowed(axis: 0, 0..<1).narrowed(axis: 2, 0..<1).narrowed(axis: 3, 0..<1).fillInPlace(.nan)
        let (left, right) = try (own(input), own(clean))
        let corner = try left.narrowed(axis: 0, 0..<1).narrowed(axis: 2, 0..<2).narrowed(axis: 3, 0..<2)
        #expect(try numbers(corner).allSatisfy(\.isNaN))
        for (axis, range) in [(0, 1..<2), (2, 4..<16), (3, 4..<16)] {
            #expect(try numbers(left.narrowed(axis: axis, range)) == numbers(right.narrowed(axis: axis, range)))
        }
    }

    @Test("A weight that is no number makes bfloat16 that are none, whatever its bits", arguments: variants)
    func notANumber(variant: KernelVariant) throws {
        for bits: UInt32 in [0x7FC0_0000, 0x7FFF_FFFF, 0xFFFF_FFFF] {
            let weight = try normal([16, 16, 3, 3])
            try weight.fillInPlace(Double(Float(bitPattern: bits)))
            let result = try own(weight, .same, variant)(normal([1, 16, 8, 8]).to(.bfloat16))
            #expect(try numbers(result.to(.float32)).allSatisfy(\.isNaN))
        }
    }

    @Test(
        "Rounding errors are not much larger than those of the engine's sums", arguments: variants,
        [ConvolutionShape.Kind.same, .halving, .doubling])
    func errors(variant: KernelVariant, kind: ConvolutionShape.Kind) throws {
        let shape = ConvolutionShape(kind: kind, images: 16, height: 16, width: 16, inputs: 64, outputs: 64)
        let (weight, input, gradient) = try (weight(shape), input(shape), gradient(shape))
        let own = try own(weight, kind, variant)
        func results(_ type: DataType) throws -> [[Float]] {
            let (input, weight, gradient) = try (input.to(type), weight.to(type), gradient.to(type))
            let gradients = try gradients(gradient, input, weight, kind)
            return try ([convolution(input, weight, nil, kind)] + gradients).map { try numbers($0.to(.float32)) }
        }
        func error(_ result: [Float], _ exact: [Float]) -> Double {
            let squares = zip(result, exact).map { Double(($0 - $1) * ($0 - $1)) }
            return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
        }
        let exact = try results(.float64)
        let engine = try results(.float32)
        let parameters = try own.parameterGradients(gradient, input: input)
        let ours = try [
            own(input), own.inputGradient(gradient, input: input).gradient, parameters.weight, parameters.bias,
        ].map(numbers)
        // Of sums over all positions the engine's are unusually exact.
        for (index, (name, bound)) in [("product", 4), ("input", 4), ("weight", 15), ("bias", 4)].enumerated() {
            let ratio = error(ours[index], exact[index]) / error(engine[index], exact[index])
            #expect(ratio < Double(bound), "\(name)")
        }
    }

    @Test("What the kernel leaves to the engine")
    func limits() throws {
        let weight = try normal([16, 16, 3, 3])
        #expect(WinogradConvolution(weight, stride: 2, padding: 1, variant: .portable) == nil)
        #expect(
            WinogradConvolution(weight, stride: 1, padding: 1, isTransposed: true, variant: .portable) == nil)
        #expect(WinogradConvolution(weight, stride: 1, padding: 0, variant: .portable) == nil)
        #expect(WinogradConvolution(try normal([16, 16, 1, 1]), stride: 1, padding: 1, variant: .portable) == nil)
        #expect(WinogradConvolution(try weight.to(.bfloat16), stride: 1, padding: 1, variant: .portable) == nil)
        let own = try #require(WinogradConvolution(weight, stride: 1, padding: 1, variant: .portable))
        #expect(!own.canConvolve(try normal([1, 8, 4, 4])))
        let halving = try self.own(try normal([16, 16, 4, 4]), .halving, .portable)
        #expect(!halving.canConvolve(try normal([1, 16, 5, 4])))
        #expect(!own.canConvolve(try normal([1, 16, 4, 4]).to(.float64)))
        let low = try normal([2, 16, 8, 8]).to(.bfloat16)
        #expect(own.canConvolve(low) && own.isOutput(low, of: low))
        #expect(!own.isOutput(low, of: try normal([2, 16, 8, 8])))
        #expect(!own.isOutput(try normal([2, 16, 8, 8]), of: low))
        #expect(own.isWorthwhile(low) == !Processor.hasTileProducts)
        #expect(!own.canConvolve(try Tensor.empty([0, 16, 4, 4], format: .channelsLast)))
        #expect(!own.canConvolve(try normal([1, 16, 4, 4]).contiguous()))
        #expect(own.isOutput(try normal([2, 16, 4, 4]), of: try normal([2, 16, 4, 4])))
        #expect(!own.isOutput(try normal([1, 16, 4, 4]), of: try normal([2, 16, 4, 4])))
        #expect(!own.isOutput(try normal([2, 16, 4, 5]), of: try normal([2, 16, 4, 4])))

        // Most products would be with zeros: of a tile, of a register.
        #expect(own.isWorthwhile(try normal([1, 16, 8, 8])))
        #expect(!own.isWorthwhile(try normal([1, 16, 1, 1])))
        let narrow = try self.own(try normal([16, 3, 3, 3]), .same, .portable)
        #expect(!narrow.isWorthwhile(try normal([1, 3, 2, 2])))
    }
}
