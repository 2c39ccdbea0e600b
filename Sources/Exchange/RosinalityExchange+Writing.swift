import Autoencoders
import Files
import Foundation
import Quantization
import Torch
import Training

extension RosinalityExchange {
    /// The state dictionary of a model on disk.
    ///
    /// `cluster_size` and `embed_avg` are those of the newest checkpoint where it is of the same step as
    /// `model.safetensors`; otherwise they are ones and the codewords, whose quotient is the codewords too.
    ///
    /// - Parameter url: The folder of a run or of a model.
    /// - Returns: As ``state(of:_:)``.
    /// - Throws: ``ExchangeError/unsupportedModel(target:reasons:)``, `FileError`, `ConfigurationError`, `TorchError`;
    ///   `TrainingError` where the checkpoint's statistics are not its own.
    package static func state(ofModelAt url: URL) throws -> [(name: String, tensor: Tensor)] {
        let folder = ModelFolder(url)
        try checkSupport(folder.configuration())
        let (configuration, model) = try folder.load()
        try loadStatistics(into: model, from: RunFolder(url))
        return try state(of: model, configuration)
    }

    /// The state dictionary of a model in memory, with every key of theirs in their order.
    ///
    /// - Parameters:
    ///   - model: A VQ-VAE-2 of two levels. Its codebook statistics become `cluster_size` and `embed_avg`; where
    ///     codewords are learnt by gradient there are none, and ones and the codewords take their place.
    ///   - configuration: Its configuration.
    /// - Returns: float32 tensors in memory of their own.
    /// - Throws: ``ExchangeError/unsupportedModel(target:reasons:)`` with what their class cannot hold, `TorchError`.
    package static func state(
        of model: any Autoencoder, _ configuration: RunConfiguration
    ) throws -> [(name: String, tensor: Tensor)] {
        try checkSupport(configuration)
        let isAveraged = configuration.quantizer.learning == .movingAverage
        func tensor(_ place: RosinalityEntry.Place) throws -> Tensor {
            switch place {
            case .parameter(let name):
                guard let parameter = model.parameters[name] else {
                    throw TorchError.mismatchedParameters(source: "the model", problems: ["missing: '\(name)'"])
                }
                return parameter.tensor
            case .codewords(let level):
                return try tensor(.parameter(codebookName(level))).selected(axis: 0, 0).permuted([1, 0])
            case .counts(let level) where isAveraged: return statistics(model, level: level).counts[0]
            case .counts: return try Tensor.full([configuration.quantizer.branching], 1)
            case .sums(let level) where isAveraged:
                return try statistics(model, level: level).sums[0].permuted([1, 0])
            case .sums(let level): return try tensor(.codewords(level: level))
            }
        }
        return try withoutGradients {
            try RosinalityEntry.table(residualBlocks: configuration.model.residualBlocks).map { entry in
                let value = try tensor(entry.place).detached().to(.cpu)
                let scaled = entry.factor == 1 ? value : try value * (1 / entry.factor)
                return (entry.name, try scaled.contiguous().cloned())
            }
        }
    }

    /// Their class has no settings for these.
    private static func checkSupport(_ configuration: RunConfiguration) throws {
        let model = configuration.model
        var reasons: [String] = []
        if model.kind != .vqvae2 {
            reasons = ["model.kind is \(model.kind.rawValue), and it is a vqvae2"]
        } else if configuration.quantizer.kind != .residual {
            reasons = ["quantizer.kind is \(configuration.quantizer.kind.rawValue), and its codebooks are learnt"]
        } else {
            for (key, value, theirs) in [
                ("model.levels", model.levels, levels), ("model.downsampling", model.downsampling, downsampling),
                ("model.filterSize", model.filterSize, filterSize),
            ] where value != theirs {
                reasons.append("\(key) is \(value), and it always has \(theirs)")
            }
        }
        guard reasons.isEmpty else {
            throw ExchangeError.unsupportedModel(target: "rosinality/vq-vae-2-pytorch's VQVAE", reasons: reasons)
        }
    }

    /// Takes the statistics of the newest checkpoint, if it is of the step of the weights.
    private static func loadStatistics(into model: any Autoencoder, from run: RunFolder) throws {
        guard let step = run.checkpointSteps().last,
            try Safetensors.read(run.model.weightsFile).metadata["step"] == "\(step)"
        else { return }
        let file = run.checkpoint(step).appendingPathComponent("statistics.safetensors")
        let stored = try Safetensors.read(
            Checkpoint.read(file.lastPathComponent, from: run.checkpoint(step)), path: file.path
        ).tensors
        for (name, tensor) in model.statistics() {
            guard let value = stored[name], value.shape == tensor.shape else {
                throw FileError.malformed(
                    path: file.path, reason: "there is no '\(name)' of shape \(tensor.shape)",
                    expected: "the statistics of the model in \(run.url.path)")
            }
            try tensor.copyInPlace(from: value)
        }
    }
}
