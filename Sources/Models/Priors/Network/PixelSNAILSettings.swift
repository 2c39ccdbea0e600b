import Latents

/// The shape of a prior's network: its grid, what it predicts and knows, its widths and depths.
package struct PixelSNAILSettings: Sendable, Equatable {
    /// Positions down.
    package var height: Int
    /// Positions across.
    package var width: Int
    /// How many codes there are to choose from at a position: m.
    package var choices: Int
    /// Channels between blocks, C.
    package var hiddenUnits: Int
    /// Channels inside a gated residual block, R.
    package var residualUnits: Int
    /// Groups of residual blocks.
    package var groups: Int
    /// Gated residual blocks a group.
    package var residualBlocks: Int
    /// How many groups, the last ones, end with a block of causal attention.
    package var attentionLayers: Int
    /// Heads of an attention block; divides ``hiddenUnits``.
    package var attentionHeads: Int
    /// The side of the causal convolutions, of which the rows up to the present one are used; odd.
    package var filterSize: Int
    /// Share of a block's inner channels that training sets to zero.
    package var dropout: Double
    /// 1×1 convolutions before the logits.
    package var outputLayers: Int
    /// Gated residual blocks that look at the earlier layers, without a causal mask.
    package var conditioningBlocks: Int
    /// The layers that are known, in the order in which they are sampled. Their grids divide this one, and their choices
    /// are codewords: mʲ in layer j of HR-VQVAE, where the number names the whole path.
    package var conditions: [CodeLayer]
    /// Classes of a class-conditional prior; 0 for one without labels.
    package var classes: Int

    /// Makes settings.
    ///
    /// - Precondition: The numbers fit each other, as the properties say; `PriorConfiguration` checks what a user writes.
    package init(
        height: Int, width: Int, choices: Int, hiddenUnits: Int, residualUnits: Int, groups: Int = 4,
        residualBlocks: Int = 4, attentionLayers: Int, attentionHeads: Int, filterSize: Int = 5, dropout: Double = 0,
        outputLayers: Int = 0, conditioningBlocks: Int = 2, conditions: [CodeLayer] = [], classes: Int = 0
    ) {
        precondition(filterSize % 2 == 1, "a causal filter of even size \(filterSize) has no middle column")
        precondition(attentionLayers <= groups, "\(attentionLayers) attention layers in \(groups) groups")
        precondition(
            attentionLayers == 0 || hiddenUnits % attentionHeads == 0,
            "\(hiddenUnits) channels in \(attentionHeads) heads")
        precondition(
            conditions.allSatisfy { height % $0.height == 0 && width % $0.width == 0 },
            "an earlier layer's grid must divide \(height)×\(width)")
        self.height = height
        self.width = width
        self.choices = choices
        self.hiddenUnits = hiddenUnits
        self.residualUnits = residualUnits
        self.groups = groups
        self.residualBlocks = residualBlocks
        self.attentionLayers = attentionLayers
        self.attentionHeads = attentionHeads
        self.filterSize = filterSize
        self.dropout = dropout
        self.outputLayers = outputLayers
        self.conditioningBlocks = conditioningBlocks
        self.conditions = conditions
        self.classes = classes
    }

    /// Positions of the grid.
    package var positions: Int { height * width }
    /// Rows of a causal filter: those above, and the present one.
    package var filterRows: Int { (filterSize + 1) / 2 }
    /// Whether the network is told anything but the codes before a position.
    package var isConditioned: Bool { !conditions.isEmpty || classes > 0 }

    /// Whether a group ends with attention.
    package func hasAttention(group: Int) -> Bool { group >= groups - attentionLayers }
}
