import Torch

/// A residual quantizer: the hierarchical one of HR-VQVAE (Adiban et al. 2022, section 3), or a flat one.
///
///     ξ⁰ ──► layer 1: nearest of m codewords ──► e¹,  ξ¹ = ξ⁰ − e¹
///     ξ¹ ──► layer 2: nearest of the m children of e¹ ──► e²,  ξ² = ξ¹ − e²
///      ⋮                                                         e_C = e¹ + … + eⁿ
///
/// In a hierarchy, layer i (from 0) owns mⁱ codebooks of m codewords, `codebooks.i` of shape [mⁱ, m, D]. The codeword
/// chosen in layer i − 1 names the codebook of layer i, so the absolute number of a codeword is parent · m + child. In a
/// flat structure each layer has one codebook, [1, m, D]: the quantizer of VQ-VAE with one layer, of RQ-VAE with several.
package final class ResidualQuantizer {
    /// The settings.
    package let settings: QuantizerSettings
    /// A layer's codewords, float32 [mⁱ, m, D], or [1, m, D] in a flat structure.
    package let codebooks: [Parameter]
    /// What training keeps beside the codewords.
    package let statistics: CodebookStatistics
    /// The update's kernels and memory on a CUDA device.
    private var ownDeviceUpdate: DeviceUpdate?

    /// Makes codebooks with normal codewords of deviation 1/√D, smaller by half a layer.
    ///
    /// - Throws: `TorchError`.
    package init(_ scope: Scope, _ settings: QuantizerSettings) throws {
        self.settings = settings
        let dimension = settings.dimension
        codebooks = try settings.codewords.enumerated().map { layer, codewords in
            let deviation = 1 / Double(dimension).squareRoot() / Double(1 << min(layer, 30))
            let value = try Tensor.normal(
                [codewords / settings.branching, settings.branching, dimension], standardDeviation: deviation,
                generator: scope.generator)
            return try (scope / "codebooks").parameter("\(layer)", value, isTrainable: settings.learning == .gradient)
        }
        statistics = try CodebookStatistics(settings, device: scope.store.device)
        try statistics.restart(from: codebooks.map(\.tensor))
    }

    /// What the quantizer makes of latents.
    package struct Output {
        /// Whose output it is.
        let quantizer: ResidualQuantizer
        /// The sum of codewords with the gradient passed straight through: ξ⁰ + sg[e_C − ξ⁰], [N, D, H, W]. It is the
        /// memory of the assignment's sums where there are such, and not to be changed in place.
        package var quantized: Tensor
        /// What a decoder is to see: as ``quantized``, but each image's e_C is the sum of the layers that were kept of
        /// it. The same tensor where all were.
        package var shortened: Tensor
        /// The terms of the objective.
        package var loss: QuantizerLoss
        /// Absolute codeword numbers; with partial sums where the terms were computed from them.
        package var assignment: Assignment
        /// The vectors that were assigned, [V, D] with V = N·H·W, outside of differentiation.
        package var vectors: Tensor
        /// What a CUDA device added up for ``ResidualQuantizer/update(_:using:)``.
        var deviceSums: DeviceSums?
        /// What the processor's kernel added up for it, a layer each.
        var assigned: [AssignedSums]?
        /// The codebooks as they were in this step, where partial sums were not written.
        var search: CodewordSearch?

        /// e¹ + … + eⁱ for a layer i, from 0; float32 [V, D].
        func sums(through layer: Int) throws -> Tensor {
            if let sums = assignment.sums { return try sums.selected(axis: 0, layer) }
            guard let search else { preconditionFailure("an assignment without sums") }
            return try search.sums(through: layer, of: assignment.indices)
        }
    }

    /// Quantizes latents and computes the objective's terms; changes nothing.
    ///
    /// Where layers are left out, ``Output/shortened`` is ξ⁰ + sg[e¹ + … + eᵏ − ξ⁰], with the gradient one as ever, and
    /// the terms of the sum of codewords are those of the shortened sum. The terms of every layer stay as they are:
    /// encoding leaves nothing out, so the codewords of all layers are to fit the residuals of all images. An image of
    /// which no layer is kept is zero, and gives its latents no gradient.
    ///
    /// - Parameters:
    ///   - latents: ξ⁰, float32 [N, D, H, W], channels-last.
    ///   - layers: k of each image, how many of its first layers are kept, 0 to n; all by default.
    /// - Throws: ``CodeError/layers(asked:available:)``, `TorchError`.
    package func callAsFunction(_ latents: Tensor, layers: [Int]? = nil) throws -> Output {
        let shape = latents.shape
        let kept = try keptLayers(layers, images: shape[0])
        if kept == nil, settings.learning == .movingAverage {
            if suitsDevice(latents) { return try deviceForward(latents) }
            if latents.requiresGradient, latents.device == .cpu, latents.count > 0,
                CodewordSearch.suitsOnePass(settings)
            {
                return try forwardInOnePass(latents)
            }
        }
        let latents = try latents.to(.float32)
        let rows = try latents.latentRows()
        let vectors = try rows.detached()
        let (assignment, deviceSums) =
            suitsDevice(vectors)
            ? try deviceAssign(vectors, sums: .partial) : (try assign(vectors, sums: .partial), nil)
        guard let sums = assignment.sums else { preconditionFailure("a search with sums gave none") }
        let layerSums = try (0..<settings.layers).map { try sums.selected(axis: 0, $0) }
        // ξⁱ = ξ⁰ − (e¹ + … + eⁱ), so the commitment of layer i is a squared error against a partial sum, and its
        // gradient reaches nothing but the encoder.
        let commitment = try layerSums.map { try rows.meanSquaredError($0) }
        let codebook = try codebookTerms(vectors, assignment, layerSums) ?? commitment.map { try $0.detached() }
        let total = layerSums[settings.layers - 1]
        var loss = QuantizerLoss(codebookSum: nil, commitmentSum: nil, codebook: codebook, commitment: commitment)
        let shortenedTotal = try kept.map { try self.shortened(sums, to: $0) }
        if settings.structure == .hierarchical {
            let commitmentSum =
                try shortenedTotal.map { try rows.meanSquaredError($0) } ?? commitment[settings.layers - 1]
            loss.codebookSum = try codebookSum(assignment, vectors, kept) ?? commitmentSum.detached()
            loss.commitmentSum = commitmentSum
        }
        let quantized = try straightThrough(total, latents)
        var shortened = quantized
        if let kept, let shortenedTotal {
            shortened = try straightThrough(shortenedTotal, latents)
            if let mask = try mask(kept, layer: 0) {
                shortened = try shortened * mask.reshaped([shape[0], 1, 1, 1]).to(latents.device)
            }
        }
        return Output(
            quantizer: self, quantized: quantized, shortened: shortened, loss: loss, assignment: assignment,
            vectors: vectors,
            deviceSums: deviceSums)
    }

    /// ξ⁰ + sg[e − ξ⁰] for a sum of codewords [V, D]: its value is e to the last bit, as a decoder of codes sees it.
    private func straightThrough(_ sum: Tensor, _ latents: Tensor) throws -> Tensor {
        try sum.grid(latents.shape).withGradient(of: [latents]) { [$0] }
    }

    /// ‖sg[ξⁱ⁻¹] − eⁱ‖² of each layer with gradients to the codewords. The values alone are those of the commitment
    /// terms, so `nil` where no gradient is wanted.
    private func codebookTerms(_ vectors: Tensor, _ assignment: Assignment, _ sums: [Tensor]) throws -> [Tensor]? {
        guard settings.learning == .gradient else { return nil }
        return try (0..<settings.layers).map { layer in
            let residual = layer == 0 ? vectors : try vectors - sums[layer - 1]
            return try codewords(of: layer, assignment).meanSquaredError(residual)
        }
    }

    /// ‖sg[ξ⁰] − e_C‖² with gradients to the codewords of all layers that are kept, or `nil` where none is wanted.
    private func codebookSum(_ assignment: Assignment, _ vectors: Tensor, _ kept: [Int]?) throws -> Tensor? {
        guard settings.learning == .gradient else { return nil }
        var total: Tensor?
        for layer in 0..<settings.layers {
            var codewords = try codewords(of: layer, assignment)
            if let kept, let mask = try mask(kept, layer: layer) {
                codewords = try (codewords.reshaped([kept.count, -1]) * mask.to(vectors.device))
                    .reshaped([-1, settings.dimension])
            }
            total = try total.map { try $0 + codewords } ?? codewords
        }
        return try total?.meanSquaredError(vectors)
    }

    private func codewords(of layer: Int, _ assignment: Assignment) throws -> Tensor {
        try codebooks[layer].tensor.reshaped([-1, settings.dimension])
            .indexSelected(axis: 0, assignment.indices.selected(axis: 0, layer))
    }

    /// The nearest codewords of vectors [V, D] in all layers.
    ///
    /// - Throws: `TorchError`.
    package func assign(_ vectors: Tensor, sums: CodewordSums) throws -> Assignment {
        if suitsDevice(vectors) { return try deviceAssign(vectors, sums: sums).0 }
        guard vectors.device == .cpu else {
            return try ReferenceSearch.search(
                vectors, codebooks: codebooks.map(\.tensor), structure: settings.structure)
        }
        return try packedSearch()(vectors, sums: sums)
    }

    func deviceUpdate() throws -> DeviceUpdate {
        if let ownDeviceUpdate { return ownDeviceUpdate }
        let made = try DeviceUpdate(settings, device: codebooks[0].tensor.device)
        ownDeviceUpdate = made
        return made
    }

    /// The codebooks as they are now, packed for the kernel.
    ///
    /// - Throws: `TorchError`.
    package func packedSearch() throws -> CodewordSearch {
        CodewordSearch(
            codebooks: try codebooks.map { try $0.tensor.array(of: Float.self) }, structure: settings.structure,
            branching: settings.branching, dimension: settings.dimension)
    }
}

extension Tensor {
    /// Rows [N·H·W, D] as the grid of a shape [N, D, H, W], on the same memory.
    func grid(_ shape: [Int]) throws -> Tensor {
        try reshaped([shape[0], shape[2], shape[3], shape[1]]).permuted([0, 3, 1, 2])
    }
}
