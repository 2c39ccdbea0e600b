import Foundation
import HRVQ

/// Work of ours that is measured: the same as the peer's of that name in `Benchmarks/peers`.
protocol BenchWorkload {
    /// What is counted, such as `images`.
    var unit: String { get }
    /// Does so many repetitions and returns how many units of work they were.
    mutating func repeated(_ count: Int) throws -> Int
}

/// Training steps of a preset for CIFAR-10 on random pixels: convert, forward, backward, Adam, averages, codebooks.
struct TrainWorkload: BenchWorkload {
    let unit = "images"
    private let batch: Int
    private let images: Int
    private let pixels: [UInt8]
    private let model: any Autoencoder
    private let optimizer: Adam
    private let averaging: WeightAveraging
    private let learningRate: Double
    private var stream = SeededGenerator(seed: 1, stream: "bench")
    private var position = 0

    init(_ preset: Preset, batch: Int = 128, images: Int = 4096) throws {
        let configuration = try preset.configuration()
        let model = try configuration.makeAutoencoder()
        model.precision = configuration.elementType(on: .cpu)
        self.batch = batch
        self.images = images
        self.model = model
        var stream = self.stream
        pixels = (0..<images * 32 * 32 * 3).map { _ in UInt8(truncatingIfNeeded: stream.next()) }
        optimizer = try Adam(model.parameters)
        averaging = try WeightAveraging(model.parameters, decay: configuration.training.averagingDecay)
        learningRate = configuration.optimizer.learningRate
        for quantizer in model.quantizers { try quantizer.markInitialized() }
    }

    mutating func repeated(_ count: Int) throws -> Int {
        let size = 32 * 32 * 3
        for _ in 0..<count {
            if position + batch > images { position = 0 }
            let input = try Pixels.batch(
                Array(pixels[position * size..<(position + batch) * size]), count: batch, height: 32, width: 32,
                channels: 3)
            position += batch
            let output = try model.forward(input)
            try output.total.backward()
            try optimizer.step(learningRate: learningRate)
            try averaging.update()
            try model.parameters.clearGradients()
            for (quantizer, result) in zip(model.quantizers, output.quantizers) {
                _ = try quantizer.update(result, using: &stream)
            }
        }
        return count * batch
    }
}

/// Nearest codewords for normal vectors of 32 numbers: in three layers of 8, or in a flat codebook of 512.
struct QuantizeWorkload: BenchWorkload {
    let unit = "vectors"
    private let vectors: Tensor
    private let search: CodewordSearch

    init(_ structure: CodebookStructure, count: Int = 64 * 32 * 32) throws {
        let generator = try Generator(seed: 1)
        vectors = try Tensor.normal([count, 32], generator: generator)
        let codebooks = try (structure == .flat ? [512] : [8, 64, 512]).map {
            try Tensor.normal([$0, 32], standardDeviation: 0.5, generator: generator).array(of: Float.self)
        }
        search = CodewordSearch(
            codebooks: codebooks, structure: structure, branching: structure == .flat ? 512 : 8, dimension: 32)
    }

    mutating func repeated(_ count: Int) throws -> Int {
        for _ in 0..<count { _ = try search(vectors, sums: .total) }
        return count * vectors.size(0)
    }
}
