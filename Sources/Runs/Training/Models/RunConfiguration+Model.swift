import Autoencoders
import Datasets
import Files
import Quantization
import Torch

extension RunConfiguration {
    /// A model with fresh parameters, as the sections `model`, `quantizer` and `data` describe it.
    ///
    /// - Parameters:
    ///   - device: Where the parameters are made; on `Device.meta` they take no memory, for questions about shapes.
    ///   - seed: The run's seed; initial numbers come from its stream "initialization".
    /// - Throws: `ConfigurationError/invalid(_:)`, `MemoryError`, `TorchError`.
    public func makeAutoencoder(on device: Device = .cpu, seed: UInt64? = nil) throws -> any Autoencoder {
        try validate()
        // The same model without memory says what it takes; on a GPU memory is the device's, which tells by itself.
        if device == .cpu {
            let outline = try makeAutoencoder(on: .meta)
            try outline.parameters.requireMemory(
                statistics: outline.statisticsBytes, for: "a model of these settings",
                remedy: "choose smaller sections model and quantizer")
        }
        var stream = SeededGenerator(seed: seed ?? seedBits, stream: "initialization")
        let generator = try Generator(seed: stream.next(), device: device == .meta ? .meta : .cpu)
        switch model.kind {
        case .hrvqvae, .vqvae, .rqvae:
            return try SingleGridAutoencoder(
                network: networkSettings, quantizer: quantizerSettings, generator: generator, device: device)
        case .vqvae2:
            return try VQVAE2(
                network: networkSettings, levels: model.levels, quantizer: quantizerSettings, generator: generator,
                device: device)
        }
    }

    /// What training minimizes, as the section `objective` describes it.
    package func makeObjective() -> any Objective { ReconstructionObjective(pixel: objective.pixel) }

    /// The seed's bits.
    var seedBits: UInt64 { UInt64(bitPattern: Int64(training.seed)) }

    private var networkSettings: NetworkSettings {
        NetworkSettings(
            channels: data.channels, hiddenUnits: model.hiddenUnits, residualUnits: model.residualUnits,
            residualBlocks: model.residualBlocks, filterSize: model.filterSize, downsampling: model.downsampling)
    }

    private var quantizerSettings: any LatentQuantizerSettings {
        switch quantizer.kind {
        case .residual: residualSettings
        case .fsq: FiniteScalarQuantizer.Settings(levels: quantizer.levels)
        }
    }

    private var residualSettings: QuantizerSettings {
        QuantizerSettings(
            structure: model.kind.structure, layers: quantizer.layers, branching: quantizer.branching,
            dimension: quantizer.dimension,
            learning: quantizer.learning, decay: quantizer.decay,
            beta: quantizer.beta, betaSum: quantizer.betaSum, reviveAfter: quantizer.reviveAfter)
    }

    /// The element type in which the model's convolutions run on a device.
    ///
    /// - Parameters:
    ///   - device: Where the model runs.
    ///   - choice: Takes the place of `training.precision` if given.
    package func elementType(on device: Device, choice: Precision? = nil) -> DataType {
        (choice ?? training.precision).resolve(on: device)
    }
}
