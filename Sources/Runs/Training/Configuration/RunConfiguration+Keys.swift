import Settings

extension RunConfiguration {
    /// All keys, section by section.
    package static let keys: [ConfigurationKey<RunConfiguration>] =
        dataKeys + modelKeys + quantizerKeys + objectiveKeys + ConfigurationKey.optimizerKeys + trainingKeys
        + ConfigurationKey.checkpointKeys + evaluationKeys + ConfigurationKey.loggingKeys

    private static let dataKeys: [ConfigurationKey<RunConfiguration>] = [
        .choice("data.kind", \.data.kind, "where images come from"),
        .integer("data.channels", \.data.channels, "1 for grey, 3 for colour"),
        .integer("data.height", \.data.height, "pixels from top to bottom, before padding"),
        .integer("data.width", \.data.width, "pixels from left to right, before padding"),
        .integer("data.padding", \.data.padding, "zero pixels added on each side, cropped away again"),
        .flag("data.flip", \.data.flip, "mirror training images left to right at random"),
        .number("data.testShare", \.data.testShare, "share kept for tests where the data has no split"),
        .number(
            "data.maximumSkippedShare", \.data.maximumSkippedShare, "share of unreadable files that stops a run"),
        .integer("data.workers", \.data.workers, "threads that read and decode images"),
    ]

    private static let modelKeys: [ConfigurationKey<RunConfiguration>] = [
        .choice("model.kind", \.model.kind, "the autoencoder"),
        .integer("model.hiddenUnits", \.model.hiddenUnits, "channels of the convolutions, even"),
        .integer("model.residualUnits", \.model.residualUnits, "channels inside a residual block"),
        .integer("model.residualBlocks", \.model.residualBlocks, "residual blocks in encoder and decoder each"),
        .integer("model.filterSize", \.model.filterSize, "side of the convolutions that keep the size, odd"),
        .integer("model.downsampling", \.model.downsampling, "pixels a grid position along a side: 2, 4 or 8"),
        .integer("model.levels", \.model.levels, "grids of VQ-VAE-2, each half the one below; else 1"),
    ]

    private static let quantizerKeys: [ConfigurationKey<RunConfiguration>] = [
        .choice("quantizer.kind", \.quantizer.kind, "learnt codebooks, or finite scalar quantization"),
        .list("quantizer.levels", \.quantizer.levels, "levels of each element of a latent, for fsq; else []"),
        .integer("quantizer.layers", \.quantizer.layers, "layers n on a grid; 1 for VQ-VAE and VQ-VAE-2"),
        .integer("quantizer.branching", \.quantizer.branching, "codewords a codebook, m"),
        .integer("quantizer.dimension", \.quantizer.dimension, "length D of a codeword"),
        .choice("quantizer.learning", \.quantizer.learning, "how codewords are learnt"),
        .number("quantizer.decay", \.quantizer.decay, "decay of the codewords' moving averages"),
        .number("quantizer.beta", \.quantizer.beta, "weight of each layer's commitment term"),
        .number(
            "quantizer.betaSum", \.quantizer.betaSum,
            "weight of the commitment to the sum of codewords; 0 but for HR-VQVAE"),
        .choice("quantizer.initialization", \.quantizer.initialization, "what codewords start from"),
        .integer("quantizer.kMeansVectors", \.quantizer.kMeansVectors, "encoded vectors that k-means clusters"),
        .integer("quantizer.kMeansIterations", \.quantizer.kMeansIterations, "rounds of k-means"),
        .integer(
            "quantizer.reviveAfter", \.quantizer.reviveAfter, "unused steps before a codeword is revived, 0 = never"),
        .number(
            "quantizer.layerDropout", \.quantizer.layerDropout,
            "share of training images decoded from their first layers alone"),
    ]

    private static let objectiveKeys: [ConfigurationKey<RunConfiguration>] = [
        .choice("objective.pixel", \.objective.pixel, "error of pixels: squared (l2) or absolute (l1)")
    ]

    private static let trainingKeys: [ConfigurationKey<RunConfiguration>] = [
        .integer("training.batchSize", \.training.batchSize, "images a step"),
        .integer("training.epochs", \.training.epochs, "passes over the training images"),
        .optionalInteger("training.steps", \.training.steps, "training steps in all, in the place of epochs"),
        .number(
            "training.averagingDecay", \.training.averagingDecay, "decay of the average of the weights, once warmed up"),
        .integer("training.seed", \.training.seed, "the number that all randomness is derived from"),
        .choice("training.precision", \.training.precision, "element type of the convolutions"),
        .integer("training.threads", \.training.threads, "threads of the tensor engine, 0 = all cores"),
    ]

    private static let evaluationKeys: [ConfigurationKey<RunConfiguration>] = [
        .integer("evaluation.every", \.evaluation.every, "steps from one evaluation to the next"),
        .integer("evaluation.images", \.evaluation.images, "test images an evaluation reads at most"),
        .integer("evaluation.samples", \.evaluation.samples, "images in the picture of reconstructions, 0 = none"),
    ]
}
