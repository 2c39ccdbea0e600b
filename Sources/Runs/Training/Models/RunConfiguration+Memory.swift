import Autoencoders
import Files
import Quantization
import Torch

// What work takes at least, so that what fits is never refused: numbers that must exist at the same time, without what
// LibTorch and its libraries need besides.

extension RunConfiguration {
    /// Refuses a training that does not fit into memory, before anything of it is allocated.
    ///
    /// - Parameters:
    ///   - model: The model on `Device.meta`.
    ///   - type: The element type of the convolutions.
    /// - Throws: `MemoryError`.
    func requireTrainingMemory(_ model: any Autoencoder, _ type: DataType) throws {
        try model.parameters.requireMemory(
            statistics: model.statisticsBytes, isTrained: true, for: "training a model of these settings",
            remedy: "choose smaller sections model and quantizer")
        try MemoryLimit.require(
            activationBytes(type) * training.batchSize,
            for: "a training step of \(training.batchSize) images of \(data.shape)",
            remedy: "choose a smaller training.batchSize or smaller images")
        if quantizer.initialization == .kMeans {
            // The vectors in parts and as one, and as the numbers that k-means works on.
            try MemoryLimit.require(
                ByteCount(quantizer.kMeansVectors, quantizer.dimension, 4, 3),
                for: "placing codewords by k-means on \(quantizer.kMeansVectors) vectors",
                remedy: "choose a smaller quantizer.kMeansVectors")
        }
    }

    /// Refuses to encode and decode more images at once than fit into memory.
    ///
    /// - Throws: `MemoryError`.
    package func requireInferenceMemory(images: Int, _ type: DataType) throws {
        // The largest of all maps, that it is made from, and the images before and after as floats.
        let largest = maps.map(\.value).max() ?? 0
        try MemoryLimit.require(
            (ByteCount(largest, type.size, 2) + ByteCount(paddedHeight, paddedWidth, data.channels, 8)) * images,
            for: "a batch of \(images) images of \(data.shape)",
            remedy: "choose a model of smaller images or fewer channels")
    }

    /// Bytes that a training step keeps of an image for the way back.
    private func activationBytes(_ type: DataType) -> ByteCount {
        // The image, its reconstruction, and the error's gradient.
        maps.reduce(ByteCount(paddedHeight, paddedWidth, data.channels, 12)) { $0 + $1 * type.size }
    }

    /// Elements of the maps of the finest level, encoder and decoder together.
    private var maps: [ByteCount] {
        let halvings = model.downsampling.trailingZeroBitCount
        var maps = (1...max(halvings, 1)).map { halving in
            let channels = halving < halvings ? model.hiddenUnits / 2 : model.hiddenUnits
            return ByteCount(paddedHeight >> halving, paddedWidth >> halving, channels, 2)
        }
        let width = ByteCount(model.residualUnits) + ByteCount(model.hiddenUnits)
        maps.append(ByteCount(gridHeight, gridWidth, width.value, model.residualBlocks) * 2)
        maps.append(ByteCount(gridHeight, gridWidth, quantizer.dimension, 2))
        return maps
    }
}

extension Autoencoder {
    /// What the quantizers keep beside the codewords.
    var statisticsBytes: ByteCount {
        quantizers.flatMap(\.state).reduce(ByteCount(0)) {
            $0 + ByteCount(product: $1.tensor.shape + [$1.tensor.dataType.size])
        }
    }
}
