import Torch
import Training

/// Everything that decides how the priors of a model are trained, layer by layer.
///
/// Values that are lists hold one for all layers, or one a layer in the order of sampling: of VQ-VAE-2 the coarsest
/// grid first. The defaults are the paper's larger network (table 8), a batch of 128 and little dropout.
public struct PriorConfiguration: TrainableConfiguration {
    /// The presets that come with the library.
    public typealias Preset = PriorPreset

    /// Stored as `format`.
    public static let formatName = "prior"
    /// The version that is written, and the newest that is read.
    public static let formatVersion = 1
    /// Lists all keys.
    public static let help = "hrvq train-prior --help-config"

    /// The network's widths and depths.
    public var network: PriorNetworkConfiguration
    /// What the network is told.
    public var conditioning: PriorConditioningConfiguration
    /// Adam.
    public var optimizer: OptimizerConfiguration
    /// How long and in which arithmetic.
    public var training: PriorTrainingConfiguration
    /// When a run is saved.
    public var checkpoint: CheckpointConfiguration
    /// When the held-out likelihood is measured, and when it ends the run.
    public var evaluation: PriorEvaluationConfiguration
    /// What a run writes down.
    public var logging: LoggingConfiguration

    /// The defaults.
    public init() {
        network = .init()
        conditioning = .init()
        optimizer = .init(learningRate: 3e-4)
        training = .init()
        checkpoint = .init()
        evaluation = .init()
        logging = .init()
    }
}

/// The network's widths and depths (section `network`); see `PixelSNAILSettings`.
public struct PriorNetworkConfiguration: Sendable, Equatable {
    /// Channels between blocks.
    public var hiddenUnits = [128]
    /// Channels inside a gated residual block.
    public var residualUnits = [64]
    /// Groups of residual blocks.
    public var groups = [4]
    /// Gated residual blocks a group.
    public var residualBlocks = [4]
    /// How many groups, the last ones, end with attention.
    public var attentionLayers = [4]
    /// Heads of an attention block.
    public var attentionHeads = [8]
    /// The side of the causal convolutions.
    public var filterSize = [5]
    /// Share of a block's inner channels that training sets to zero.
    public var dropout = [0.1]
    /// 1×1 convolutions before the logits.
    public var outputLayers = [0]
    /// Gated residual blocks that look at the earlier layers.
    public var conditioningBlocks = [2]

    /// The defaults.
    public init() {}
}

/// What the network is told beside the earlier layers (section `conditioning`).
public struct PriorConditioningConfiguration: Sendable, Equatable {
    /// Whether it is told the class, where the codes have labels.
    public var label = true
    /// Share of training images whose class is withheld, so that the prior also knows images of no given class.
    public var labelDropout = 0.1

    /// The defaults.
    public init() {}
}

/// How long and in which arithmetic a prior is trained (section `training`).
public struct PriorTrainingConfiguration: Sendable, Equatable {
    /// Images a step.
    public var batchSize = [128]
    /// Images that pass through the network together; a step adds up the gradients of its parts. 0 takes what fits
    /// the processor's caches.
    public var microBatchSize = 0
    /// Passes over the training codes; not used where `steps` says how many steps.
    public var epochs = [100]
    /// Training steps; 0 leaves it to `epochs`.
    public var steps = [0]
    /// Decay of the Polyak average of the weights; the average is what is evaluated and saved.
    public var averagingDecay = 0.99
    /// The one number that all randomness of a run is derived from.
    public var seed = 0
    /// The element type of convolutions and attention.
    public var precision = Precision.auto
    /// Threads of the tensor engine; 0 leaves the number to LibTorch.
    public var threads = 0

    /// The defaults.
    public init() {}
}

/// When the likelihood of held-out codes is measured (section `evaluation`).
public struct PriorEvaluationConfiguration: Sendable, Equatable {
    /// Steps from one evaluation to the next.
    public var every = 500
    /// Held-out images an evaluation reads at most.
    public var images = 1000
    /// Share of the codes that is held out where no codes of their own are given for it.
    public var heldOutShare = 0.05
    /// Evaluations in a row without a better likelihood that end the training of a layer; 0 trains all steps. Where it
    /// is not 0, the weights that were best are the ones that are saved.
    public var patience = 0

    /// The defaults.
    public init() {}
}
