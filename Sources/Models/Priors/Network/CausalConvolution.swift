import Torch

/// A convolution that sees, in raster order, what is before a position, and perhaps the position itself.
///
/// Input and output [N, H, W, C]. `weight` is [out, in, (f + 1)/2, f]: rows above and the position's own row; what is
/// right of the middle column in the last row is masked, and so is the middle itself for ``Sight/before``. Source:
/// PixelCNN's masked convolution (van den Oord et al. 2016), of which the rows that are masked whole are left out.
final class CausalConvolution {
    /// Whether the position itself is seen.
    enum Sight {
        /// Only what is before the position: mask A of PixelCNN.
        case before
        /// The position too: mask B.
        case present
    }

    private let weight: Parameter
    private let bias: Parameter
    private let mask: Tensor
    private let filter: Int

    init(_ scope: Scope, inputs: Int, outputs: Int, filter: Int, sees sight: Sight) throws {
        self.filter = filter
        let rows = (filter + 1) / 2
        let bound = 1 / Double(inputs * rows * filter).squareRoot()
        weight = try scope.parameter(
            "weight",
            Tensor.uniform([outputs, inputs, rows, filter], in: -bound...bound, generator: scope.generator)
                .channelsLast())
        bias = try scope.parameter(
            "bias", Tensor.uniform([outputs], in: -bound...bound, generator: scope.generator))
        let seen = sight == .before ? filter / 2 : filter / 2 + 1
        let taps: [Float] = (0..<rows * filter).map { tap in
            tap / filter < rows - 1 || tap % filter < seen ? 1 : 0
        }
        mask = try Tensor(taps, [1, 1, rows, filter]).to(scope.store.device)
    }

    /// Rows of zeros above the image.
    var above: Int { filter / 2 }
    /// Columns of zeros left and right of the image.
    var side: Int { filter / 2 }

    func callAsFunction(_ input: Tensor) throws -> Tensor {
        try self(padded: input.padded([0, 0, side, side, above, 0]))
    }

    /// The same of an input with its zeros, [N, above + H, side + W + side, C].
    func callAsFunction(padded input: Tensor) throws -> Tensor {
        let seen = try (weight.tensor * mask).to(input.dataType)
        let bias = try bias.tensor.to(input.dataType)
        let map = try input.permuted([0, 3, 1, 2])
        func product() throws -> Tensor {
            try PriorOperators.convolution(.tensor(map), .tensor(seen), .tensor(bias), [1, 1], [0, 0], [1, 1], 1)
        }
        guard input.device == .cpu else { return try product().permuted([0, 2, 3, 1]) }
        return try withoutGradients(product).withGradient(of: [map, seen, bias]) { gradient in
            let gradient = try gradient.channelsLast()
            let gradients = ConvolutionGradients(weight: seen)
            return [
                map.requiresGradient ? try gradients.inputGradient(gradient, input: map) : nil,
                try gradients.weightGradient(gradient, input: map), try gradient.wideSum(axes: [0, 2, 3]),
            ]
        }.permuted([0, 2, 3, 1])
    }
}

/// A 1×1 convolution, as `torch.nn.Conv2d(inputs, outputs, 1)`, on [N, H, W, C]: a product of matrices.
final class PointwiseConvolution {
    let weight: Parameter
    let bias: Parameter?

    init(_ scope: Scope, inputs: Int, outputs: Int, hasBias: Bool = true) throws {
        let bound = 1 / Double(inputs).squareRoot()
        weight = try scope.parameter(
            "weight", Tensor.uniform([outputs, inputs, 1, 1], in: -bound...bound, generator: scope.generator))
        bias =
            hasBias
            ? try scope.parameter(
                "bias", Tensor.uniform([outputs], in: -bound...bound, generator: scope.generator)) : nil
    }

    func callAsFunction(_ input: Tensor) throws -> Tensor {
        try product(input, matrix(input.dataType), bias.map { try $0.tensor.to(input.dataType) })
    }

    private func product(_ input: Tensor, _ matrix: Tensor, _ bias: Tensor?) throws -> Tensor {
        func product() throws -> Tensor {
            try PriorOperators.linear(.tensor(input), .tensor(matrix), bias.map { .tensor($0) } ?? .none)
        }
        guard input.device == .cpu else { return try product() }
        return try withoutGradients(product).withGradient(of: [input, matrix] + (bias.map { [$0] } ?? [])) { gradient in
            let rows = try gradient.rows()
            return [
                input.requiresGradient ? try rows.matmul(matrix).reshaped(input.shape) : nil,
                matrix.requiresGradient ? try Self.matrixGradient(rows, input.rows()) : nil,
            ] + (bias == nil ? [] : [try rows.wideSum(axes: [0])])
        }
    }

    /// gradientᵀ · input, a sum over rows. LibTorch may cut it into as many parts as there are threads, so that its bits
    /// depend on them; here the rows alone decide.
    private static func matrixGradient(_ gradient: Tensor, _ input: Tensor) throws -> Tensor {
        let parts = FixedParts(of: input.size(0), products: input.count * gradient.size(1))
        let sums = try Engine.jobs(parts.count) { part in
            try gradient.narrowed(axis: 0, parts[part]).permuted([1, 0])
                .matmul(input.narrowed(axis: 0, parts[part]))
        }
        return sums.count > 1 ? try Tensor.stack(sums, axis: 0).wideSum(axes: [0]) : sums[0]
    }

    /// The product for `input`, [rows, in], added to `sum`, [rows, out], in the memory of `sum`, which nothing else reads.
    func adding(_ input: Tensor, to sum: Tensor) throws -> Tensor {
        let matrix = try matrix(input.dataType)
        func add() throws {
            try PriorOperators.addProductInPlace(
                .tensor(sum), .tensor(input), .tensor(matrix.permuted([1, 0])))
        }
        guard input.device == .cpu else {
            try add()
            return sum
        }
        try withoutGradients(add)
        return try sum.withGradient(of: [sum, input, matrix]) { gradient in
            [
                gradient, input.requiresGradient ? try gradient.matmul(matrix) : nil,
                matrix.requiresGradient ? try Self.matrixGradient(gradient, input) : nil,
            ]
        }
    }

    /// The weight [out, in] in a type.
    func matrix(_ type: DataType) throws -> Tensor {
        try weight.tensor.reshaped([weight.tensor.size(0), weight.tensor.size(1)]).to(type)
    }
}
