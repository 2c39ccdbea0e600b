import Torch

/// Hands the tensors of a state dictionary to the layers that ask for them, and keeps a list of what is wrong.
final class InceptionWeights {
    private let state: [String: Tensor]
    private let device: Device
    private var used: Set<String> = []
    private var problems: [String] = []

    /// Added to the variances of batch normalisation.
    static let epsilon = 0.001

    init(_ state: [String: Tensor], device: Device) {
        self.state = state
        self.device = device
    }

    /// A convolution without bias, its batch normalisation in evaluation mode folded in, and ReLU.
    ///
    /// With s = γ / √(σ² + 0.001) the folded weight is w·s and the bias β − μ·s, computed in float64.
    func convolution(
        _ name: String, _ inputs: Int, _ outputs: Int, _ filter: (height: Int, width: Int), stride: Int = 1,
        padding: (height: Int, width: Int) = (0, 0)
    ) throws -> InceptionConvolution? {
        let weight = try tensor("\(name).conv.weight", [outputs, inputs, filter.height, filter.width])
        let scale = try tensor("\(name).bn.weight", [outputs])
        let shift = try tensor("\(name).bn.bias", [outputs])
        let mean = try tensor("\(name).bn.running_mean", [outputs])
        let variance = try tensor("\(name).bn.running_var", [outputs])
        guard let weight, let scale, let shift, let mean, let variance else { return nil }
        let factor = try scale * FeatureOperators.reciprocalRoot(.tensor(variance + Self.epsilon))
        let folded = try weight * factor.reshaped([outputs, 1, 1, 1])
        let bias = try shift - mean * factor
        guard try folded.isFinite(), try bias.isFinite() else {
            problems.append("'\(name)' holds numbers that are not finite, or variances below zero")
            return nil
        }
        return InceptionConvolution(
            weight: try folded.to(.float32).to(device).channelsLast(), bias: try bias.to(.float32).to(device),
            stride: stride, padding: padding)
    }

    /// Ends the loading.
    ///
    /// - Throws: ``FeaturesError/notInception(source:problems:)`` with every missing, misshapen and unknown key.
    func finish(source: String) throws {
        for name in state.keys.sorted() where !used.contains(name) && !Self.isIgnored(name) {
            problems.append("unknown: '\(name)' is not a weight of the FID Inception")
        }
        guard problems.isEmpty else { throw FeaturesError.notInception(source: source, problems: problems) }
    }

    private func tensor(_ name: String, _ shape: [Int]) throws -> Tensor? {
        used.insert(name)
        guard let tensor = state[name] else {
            problems.append("missing: '\(name)' of shape \(shape)")
            return nil
        }
        guard tensor.shape == shape else {
            problems.append("'\(name)' has the shape \(tensor.shape), the network's is \(shape)")
            return nil
        }
        guard [.float16, .bfloat16, .float32, .float64].contains(tensor.dataType) else {
            problems.append("'\(name)' holds \(tensor.dataType), and real numbers are needed")
            return nil
        }
        return try tensor.to(.float64)
    }

    /// What the usual file holds beyond the features: the classifier, counters, and the auxiliary head.
    private static func isIgnored(_ name: String) -> Bool {
        name == "fc.weight" || name == "fc.bias" || name.hasSuffix(".num_batches_tracked")
            || name.hasPrefix("AuxLogits.")
    }
}

/// A convolution with bias, then ReLU; outside of differentiation.
struct InceptionConvolution {
    /// [out, in, height, width], channels-last.
    let weight: Tensor
    /// [out].
    let bias: Tensor
    let stride: Int
    let padding: (height: Int, width: Int)

    func callAsFunction(_ input: Tensor) throws -> Tensor {
        try FeatureOperators.convolution(
            .tensor(input), .tensor(weight), .tensor(bias), .integers([stride, stride]),
            .integers([padding.height, padding.width]), [1, 1], 1
        ).reluInPlace()
    }
}
