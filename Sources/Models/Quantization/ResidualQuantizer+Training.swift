import Torch

extension ResidualQuantizer {
    /// Whether the codewords were placed on data already.
    ///
    /// - Throws: `TorchError`.
    package func isInitialized() throws -> Bool { try statistics.initialized.array(of: Int32.self)[0] != 0 }

    /// Says that the codewords are in their place: loaded ones, or random ones that were asked for.
    ///
    /// - Throws: `TorchError`.
    package func markInitialized() throws {
        try statistics.restart(from: codebooks.map(\.tensor))
        try statistics.initialized.fillInPlace(1)
    }

    /// Places all codewords by k-means on encoder outputs.
    ///
    /// - Parameters:
    ///   - vectors: [V, D].
    ///   - iterations: Rounds a layer.
    ///   - generator: Where random choices come from.
    ///   - progress: Told which layer is clustered, from 0, and how many rounds of it are done.
    /// - Throws: `TorchError`.
    package func initialize(
        with vectors: Tensor, iterations: Int, using generator: inout some RandomNumberGenerator,
        progress: (_ layer: Int, _ rounds: Int) -> Void = { _, _ in }
    ) throws {
        let clusters = try CodebookClustering.cluster(
            vectors.array(of: Float.self), settings, iterations: iterations, using: &generator, progress: progress)
        for (codebook, values) in zip(codebooks, clusters) {
            let tensor = try codebook.tensor.detached()
            try tensor.copyInPlace(from: Tensor(values, tensor.shape))
        }
        try markInitialized()
    }

    /// Takes a step's vectors in: moving averages, and revival of codewords that went unused for long.
    ///
    /// - Parameters:
    ///   - output: What the quantizer gave in this step.
    ///   - generator: Where random choices come from.
    /// - Throws: `TorchError`.
    package func update(_ output: Output, using generator: inout some RandomNumberGenerator) throws -> QuantizerUpdate {
        try withoutGradients {
            if output.deviceSums != nil {
                try updateOnDevice(output)
                let usage = try takeDeviceUsage()
                var update = try revive(output, using: &generator)
                update.usage = usage
                return update
            }
            var update = emptyUpdate()
            update.usage = try statistics.update(output, codebooks: codebooks.map(\.tensor))
            if settings.reviveAfter > 0 { try revive(output, &update, using: &generator) }
            return update
        }
    }

    /// Revives codewords that went unused for long, after updates on a CUDA device. Waits for it.
    ///
    /// - Parameters:
    ///   - output: What the quantizer gave in the last step.
    ///   - generator: Where random choices come from.
    /// - Returns: What was done; no usage.
    /// - Throws: `TorchError`.
    package func revive(_ output: Output, using generator: inout some RandomNumberGenerator) throws -> QuantizerUpdate {
        try withoutGradients {
            var update = emptyUpdate()
            guard settings.reviveAfter > 0, try deadOnDevice().array(of: Int32.self)[0] > 0 else { return update }
            var output = output
            // The codewords have moved since, and the sums were not kept.
            output.assignment = try assign(output.vectors, sums: .partial)
            try revive(output, &update, using: &generator)
            return update
        }
    }

    private func emptyUpdate() -> QuantizerUpdate {
        QuantizerUpdate(usage: [], revived: Array(repeating: 0, count: settings.layers))
    }

    /// Resets each dead codeword onto a vector that reached its own parent in this step, drawn by its distance to the
    /// codewords there are: the crowd around a living codeword would only give a second copy of it.
    private func revive(
        _ output: Output, _ update: inout QuantizerUpdate, using generator: inout some RandomNumberGenerator
    ) throws {
        let dimension = settings.dimension
        let branching = settings.branching
        let limit = Int32(clamping: settings.reviveAfter)
        for layer in 0..<settings.layers {
            let unused = try statistics.unused[layer].array(of: Int32.self)
            let dead = unused.indices.filter { unused[$0] >= limit }
            guard !dead.isEmpty else { continue }
            let indices = try output.assignment.indices.selected(axis: 0, layer).array(of: Int32.self)
            var rows: [Int: [Int]] = [:]
            let wanted = Set(dead.map { $0 / branching })
            for row in indices.indices {
                let parent = Int(indices[row]) / branching
                if wanted.contains(parent) { rows[parent, default: []].append(row) }
            }
            guard !rows.isEmpty else { continue }
            let entering = layer == 0 ? output.vectors : try output.vectors - output.sums(through: layer - 1)
            let residuals = try entering.array(of: Float.self)
            let leaving = try (output.vectors - output.sums(through: layer)).array(of: Float.self)
            for parent in wanted.sorted() {
                guard let rows = rows[parent] else { continue }
                var sampler = DistanceSampler(
                    candidates: rows.map { Array(residuals[$0 * dimension..<($0 + 1) * dimension]) },
                    distances: rows.map { row in
                        leaving[row * dimension..<(row + 1) * dimension].reduce(0) { $0 + Double($1) * Double($1) }
                    }, dimension: dimension)
                let wanting = dead.filter { $0 / branching == parent }
                for (codeword, vector) in zip(wanting, sampler.take(wanting.count, using: &generator)) {
                    try place(codeword, of: layer, at: vector, &update)
                    update.revived[layer] += 1
                }
            }
        }
    }

    /// Moves a codeword with its running sums (a codeword moved alone would be undone by the next average), and gives
    /// its descendants up for dead: their places meant something under the old codeword only.
    private func place(_ codeword: Int, of layer: Int, at vector: [Float], _ update: inout QuantizerUpdate) throws {
        let dimension = settings.dimension
        let value = try Tensor(vector, [1, dimension])
        let rows = codeword..<codeword + 1
        update.moved.append((codebooks[layer], rows))
        try codebooks[layer].tensor.detached().reshaped([-1, dimension]).narrowed(axis: 0, rows).copyInPlace(
            from: value)
        try statistics.sums[layer].narrowed(axis: 0, rows).copyInPlace(from: value)
        try statistics.counts[layer].narrowed(axis: 0, rows).fillInPlace(1)
        try statistics.unused[layer].narrowed(axis: 0, rows).fillInPlace(0)
        var descendants = rows
        guard settings.structure == .hierarchical else { return }
        for lower in layer + 1..<max(settings.layers, layer + 1) {
            descendants = descendants.lowerBound * settings.branching..<descendants.upperBound * settings.branching
            update.moved.append((codebooks[lower], descendants))
            try codebooks[lower].tensor.detached().reshaped([-1, dimension]).narrowed(axis: 0, descendants).fillInPlace(
                0)
            try statistics.sums[lower].narrowed(axis: 0, descendants).fillInPlace(0)
            try statistics.counts[lower].narrowed(axis: 0, descendants).fillInPlace(1)
            try statistics.unused[lower].narrowed(axis: 0, descendants).fillInPlace(Double(settings.reviveAfter))
        }
    }
}
