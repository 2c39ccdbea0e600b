import Files
import Foundation
import Priors
import Training

/// What the priors of a model are made of, as `hrvq inspect` shows it.
public struct PriorDescription: Codable, Sendable, Equatable {
    /// The prior of one layer.
    public struct Layer: Codable, Sendable, Equatable {
        /// From 1, in the order of sampling.
        public var layer: Int
        /// Positions down.
        public var height: Int
        /// Positions across.
        public var width: Int
        /// The codebook size at a position, m.
        public var choices: Int
        /// Whether it is trained.
        public var isTrained: Bool
        /// Trained numbers; 0 where there is no prior yet.
        public var parameters: Int
        /// Gated residual blocks, of all groups.
        public var residualBlocks: Int
        /// Attention blocks.
        public var attentionLayers: Int
        /// Whether it knows classes.
        public var isConditional: Bool
        /// Training steps of the stored weights.
        public var step: Int
    }

    /// The autoencoder's kind.
    public var kind: String
    /// The fingerprint of the model whose codes these are.
    public var model: String
    /// The classes' names.
    public var classNames: [String]
    /// A layer's prior, in the order of sampling.
    public var layers: [Layer]

    /// Describes the priors of a folder, those that are not trained yet too.
    ///
    /// - Throws: `FileError`, `ConfigurationError`, `TorchError`.
    public init(_ folder: PriorFolder) throws {
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
    public var text: String {
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
    public func json() throws -> Data { try ReportJSON.data(self) }
}
