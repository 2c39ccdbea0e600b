import Settings
import Training

extension PriorConfiguration {
    /// Checks every value, and that values fit each other.
    ///
    /// - Throws: `ConfigurationError.invalid` with all problems at once.
    public func validate() throws {
        var check = ConfigurationCheck(configuration: self)
        let layers = layerCount
        for (key, count) in listCounts { check.perLayer(key, count, layers: layers) }
        checkNetwork(&check)
        check.number("conditioning.labelDropout", conditioning.labelDropout, 0, below: 1)
        check.optimizerAndOutput(of: self)
        check.integers("training.batchSize", training.batchSize, 1...1_048_576)
        check.integer("training.microBatchSize", training.microBatchSize, 0...1_048_576)
        check.integers("training.epochs", training.epochs, 1...Int.max)
        check.integers("training.steps", training.steps, 0...Int.max)
        check.number("training.averagingDecay", training.averagingDecay, 0, below: 1)
        check.integer("training.seed", training.seed, 0...Int.max)
        check.integer("training.threads", training.threads, 0...4096)
        check.integer("evaluation.every", evaluation.every, 1...Int.max)
        check.integer("evaluation.images", evaluation.images, 1...Int.max)
        check.require(
            "evaluation.heldOutShare", evaluation.heldOutShare > 0 && evaluation.heldOutShare < 1,
            "a number above 0 and below 1")
        check.integer("evaluation.patience", evaluation.patience, 0...Int.max)
        try check.finish()
    }

    private func checkNetwork(_ check: inout ConfigurationCheck<PriorConfiguration>) {
        check.integers("network.hiddenUnits", network.hiddenUnits, 1...16384)
        check.integers("network.residualUnits", network.residualUnits, 1...16384)
        check.integers("network.groups", network.groups, 1...1024)
        check.integers("network.residualBlocks", network.residualBlocks, 0...1024)
        for layer in 0..<layerCount {
            let (groups, blocks) = (network.groups.value(layer), network.residualBlocks.value(layer))
            check.require(
                "network.residualBlocks",
                !(1...1024).contains(groups) || !(0...1024).contains(blocks) || groups * blocks <= 4096,
                "at most 4096 in all network.groups (\(groups))")
        }
        check.integers("network.attentionHeads", network.attentionHeads, 1...1024)
        check.require(
            "network.filterSize", network.filterSize.allSatisfy { (1...127).contains($0) && $0 % 2 == 1 },
            "odd integers, each 1 to 127: the middle column is the position's own")
        check.require(
            "network.dropout", network.dropout.allSatisfy { $0 >= 0 && $0 < 1 }, "numbers from 0.0 on and below 1.0")
        check.integers("network.outputLayers", network.outputLayers, 0...1024)
        check.integers("network.conditioningBlocks", network.conditioningBlocks, 0...1024)
        for layer in 0..<layerCount {
            let groups = network.groups.value(layer)
            let attention = network.attentionLayers.value(layer)
            guard
                check.require(
                    "network.attentionLayers", (0...max(groups, 0)).contains(attention),
                    "integers from 0 to network.groups (\(groups)), as a group has one at most")
            else { return }
            guard attention > 0 else { continue }
            let heads = network.attentionHeads.value(layer)
            guard
                check.require(
                    "network.attentionHeads", heads >= 1 && network.hiddenUnits.value(layer) % heads == 0,
                    "divisors of network.hiddenUnits (\(network.hiddenUnits.value(layer)))")
            else { return }
        }
    }

    /// How many layers the lists speak of; 1 where no value is a list.
    var layerCount: Int { listCounts.map(\.count).max() ?? 1 }

    private var listCounts: [(key: String, count: Int)] {
        [
            ("network.hiddenUnits", network.hiddenUnits.count), ("network.residualUnits", network.residualUnits.count),
            ("network.groups", network.groups.count), ("network.residualBlocks", network.residualBlocks.count),
            ("network.attentionLayers", network.attentionLayers.count),
            ("network.attentionHeads", network.attentionHeads.count),
            ("network.filterSize", network.filterSize.count), ("network.dropout", network.dropout.count),
            ("network.outputLayers", network.outputLayers.count),
            ("network.conditioningBlocks", network.conditioningBlocks.count),
            ("training.batchSize", training.batchSize.count), ("training.epochs", training.epochs.count),
            ("training.steps", training.steps.count),
        ]
    }
}

extension Array {
    /// The value of a layer, where one value stands for all.
    func value(_ layer: Int) -> Element { count == 1 ? self[0] : self[Swift.min(layer, count - 1)] }
}
