import Autoencoders
import Datasets
import Files
import Foundation
import Quantization
import Torch
import Training

extension RosinalityExchange {
    /// Reads a state dictionary as a model of ours.
    ///
    /// - Parameters:
    ///   - url: A safetensors file; `Tools/pt_to_safetensors.py` makes one of a `.pt` file.
    ///   - height: Pixels from top to bottom of the images it was trained on, a multiple of 8; no file says it.
    ///   - width: Pixels from left to right, a multiple of 8.
    /// - Returns: As ``model(of:source:height:width:)``.
    /// - Throws: `FileError`, ``ExchangeError/pickledFile(path:)``, and what ``model(of:source:height:width:)`` throws.
    package static func model(
        at url: URL, height: Int = 256, width: Int = 256
    ) throws -> (configuration: RunConfiguration, model: any Autoencoder) {
        let state: [String: Tensor]
        do {
            state = try Safetensors.read(url).tensors
        } catch let error as FileError {
            if isPickled(url) { throw ExchangeError.pickledFile(path: url.path) }
            throw error
        }
        return try model(of: state, source: url.path, height: height, width: width)
    }

    /// Makes a model of ours of a state dictionary. Keys may all start with `module.`.
    ///
    /// - Parameters:
    ///   - state: Their tensors by name, of float32, float16 or bfloat16.
    ///   - source: What to call them in an error, such as a path.
    ///   - height: Pixels from top to bottom of an image, a multiple of 8.
    ///   - width: Pixels from left to right, a multiple of 8.
    /// - Returns: The configuration, and the model with its codebook statistics. What the file does not say is as in
    ///   their training script: batches of 128, Adam at 3·10⁻⁴, decay 0.99, β = 0.25.
    /// - Throws: ``ExchangeError/mismatchedState(source:expected:problems:)`` with every tensor that is missing,
    ///   unknown, of another shape or type, or not finite; `ConfigurationError.invalid` where the sizes are not ones
    ///   that a model of ours can have; `TorchError`.
    package static func model(
        of state: [String: Tensor], source: String, height: Int = 256, width: Int = 256
    ) throws -> (configuration: RunConfiguration, model: any Autoencoder) {
        let state = try RosinalityState(state, source: source)
        let configuration = configuration(of: state, height: height, width: width)
        let model = try configuration.makeAutoencoder()
        var parameters: [String: Tensor] = [:]
        for (entry, tensor) in state.tensors {
            let value = try tensor.to(.float32)
            switch entry.place {
            case .parameter(let name): parameters[name] = entry.factor == 1 ? value : try value * entry.factor
            case .codewords(let level):
                parameters[codebookName(level)] = try value.permuted([1, 0]).unsqueezed(0)
            case .counts, .sums: continue
            }
        }
        try model.parameters.load(parameters, source: source)
        for quantizer in model.quantizers { try quantizer.markInitialized() }
        for (entry, tensor) in state.tensors {
            switch entry.place {
            case .counts(let level): try statistics(model, level: level).counts[0].copyInPlace(from: tensor)
            case .sums(let level):
                try statistics(model, level: level).sums[0].copyInPlace(from: tensor.permuted([1, 0]))
            case .parameter, .codewords: continue
            }
        }
        return (configuration, model)
    }

    private static func configuration(of state: RosinalityState, height: Int, width: Int) -> RunConfiguration {
        RunConfiguration(
            data: DataConfiguration(kind: .folder, channels: state[.channels], height: height, width: width),
            model: ModelConfiguration(
                kind: .vqvae2, hiddenUnits: state[.hidden], residualUnits: state[.residual],
                residualBlocks: state.residualBlocks, filterSize: filterSize, downsampling: downsampling,
                levels: levels),
            quantizer: QuantizerConfiguration(
                layers: 1, branching: state[.codewords], dimension: state[.dimension], learning: .movingAverage,
                decay: 0.99, beta: 0.25, betaSum: 0, kMeansVectors: max(state[.codewords], 65536)),
            optimizer: OptimizerConfiguration(learningRate: 3e-4), training: TrainingConfiguration(batchSize: 128))
    }

    /// Whether a file begins as `torch.save` begins one: a ZIP archive, or a pickle in older versions.
    private static func isPickled(_ url: URL) -> Bool {
        guard let file = try? FileHandle(forReadingFrom: url) else { return false }
        defer { try? file.close() }
        guard let start = try? file.read(upToCount: 2), start.count == 2 else { return false }
        return start == Data("PK".utf8) || (start[0] == 0x80 && (2...5).contains(start[1]))
    }
}
