import Torch

/// One named part of the Inception: branches that read the same input, their outputs strung together.
struct InceptionBlock {
    /// A step of a branch.
    enum Step {
        /// A convolution.
        case convolution(InceptionConvolution)
        /// Means of 3×3 that leave the border out.
        case average
        /// Maxima of 3×3.
        case maximum(stride: Int, padding: Int)
        /// Several branches inside of a branch, their outputs strung together.
        case fork([InceptionConvolution])
    }

    /// The name in the state dictionary, such as `Mixed_5b`.
    let name: String
    /// Steps one after the other, for each branch.
    let branches: [[Step]]

    /// From [N, C, H, W] to the outputs of all branches along the channels.
    func callAsFunction(_ input: Tensor) throws -> Tensor {
        let outputs = try branches.map { steps in
            try steps.reduce(input) { value, step in
                switch step {
                case .convolution(let convolution): try convolution(value)
                case .average: try value.averagePooled()
                case .maximum(let stride, let padding): try value.maximumPooled(3, stride: stride, padding: padding)
                case .fork(let convolutions): try Tensor.concatenate(convolutions.map { try $0(value) }, axis: 1)
                }
            }
        }
        return outputs.count == 1 ? outputs[0] : try Tensor.concatenate(outputs, axis: 1)
    }
}
