import Foundation
import HRVQ

/// Work of ours that is measured: the same as the peer's of that name in `Benchmarks/peers`.
protocol BenchWorkload {
    /// What is counted, such as `images`.
    var unit: String { get }
    /// Does so many repetitions and returns how many units of work they were.
    mutating func repeated(_ count: Int) throws -> Int
    /// What a unit takes whatever the program; `nil` where nothing of that kind is known.
    mutating func bound() throws -> WorkBound?
}

extension BenchWorkload {
    func bound() -> WorkBound? { nil }
}

/// Training steps of a preset on smooth pictures of its size, as the peer's are: convert, forward, backward, Adam,
/// averages, codebooks.
struct TrainWorkload: BenchWorkload {
    let unit = "images"
    private let batch: Int
    private let images: Int
    private let side: Int
    private let pixels: [UInt8]
    private let model: any Autoencoder
    private let objective: any Objective
    private let trainingStep: TrainingStep
    private let learningRate: Double
    private var stream = SeededGenerator(seed: 1, stream: "bench")
    private var position = 0

    /// - Parameters:
    ///   - batch: Images a step.
    ///   - images: Images in memory, `batch` at least.
    ///   - side: Another size than the preset's.
    init(_ preset: Preset, batch: Int, images: Int, side: Int? = nil) throws {
        let configuration = try preset.configuration()
        let model = try configuration.makeAutoencoder()
        model.precision = configuration.elementType(on: .cpu)
        self.batch = batch
        self.images = images
        self.side = side ?? configuration.data.height
        self.model = model
        objective = configuration.makeObjective()
        var stream = self.stream
        pixels = SmoothPictures.bytes(images, side: self.side, using: &stream)
        trainingStep = TrainingStep(
            model.parameters, optimizer: try Adam(model.parameters),
            averaging: try WeightAveraging(model.parameters, decay: configuration.training.averagingDecay),
            gradientClip: configuration.optimizer.gradientClip)
        learningRate = configuration.optimizer.learningRate
        for quantizer in model.quantizers { try quantizer.markInitialized() }
    }

    /// The products of the convolutions and their gradients.
    mutating func bound() throws -> WorkBound? {
        let operations = try OperationCounter.count { _ = try repeated(1) }
        return WorkBound(operations: Double(operations) / Double(batch), type: model.precision)
    }

    mutating func repeated(_ count: Int) throws -> Int {
        let size = side * side * 3
        for _ in 0..<count {
            if position + batch > images { position = 0 }
            let input = try Pixels.batch(
                Array(pixels[position * size..<(position + batch) * size]), count: batch, height: side, width: side,
                channels: 3)
            position += batch
            let output = try trainingStep(step: 0, learningRate: learningRate) {
                let output = try model.forward(input)
                try objective(output, images: input).total.backward()
                return output
            }.result
            for result in output.quantizers { _ = try result.update(using: &stream) }
        }
        return count * batch
    }
}

/// Nearest codewords for normal vectors of 32 numbers, in a hierarchy or in flat codebooks.
struct QuantizeWorkload: BenchWorkload {
    let unit = "vectors"
    private let vectors: Tensor
    private let search: CodewordSearch
    private let layers: Int
    private let distances: Int
    private let hasStatistics: Bool

    /// - Parameter hasStatistics: Whether the pass is a training step's: with counts, sums, errors and the gradient.
    init(
        _ structure: CodebookStructure, layers: Int, branching: Int, count: Int = 64 * 32 * 32,
        hasStatistics: Bool = false
    ) throws {
        self.hasStatistics = hasStatistics
        let generator = try Generator(seed: 1)
        vectors = try Tensor.normal([count, 32], generator: generator)
        var codewords = 1
        let codebooks = try (0..<layers).map { _ in
            codewords = structure == .flat ? branching : codewords * branching
            return try Tensor.normal([codewords, 32], standardDeviation: 0.5, generator: generator)
                .array(of: Float.self)
        }
        self.layers = layers
        distances = layers * branching
        search = CodewordSearch(codebooks: codebooks, structure: structure, branching: branching, dimension: 32)
    }

    mutating func repeated(_ count: Int) throws -> Int {
        for _ in 0..<count {
            if hasStatistics {
                _ = try search.train(vectors, weights: [Float](repeating: 1e-6, count: layers))
            } else {
                _ = try search(vectors, sums: .total)
            }
        }
        return count * vectors.size(0)
    }

    /// A vector is read, a product with each codeword taken, and the numbers of the codewords, their sum and with
    /// statistics the gradient written.
    func bound() -> WorkBound? {
        let dimension = vectors.size(1)
        let rows = hasStatistics ? 3 : 2
        return WorkBound(
            operations: Double(2 * distances * dimension), bytes: Double(4 * (rows * dimension + layers)),
            type: .float32)
    }
}

/// What a training step has of the quantizer alone: search, objective, gradient of the latents, moving averages.
struct QuantizeTrainWorkload: BenchWorkload {
    let unit = "vectors"
    private let quantizer: ResidualQuantizer
    private let latents: Tensor
    private var stream = SeededGenerator(seed: 1, stream: "bench")

    init(layers: Int, branching: Int) throws {
        let generator = try Generator(seed: 1)
        let settings = QuantizerSettings(layers: layers, branching: branching, dimension: 32)
        quantizer = try ResidualQuantizer(Scope(store: ParameterStore(), generator: generator), settings)
        try quantizer.markInitialized()
        latents = try Tensor.normal([64, 32, 32, 32], generator: generator).channelsLast()
        try latents.setRequiresGradient(true)
    }

    mutating func repeated(_ count: Int) throws -> Int {
        for _ in 0..<count {
            try latents.setGradient(nil)
            let output = try quantizer(latents)
            try output.loss.total(quantizer.settings).backward()
            _ = try quantizer.update(output, using: &stream)
        }
        return count * latents.count / quantizer.settings.dimension
    }

    /// A vector is read, a product with each codeword taken, and the codewords' numbers, their sum and the gradient
    /// written.
    func bound() -> WorkBound? {
        let settings = quantizer.settings
        return WorkBound(
            operations: Double(2 * settings.layers * settings.branching * settings.dimension),
            bytes: Double(4 * (3 * settings.dimension + settings.layers)), type: .float32)
    }
}
