import Files
import Priors
import Torch

extension PriorConfiguration {
    /// Refuses the training of a layer's prior that does not fit into memory, before anything of it is allocated.
    ///
    /// - Parameter settings: The network of the layer that this configuration was resolved for.
    /// - Throws: `MemoryError`, `TorchError`.
    func requireTrainingMemory(_ settings: PixelSNAILSettings) throws {
        try PixelSNAIL.outline(settings).parameters.requireMemory(
            isTrained: true, for: "training a prior of these settings", remedy: "choose a smaller section network")
        let batch = training.batchSize[0]
        let part = training.microBatchSize > 0 ? min(training.microBatchSize, batch) : batch
        // At least the input of each block and the logits; in bfloat16 half of it, which every choice fits.
        let blocks = ByteCount(settings.groups, max(settings.residualBlocks, 1), settings.hiddenUnits, 2)
        let position = blocks + ByteCount(settings.choices, 8)
        try MemoryLimit.require(
            ByteCount(settings.height, settings.width, position.value, part),
            for: "a training step of \(part) images of \(settings.width)x\(settings.height) codes",
            remedy: "choose a smaller training.microBatchSize")
    }
}
