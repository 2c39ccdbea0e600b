/// A layer of codes that is known before the prior's own: what a prior is conditioned on.
public struct PriorCondition: Sendable, Equatable {
    /// Positions down; divides the height of the prior's grid.
    public var height: Int
    /// Positions across; divides the width of the prior's grid.
    public var width: Int
    /// How many codewords there are to choose from: m^j in layer j of HR-VQVAE, where the number names the whole path.
    public var choices: Int

    /// Makes a description.
    public init(height: Int, width: Int, choices: Int) {
        self.height = height
        self.width = width
        self.choices = choices
    }
}

/// The shape of a prior's network: its grid, what it predicts and knows, its widths and depths.
public struct PixelSNAILSettings: Sendable, Equatable {
    /// Positions down.
    public var height: Int
    /// Positions across.
    public var width: Int
    /// How many codes there are to choose from at a position: m.
    public var choices: Int
    /// Channels between blocks, C.
    public var hiddenUnits: Int
    /// Channels inside a gated residual block, R.
    public var residualUnits: Int
    /// Groups of residual blocks.
    public var groups: Int
    /// Gated residual blocks a group.
    public var residualBlocks: Int
    /// How many groups, the last ones, end with a block of causal attention.
    public var attentionLayers: Int
    /// Heads of an attention block; divides ``hiddenUnits``.
    public var attentionHeads: Int
    /// The side of the causal convolutions, of which the rows up to the present one are used; odd.
    public var filterSize: Int
    /// Share of a block's inner channels that training sets to zero.
    public var dropout: Double
    /// 1×1 convolutions before the logits.
    public var outputLayers: Int
    /// Gated residual blocks that look at the earlier layers, without a causal mask.
    public var conditioningBlocks: Int
    /// The layers that are known, in the order in which they are sampled.
    public var conditions: [PriorCondition]
    /// Classes of a class-conditional prior; 0 for one without labels.
    public var classes: Int

    /// Makes settings.
    ///
    /// - Precondition: The numbers fit each other, as the properties say; `PriorConfiguration` checks what a user writes.
    public init(
        height: Int, width: Int, choices: Int, hiddenUnits: Int, residualUnits: Int, groups: Int = 4,
        residualBlocks: Int = 4, attentionLayers: Int, attentionHeads: Int, filterSize: Int = 5, dropout: Double = 0,
        outputLayers: Int = 0, conditioningBlocks: Int = 2, conditions: [PriorCondition] = [], classes: Int = 0
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
    public var positions: Int { height * width }
    /// Rows of a causal filter: those above, and the present one.
    public var filterRows: Int { (filterSize + 1) / 2 }
    /// Whether the network is told anything but the codes before a position.
    public var isConditioned: Bool { !conditions.isEmpty || classes > 0 }

    /// Whether a group ends with attention.
    public func hasAttention(group: Int) -> Bool { group >= groups - attentionLayers }
}
