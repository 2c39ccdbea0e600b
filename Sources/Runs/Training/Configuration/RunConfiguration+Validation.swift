import Datasets
import Quantization
import Settings

extension RunConfiguration {
    /// Checks every value, and that values fit each other.
    ///
    /// - Throws: `ConfigurationError/invalid(_:)` with all problems at once.
    public func validate() throws {
        var check = ConfigurationCheck(configuration: self)
        checkData(&check)
        checkModel(&check)
        checkQuantizer(&check)
        checkLevels(&check)
        check.optimizerAndOutput(of: self)
        checkTraining(&check)
        try check.finish()
    }

    private func checkData(_ check: inout ConfigurationCheck<RunConfiguration>) {
        check.require("data.channels", [1, 3].contains(data.channels), "1 (grey) or 3 (colour)")
        check.integer("data.height", data.height, 1...16384)
        check.integer("data.width", data.width, 1...16384)
        check.integer("data.padding", data.padding, 0...1024)
        check.number("data.testShare", data.testShare, 0, below: 1)
        check.number("data.maximumSkippedShare", data.maximumSkippedShare, 0, upTo: 1)
        check.integer("data.workers", data.workers, 1...1024)
        let shape: (side: Int, channels: Int)? =
            switch data.kind {
            case .mnist: (28, 1)
            case .cifar10, .cifar100: (32, 3)
            case .auto, .folder, .classes, .imagenet, .ffhq, .celeba, .webdataset, .glyphs: nil
            }
        guard let shape else { return }
        let reason = "because data.kind is \(data.kind.rawValue)"
        check.require("data.height", data.height == shape.side, "\(shape.side), \(reason)")
        check.require("data.width", data.width == shape.side, "\(shape.side), \(reason)")
        check.require("data.channels", data.channels == shape.channels, "\(shape.channels), \(reason)")
    }

    private func checkModel(_ check: inout ConfigurationCheck<RunConfiguration>) {
        let hidden = model.hiddenUnits
        check.require(
            "model.hiddenUnits", hidden >= 2 && hidden <= 65536 && hidden % 2 == 0, "an even integer, 2 to 65536")
        check.integer("model.residualUnits", model.residualUnits, 1...65536)
        check.integer("model.residualBlocks", model.residualBlocks, 0...1024)
        let filter = model.filterSize
        check.require("model.filterSize", filter >= 1 && filter <= 255 && filter % 2 == 1, "an odd integer, 1 to 255")
        guard check.require("model.downsampling", [2, 4, 8].contains(model.downsampling), "2, 4 or 8") else { return }
        let kind = model.kind.rawValue
        guard
            check.require(
                "model.levels", model.kind == .vqvae2 ? (1...12).contains(model.levels) : model.levels == 1,
                model.kind == .vqvae2 ? "an integer, 1 to 12" : "1, because model.kind is \(kind), which has one grid")
        else { return }
        for (key, side, padded) in [
            ("data.height", data.height, paddedHeight), ("data.width", data.width, paddedWidth),
        ] where (1...16384).contains(side) && (0...1024).contains(data.padding) && padded % coarsestDownsampling != 0 {
            check.add(
                key, "\(side), padded by data.padding to \(padded)",
                model.levels == 1
                    ? "a padded side that model.downsampling, \(model.downsampling), divides"
                    : "a padded side that \(coarsestDownsampling) divides: model.downsampling, doubled by each further"
                        + " level")
        }
    }

    private func checkQuantizer(_ check: inout ConfigurationCheck<RunConfiguration>) {
        // A hierarchy's codewords bound its layers; flat layers need a bound of their own.
        let most = model.kind.structure == .flat ? 64 : Int.max
        let layers = check.require(
            "quantizer.layers", (1...most).contains(quantizer.layers),
            most == 64 ? "an integer, 1 to 64" : "an integer from 1")
        let branching = check.require(
            "quantizer.branching", quantizer.branching >= 2, "an integer from 2: one codeword a codebook says nothing")
        if layers, branching, (try? codewordsPerLayer()) == nil {
            let problem = codewordProblem
            check.add(problem.key, problem.value, problem.expected)
        }
        if model.kind == .vqvae || model.kind == .vqvae2 {
            check.require(
                "quantizer.layers", quantizer.layers == 1, "1, because model.kind is \(model.kind.rawValue)")
        }
        if model.kind.structure == .flat {
            check.require(
                "quantizer.betaSum", quantizer.betaSum == 0,
                "0, because the objective of \(model.kind.rawValue) has no term for the sum of layers")
        }
        check.integer("quantizer.dimension", quantizer.dimension, 1...65536)
        check.number("quantizer.decay", quantizer.decay, 0, below: 1)
        check.number("quantizer.beta", quantizer.beta, 0)
        check.number("quantizer.betaSum", quantizer.betaSum, 0)
        // FSQ places nothing.
        let fewest = quantizer.kind == .fsq ? 1 : min(max(quantizer.branching, 1), RunConfiguration.maximumCodewords)
        check.require(
            "quantizer.kMeansVectors", (fewest...RunConfiguration.maximumCodewords).contains(quantizer.kMeansVectors),
            "at least quantizer.branching, as each cluster needs a vector, and at most"
                + " \(RunConfiguration.maximumCodewords), which fit into memory")
        check.integer("quantizer.kMeansIterations", quantizer.kMeansIterations, 1...10000)
        check.integer("quantizer.reviveAfter", quantizer.reviveAfter, 0...Int(Int32.max))
        check.number("quantizer.layerDropout", quantizer.layerDropout, 0, below: 1)
        if quantizer.layers == 1, model.levels == 1, quantizer.layerDropout > 0, quantizer.layerDropout < 1 {
            check.require(
                "quantizer.layerDropout", false, "0, because the model has one layer, and an image needs one at least")
        }
    }

    /// FSQ learns nothing beside the network, so settings of learnt codebooks must not seem to count.
    private func checkLevels(_ check: inout ConfigurationCheck<RunConfiguration>) {
        guard quantizer.kind == .fsq else {
            check.require(
                "quantizer.levels", quantizer.levels.isEmpty, "[], because quantizer.kind is \(quantizer.kind.rawValue)"
            )
            return
        }
        let levels = quantizer.levels
        guard let codes = FiniteScalarQuantizer.Settings.codes(of: levels) else {
            check.require(
                "quantizer.levels", false,
                "levels of at least 2, such as [8, 5, 5, 5], whose product is at most"
                    + " \(FiniteScalarQuantizer.Settings.maximumCodes)")
            return
        }
        let reason = "because quantizer.kind is fsq"
        check.require(
            "model.kind", [.vqvae, .vqvae2].contains(model.kind), "vqvae or vqvae2, \(reason), which has one layer")
        check.require(
            "quantizer.branching", quantizer.branching == codes, "\(codes), the product of quantizer.levels")
        check.require(
            "quantizer.dimension", quantizer.dimension == levels.count,
            "\(levels.count), one for each of quantizer.levels")
        check.require("quantizer.beta", quantizer.beta == 0, "0, \(reason), which has no commitment term")
        check.require("quantizer.decay", quantizer.decay == 0, "0, \(reason), which has no moving averages")
        check.require("quantizer.reviveAfter", quantizer.reviveAfter == 0, "0, \(reason), which revives nothing")
        check.require(
            "quantizer.initialization", quantizer.initialization == .random, "random, \(reason), which places nothing")
    }

    private func checkTraining(_ check: inout ConfigurationCheck<RunConfiguration>) {
        check.integer("training.batchSize", training.batchSize, 1...1_048_576)
        check.integer("training.epochs", training.epochs, 1...Int.max)
        check.require("training.steps", training.steps.map { $0 >= 1 } ?? true, "an integer from 1, or null")
        check.number("training.averagingDecay", training.averagingDecay, 0, below: 1)
        check.integer("training.seed", training.seed, 0...Int.max)
        check.integer("training.threads", training.threads, 0...4096)
        check.integer("evaluation.every", evaluation.every, 1...Int.max)
        check.integer("evaluation.images", evaluation.images, 1...Int.max)
        check.integer("evaluation.samples", evaluation.samples, 0...4096)
    }
}
