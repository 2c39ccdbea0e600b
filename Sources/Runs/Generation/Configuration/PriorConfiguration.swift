import Files
import Settings
import Torch
import Training

/// Everything that decides how the priors of a model are trained, layer by layer.
///
/// Values that are lists hold one for all layers, or one a layer in the order of sampling: of VQ-VAE-2 the coarsest
/// grid first. The defaults are the paper's larger network (table 8), a batch of 128 and little dropout.
public struct PriorConfiguration: TrainableConfiguration {
    /// The presets that come with the library.
    package typealias Preset = PriorPreset

    /// Stored as `format`.
    package static let formatName = "prior"
    /// The version that is written, and the newest that is read.
    package static let formatVersion = 1
    /// Lists all keys.
    package static let help: Message = "\(phrase: .priorSettings)"

    /// The network's widths and depths.
    package var network: PriorNetworkConfiguration
    /// What the network is told.
    package var conditioning: PriorConditioningConfiguration
    /// Adam.
    package var optimizer: OptimizerConfiguration
    /// How long and in which arithmetic.
    package var training: PriorTrainingConfiguration
    /// When a run is saved.
    package var checkpoint: CheckpointConfiguration
    /// When the held-out likelihood is measured, and when it ends the run.
    package var evaluation: PriorEvaluationConfiguration
    /// What a run writes down.
    package var logging: LoggingConfiguration

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
package struct PriorNetworkConfiguration: Sendable, Equatable {
    /// Channels between blocks.
    package var hiddenUnits = [128]
    /// Channels inside a gated residual block.
    package var residualUnits = [64]
    /// Groups of residual blocks.
    package var groups = [4]
    /// Gated residual blocks a group.
    package var residualBlocks = [4]
    /// How many groups, the last ones, end with attention.
    package var attentionLayers = [4]
    /// Heads of an attention block.
    package var attentionHeads = [8]
    /// The side of the causal convolutions.
    package var filterSize = [5]
    /// Share of a block's inner channels that training sets to zero.
    package var dropout = [0.1]
    /// 1×1 convolutions before the logits.
    package var outputLayers = [0]
    /// Gated residual blocks that look at the earlier layers.
    package var conditioningBlocks = [2]

    /// The defaults.
    package init() {}
}

/// What the network is told beside the earlier layers (section `conditioning`).
package struct PriorConditioningConfiguration: Sendable, Equatable {
    /// Whether it is told the class, where the codes have labels.
    package var label = true
    /// Share of training images whose class is withheld, so that the prior also knows images of no given class.
    package var labelDropout = 0.1

    /// The defaults.
    package init() {}
}

/// How long and in which arithmetic a prior is trained (section `training`).
package struct PriorTrainingConfiguration: Sendable, Equatable {
    /// Images a step.
    package var batchSize = [128]
    /// Images that pass through the network together; a step adds up the gradients of its parts. 0 takes what fits
    /// the processor's caches.
    package var microBatchSize = 0
    /// Passes over the training codes; not used where `steps` says how many steps.
    package var epochs = [100]
    /// Training steps; 0 leaves it to `epochs`.
    package var steps = [0]
    /// Decay of the Polyak average of the weights; the average is what is evaluated and saved.
    package var averagingDecay = 0.99
    /// The one number that all randomness of a run is derived from.
    package var seed = 0
    /// The element type of convolutions and attention.
    package var precision = Precision.auto
    /// Threads of the tensor engine; 0 leaves the number to LibTorch.
    package var threads = 0

    /// The defaults.
    package init() {}
}

/// When the likelihood of held-out codes is measured (section `evaluation`).
package struct PriorEvaluationConfiguration: Sendable, Equatable {
    /// Steps from one evaluation to the next.
    package var every = 500
    /// Held-out images an evaluation reads at most.
    package var images = 1000
    /// Share of the codes that is held out where no codes of their own are given for it.
    package var heldOutShare = 0.05
    /// Evaluations in a row without a better likelihood that end the training of a layer; 0 trains all steps. Where it
    /// is not 0, the weights that were best are the ones that are saved.
    package var patience = 0

    /// The defaults.
    package init() {}
}
