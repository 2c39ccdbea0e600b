import Foundation
import Latents
import Priors
import Training

extension PriorConfiguration {
    /// The configuration of one layer: every list is that layer's value alone.
    ///
    /// - Parameters:
    ///   - layer: From 0, in the order of sampling.
    ///   - layers: How many layers the codes have.
    /// - Throws: ``PriorError/layerCount(configured:codes:)`` where the lists are of another number of layers.
    package func resolved(layer: Int, of layers: Int) throws -> PriorConfiguration {
        guard layerCount == 1 || layerCount == layers else {
            throw PriorError.layerCount(configured: layerCount, codes: layers)
        }
        var result = self
        let integers: [WritableKeyPath<PriorConfiguration, [Int]>] = [
            \.network.hiddenUnits, \.network.residualUnits, \.network.groups, \.network.residualBlocks,
            \.network.attentionLayers, \.network.attentionHeads, \.network.filterSize, \.network.outputLayers,
            \.network.conditioningBlocks, \.training.batchSize, \.training.epochs, \.training.steps,
        ]
        for path in integers { result[keyPath: path] = [self[keyPath: path].value(layer)] }
        result.network.dropout = [network.dropout.value(layer)]
        return result
    }

    /// The network of a layer of codes. This configuration is one that ``resolved(layer:of:)`` gave.
    package func settings(layer: Int, in space: CodeSpace) -> PixelSNAILSettings {
        let layers = space.layers
        return PixelSNAILSettings(
            height: layers[layer].height, width: layers[layer].width, choices: layers[layer].choices,
            hiddenUnits: network.hiddenUnits[0], residualUnits: network.residualUnits[0], groups: network.groups[0],
            residualBlocks: network.residualBlocks[0], attentionLayers: network.attentionLayers[0],
            attentionHeads: network.attentionHeads[0], filterSize: network.filterSize[0],
            dropout: network.dropout[0], outputLayers: network.outputLayers[0],
            conditioningBlocks: network.conditioningBlocks[0],
            conditions: zip(layers, space.codewords).prefix(layer).map {
                CodeLayer(height: $0.height, width: $0.width, choices: $1)
            }, classes: conditioning.label ? space.classNames.count : 0)
    }

    /// Training steps of the layer that this configuration was resolved for.
    package func totalSteps(images: Int) -> Int {
        if training.steps[0] > 0 { return training.steps[0] }
        let (seen, overflows) = training.epochs[0].multipliedReportingOverflow(by: images)
        return overflows ? Int.max : max(seen / training.batchSize[0], 1)
    }

    /// The seed's bits.
    var seedBits: UInt64 { UInt64(bitPattern: Int64(training.seed)) }
}
