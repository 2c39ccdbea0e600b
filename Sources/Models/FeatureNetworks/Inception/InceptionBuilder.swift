/// Makes the blocks of the FID Inception from its weights.
///
/// Names, channels and order are those of the state dictionary of the project pytorch-fid, whose weights are
/// TensorFlow's of 5 December 2015. Architecture: Szegedy et al. 2016, "Rethinking the Inception Architecture for
/// Computer Vision", figures 5 to 7.
struct InceptionBuilder {
    let weights: InceptionWeights

    /// All blocks in order; where weights are missing their steps are left out, and `weights` knows it.
    func blocks() throws -> [InceptionBlock] {
        [
            try stem("Conv2d_1a_3x3", 3, 32, 3, stride: 2),
            try stem("Conv2d_2a_3x3", 32, 32, 3),
            try stem("Conv2d_2b_3x3", 32, 64, 3, padding: 1),
            InceptionBlock(name: "maxpool1", branches: [[.maximum(stride: 2, padding: 0)]]),
            try stem("Conv2d_3b_1x1", 64, 80, 1),
            try stem("Conv2d_4a_3x3", 80, 192, 3),
            InceptionBlock(name: "maxpool2", branches: [[.maximum(stride: 2, padding: 0)]]),
            try mixed35("Mixed_5b", 192, pool: 32),
            try mixed35("Mixed_5c", 256, pool: 64),
            try mixed35("Mixed_5d", 288, pool: 64),
            try reductionTo17("Mixed_6a"),
            try mixed17("Mixed_6b", inner: 128),
            try mixed17("Mixed_6c", inner: 160),
            try mixed17("Mixed_6d", inner: 160),
            try mixed17("Mixed_6e", inner: 192),
            try reductionTo8("Mixed_7a"),
            try mixed8("Mixed_7b", 1280, pool: .average),
            // A maximum in the last block is a slip of the original weights' graph, and part of what FID means.
            try mixed8("Mixed_7c", 2048, pool: .maximum(stride: 1, padding: 1)),
        ]
    }

    private func stem(
        _ name: String, _ inputs: Int, _ outputs: Int, _ side: Int, stride: Int = 1, padding: Int = 0
    ) throws -> InceptionBlock {
        InceptionBlock(
            name: name, branches: [try square(name, inputs, outputs, side, stride: stride, padding: padding)])
    }

    /// Inception A, on 35×35 positions.
    private func mixed35(_ name: String, _ inputs: Int, pool: Int) throws -> InceptionBlock {
        InceptionBlock(
            name: name,
            branches: [
                try square("\(name).branch1x1", inputs, 64, 1),
                try square("\(name).branch5x5_1", inputs, 48, 1)
                    + square("\(name).branch5x5_2", 48, 64, 5, padding: 2),
                try square("\(name).branch3x3dbl_1", inputs, 64, 1)
                    + square("\(name).branch3x3dbl_2", 64, 96, 3, padding: 1)
                    + square("\(name).branch3x3dbl_3", 96, 96, 3, padding: 1),
                try [.average] + square("\(name).branch_pool", inputs, pool, 1),
            ])
    }

    /// Inception B, from 35×35 to 17×17 positions.
    private func reductionTo17(_ name: String) throws -> InceptionBlock {
        InceptionBlock(
            name: name,
            branches: [
                try square("\(name).branch3x3", 288, 384, 3, stride: 2),
                try square("\(name).branch3x3dbl_1", 288, 64, 1)
                    + square("\(name).branch3x3dbl_2", 64, 96, 3, padding: 1)
                    + square("\(name).branch3x3dbl_3", 96, 96, 3, stride: 2),
                [.maximum(stride: 2, padding: 0)],
            ])
    }

    /// Inception C, on 17×17 positions; 7×7 as 1×7 and 7×1.
    private func mixed17(_ name: String, inner: Int) throws -> InceptionBlock {
        InceptionBlock(
            name: name,
            branches: [
                try square("\(name).branch1x1", 768, 192, 1),
                try square("\(name).branch7x7_1", 768, inner, 1)
                    + across("\(name).branch7x7_2", inner, inner, 7)
                    + down("\(name).branch7x7_3", inner, 192, 7),
                try square("\(name).branch7x7dbl_1", 768, inner, 1)
                    + down("\(name).branch7x7dbl_2", inner, inner, 7)
                    + across("\(name).branch7x7dbl_3", inner, inner, 7)
                    + down("\(name).branch7x7dbl_4", inner, inner, 7)
                    + across("\(name).branch7x7dbl_5", inner, 192, 7),
                try [.average] + square("\(name).branch_pool", 768, 192, 1),
            ])
    }

    /// Inception D, from 17×17 to 8×8 positions.
    private func reductionTo8(_ name: String) throws -> InceptionBlock {
        InceptionBlock(
            name: name,
            branches: [
                try square("\(name).branch3x3_1", 768, 192, 1)
                    + square("\(name).branch3x3_2", 192, 320, 3, stride: 2),
                try square("\(name).branch7x7x3_1", 768, 192, 1)
                    + across("\(name).branch7x7x3_2", 192, 192, 7)
                    + down("\(name).branch7x7x3_3", 192, 192, 7)
                    + square("\(name).branch7x7x3_4", 192, 192, 3, stride: 2),
                [.maximum(stride: 2, padding: 0)],
            ])
    }

    /// Inception E, on 8×8 positions; the last 3×3 of two branches as 1×3 beside 3×1.
    private func mixed8(_ name: String, _ inputs: Int, pool: InceptionBlock.Step) throws -> InceptionBlock {
        InceptionBlock(
            name: name,
            branches: [
                try square("\(name).branch1x1", inputs, 320, 1),
                try square("\(name).branch3x3_1", inputs, 384, 1) + fork("\(name).branch3x3_2"),
                try square("\(name).branch3x3dbl_1", inputs, 448, 1)
                    + square("\(name).branch3x3dbl_2", 448, 384, 3, padding: 1)
                    + fork("\(name).branch3x3dbl_3"),
                try [pool] + square("\(name).branch_pool", inputs, 192, 1),
            ])
    }

    private typealias Steps = [InceptionBlock.Step]

    private func square(
        _ name: String, _ inputs: Int, _ outputs: Int, _ side: Int, stride: Int = 1, padding: Int = 0
    ) throws -> Steps {
        steps(
            try weights.convolution(
                name, inputs, outputs, (side, side), stride: stride, padding: (padding, padding)))
    }

    private func across(_ name: String, _ inputs: Int, _ outputs: Int, _ width: Int) throws -> Steps {
        steps(try weights.convolution(name, inputs, outputs, (1, width), padding: (0, width / 2)))
    }

    private func down(_ name: String, _ inputs: Int, _ outputs: Int, _ height: Int) throws -> Steps {
        steps(try weights.convolution(name, inputs, outputs, (height, 1), padding: (height / 2, 0)))
    }

    private func fork(_ name: String) throws -> Steps {
        let a = try weights.convolution(name + "a", 384, 384, (1, 3), padding: (0, 1))
        let b = try weights.convolution(name + "b", 384, 384, (3, 1), padding: (1, 0))
        guard let a, let b else { return [] }
        return [.fork([a, b])]
    }

    private func steps(_ convolution: InceptionConvolution?) -> Steps { convolution.map { [.convolution($0)] } ?? [] }
}
