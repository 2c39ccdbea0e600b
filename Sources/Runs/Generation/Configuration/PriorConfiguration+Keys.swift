import Settings
import Training

extension PriorConfiguration {
    /// All keys, section by section.
    package static let keys: [ConfigurationKey<PriorConfiguration>] =
        networkKeys + conditioningKeys + ConfigurationKey.optimizerKeys + trainingKeys
        + ConfigurationKey.checkpointKeys + evaluationKeys + ConfigurationKey.loggingKeys

    private static let networkKeys: [ConfigurationKey<PriorConfiguration>] = [
        .integers("network.hiddenUnits", \.network.hiddenUnits, "channels between blocks"),
        .integers("network.residualUnits", \.network.residualUnits, "channels inside a gated residual block"),
        .integers("network.groups", \.network.groups, "groups of residual blocks"),
        .integers("network.residualBlocks", \.network.residualBlocks, "gated residual blocks a group"),
        .integers(
            "network.attentionLayers", \.network.attentionLayers, "groups, the last ones, that end with attention"),
        .integers("network.attentionHeads", \.network.attentionHeads, "heads of an attention block"),
        .integers("network.filterSize", \.network.filterSize, "side of the causal convolutions, odd"),
        .numbers("network.dropout", \.network.dropout, "share of a block's inner channels set to zero"),
        .integers("network.outputLayers", \.network.outputLayers, "1×1 convolutions before the logits"),
        .integers(
            "network.conditioningBlocks", \.network.conditioningBlocks, "residual blocks that look at earlier layers"),
    ]

    private static let conditioningKeys: [ConfigurationKey<PriorConfiguration>] = [
        .flag("conditioning.label", \.conditioning.label, "tell the prior the class, where codes have labels"),
        .number(
            "conditioning.labelDropout", \.conditioning.labelDropout, "share of images whose class is withheld"),
    ]

    private static let trainingKeys: [ConfigurationKey<PriorConfiguration>] = [
        .integers("training.batchSize", \.training.batchSize, "images a step"),
        .integer(
            "training.microBatchSize", \.training.microBatchSize, "images that pass together, 0 = as caches have room"),
        .integers("training.epochs", \.training.epochs, "passes over the training codes"),
        .integers("training.steps", \.training.steps, "training steps in the place of epochs, 0 = epochs decide"),
        .number(
            "training.averagingDecay", \.training.averagingDecay, "decay of the average of the weights, once warmed up"),
        .integer("training.seed", \.training.seed, "the number that all randomness is derived from"),
        .choice("training.precision", \.training.precision, "element type of convolutions and attention"),
        .integer("training.threads", \.training.threads, "threads of the tensor engine, 0 = all cores"),
    ]

    private static let evaluationKeys: [ConfigurationKey<PriorConfiguration>] = [
        .integer("evaluation.every", \.evaluation.every, "steps from one evaluation to the next"),
        .integer("evaluation.images", \.evaluation.images, "held-out images an evaluation reads at most"),
        .number(
            "evaluation.heldOutShare", \.evaluation.heldOutShare, "share of codes held out where none are given for it"),
        .integer(
            "evaluation.patience", \.evaluation.patience, "evaluations without a gain that end a layer, 0 = never"),
    ]
}
