import Autoencoders
import Latents
import Priors
import Torch
import Training

/// New images of a model: its priors are sampled layer by layer, and the codes decoded.
///
///     p(e¹) ─► e¹ ─► p(e² | e¹) ─► e² ─► … ─► decoder ─► image        Adiban et al., BMVC 2022, section 3.3
public struct ImageSampler {
    /// What is asked for.
    public struct Request: Sendable {
        /// How many images.
        public var count: Int
        /// The first one's number: image i of a seed is the same whatever images are drawn beside it.
        public var firstImage: Int
        /// Classes that images take in turn, image i the (i mod count)-th; empty for images of no given class.
        public var classes: [Int]
        /// How codes are drawn: one for all layers, or one a layer.
        public var settings: [SamplingSettings]
        /// The number that all randomness is derived from.
        public var seed: UInt64

        /// Makes a request.
        public init(
            count: Int, firstImage: Int = 0, classes: [Int] = [], settings: [SamplingSettings] = [SamplingSettings()],
            seed: UInt64
        ) {
            self.count = count
            self.firstImage = firstImage
            self.classes = classes
            self.settings = settings
            self.seed = seed
        }
    }

    /// Codes that are given, and where they stay: the rest is sampled.
    package struct Kept {
        /// Codes of `count` images.
        package var codes: Codes
        /// For each layer, whether each position [H, W] stays.
        package var masks: [[Bool]]

        /// Collects the parts.
        package init(codes: Codes, masks: [[Bool]]) {
            self.codes = codes
            self.masks = masks
        }
    }

    /// The priors.
    package let priors: PriorSet
    private let samplers: [(SamplingRequest, SamplingSettings, Wish?) throws -> Tensor]

    /// Asked, from several threads, whether to stop.
    public typealias Wish = @Sendable () -> Bool

    /// Prepares sampling: on the processor weights are packed for the incremental sampler's kernel, on a GPU laid out for
    /// the operators that do the same.
    ///
    /// On a GPU it samples one batch at a time.
    ///
    /// - Throws: `TorchError`.
    public init(_ priors: PriorSet, device: Device = .cpu) throws {
        self.priors = priors
        samplers = try priors.networks.map { network in
            if device == .cpu {
                // In 32 bits throughout, so that a seed's images do not depend on what the processor can.
                network.precision = .float32
                let sampler = try IncrementalSampler(network)
                return { try sampler.sample($0, settings: $1, shouldStop: $2) }
            }
            let sampler = try TensorSampler(network, batchSize: Self.batch)
            return { try sampler.sample($0, settings: $1, shouldStop: $2) }
        }
    }

    /// Samples codes.
    ///
    /// - Parameters:
    ///   - request: What is asked for.
    ///   - progress: Told which layer is at work, from 0, and how many images of it are done.
    ///   - shouldStop: Asked after every row of positions; where it says so, what is done so far is lost.
    /// - Returns: The codes, and the class of each image where classes were given; `nil` if it was stopped.
    /// - Throws: ``PriorError``, `TorchError`.
    public func sample(
        _ request: Request, progress: (_ layer: Int, _ done: Int) -> Void = { _, _ in }, shouldStop: Wish? = nil
    ) throws -> (codes: Codes, labels: [Int]?)? {
        try sample(request, kept: nil, progress: progress, shouldStop: shouldStop)
    }

    /// Samples codes around those that stay.
    ///
    /// - Parameters:
    ///   - request: What is asked for.
    ///   - kept: Codes of the request's images that stay; `nil` samples all.
    ///   - progress: Told which layer is at work, from 0, and how many images of it are done.
    ///   - shouldStop: Asked after every row of positions; where it says so, what is done so far is lost.
    /// - Returns: The codes, and the class of each image where classes were given; `nil` if it was stopped.
    /// - Throws: ``PriorError``, `SamplingError`, `TorchError`.
    package func sample(
        _ request: Request, kept: Kept?, progress: (_ layer: Int, _ done: Int) -> Void = { _, _ in },
        shouldStop: Wish? = nil
    ) throws -> (codes: Codes, labels: [Int]?)? {
        let layers = priors.space.layers
        guard request.settings.count == 1 || request.settings.count == layers.count else {
            throw PriorError.settingsCount(name: "temperature", found: request.settings.count, layers: layers.count)
        }
        for settings in request.settings { try settings.validate() }
        if !request.classes.isEmpty, !priors.isConditional { throw PriorError.unconditional(path: priors.path) }
        if request.classes.isEmpty, priors.needsClass { throw PriorError.classNeeded(path: priors.path) }
        let labels = (0..<request.count).map { image in
            request.classes.isEmpty ? nil : request.classes[(request.firstImage + image) % request.classes.count]
        }
        let codes = Codes(
            grids: try priors.space.grids.map {
                try Tensor.zeros([request.count, $0.branchings.count, $0.height, $0.width], .int32)
            }, below: priors.space.grids.map(\.branchings))
        var conditions: [Tensor] = []
        for index in layers.indices {
            let network = priors.networks[index]
            let target = try codes.layer(index)
            for start in stride(from: 0, to: request.count, by: Self.batch) {
                let range = start..<min(start + Self.batch, request.count)
                let numbers = labels[range].map { $0 ?? network.settings.classes }
                let part = SamplingRequest(
                    count: range.count, conditions: try conditions.map { try $0.narrowed(axis: 0, range) },
                    labels: network.settings.classes > 0 ? Array(numbers) : nil,
                    kept: try kept.map { kept in
                        KeptCodes(
                            codes: try kept.codes.layer(index).to(.int64).narrowed(axis: 0, range),
                            mask: kept.masks[index])
                    }, seed: request.seed, firstImage: request.firstImage + start, stream: "layer \(index + 1)")
                let sampled: Tensor
                do {
                    sampled = try samplers[index](part, request.settings.value(index), shouldStop)
                } catch SamplingError.stopped {
                    return nil
                }
                try target.narrowed(axis: 0, range).copyInPlace(from: sampled)
                progress(index, range.upperBound)
            }
            conditions.append(try priors.space.codewords(of: index, in: codes, after: conditions.last))
        }
        return (codes, request.classes.isEmpty ? nil : labels.compactMap { $0 })
    }

    /// Images whose codes are sampled together: several groups of lanes for each processor, and the rows of a GPU's
    /// products.
    private static let batch = 64
}
