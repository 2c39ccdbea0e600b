import Files
import Foundation
import Latents
import Priors
import Torch
import Training

/// What the priors of a model are made of, as `hrvq inspect` shows it.
package struct PriorDescription: Codable, Sendable, Equatable {
    /// The prior of one layer.
    package struct Layer: Codable, Sendable, Equatable {
        /// From 1, in the order of sampling.
        package var layer: Int
        /// Positions down.
        package var height: Int
        /// Positions across.
        package var width: Int
        /// The codebook size at a position, m.
        package var choices: Int
        /// Whether it is trained.
        package var isTrained: Bool
        /// Trained numbers; 0 where there is no prior yet.
        package var parameters: Int
        /// Gated residual blocks, of all groups.
        package var residualBlocks: Int
        /// Attention blocks.
        package var attentionLayers: Int
        /// Whether it knows classes.
        package var isConditional: Bool
        /// Training steps of the stored weights.
        package var step: Int
    }

    /// The autoencoder's kind.
    package var kind: String
    /// The fingerprint of the model whose codes these are.
    package var model: String
    /// The classes' names.
    package var classNames: [String]
    /// A layer's prior, in the order of sampling.
    package var layers: [Layer]

    /// Describes the priors of a folder, those that are not trained yet too.
    ///
    /// - Throws: `FileError`, `ConfigurationError`, `TorchError`.
    package init(_ folder: PriorFolder) throws {
        let space = try folder.codeSpace()
        kind = space.kind
        model = space.model
        classNames = space.classNames
        layers = try space.layers.enumerated().map { index, layer in
            var description = Layer(
                layer: index + 1, height: layer.height, width: layer.width, choices: layer.choices, isTrained: false,
                parameters: 0, residualBlocks: 0, attentionLayers: 0, isConditional: false, step: 0)
            do {
                let network = try folder.outline(layer: index, of: space)
                let settings = network.settings
                description.isTrained = true
                description.parameters = network.parameters.trainableCount
                description.residualBlocks = settings.groups * settings.residualBlocks
                description.attentionLayers = settings.attentionLayers
                description.isConditional = settings.classes > 0
                description.step = try folder.step(layer: index)
            } catch PriorError.missingLayer {}
            return description
        }
    }

    /// The description as lines for a person.
    package var text: String {
        func line(_ label: String, _ value: String) -> String { LabelledLine.text(label, value) }
        var lines = [
            line("priors of", "\(kind), fingerprint \(model.prefix(12))…"),
            line("classes", classNames.isEmpty ? "none" : Listing.text(classNames)),
        ]
        for layer in layers {
            let grid = "\(layer.width)×\(layer.height) grid, codebook size \(layer.choices)"
            let network =
                layer.isTrained
                ? "\(layer.parameters) parameters, \(layer.residualBlocks) residual blocks, \(layer.attentionLayers) of"
                    + " attention, \(layer.isConditional ? "told the class" : "no classes"), \(layer.step) steps"
                : "not trained"
            lines.append(line("layer \(layer.layer)", "\(grid): \(network)"))
        }
        return lines.joined(separator: "\n")
    }

    /// The description as JSON with sorted keys.
    ///
    /// - Throws: `EncodingError`.
    package func json() throws -> Data { try ReportJSON.data(self) }
}
