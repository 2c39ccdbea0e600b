import Foundation
import HRVQ

/// Work of ours that is measured: the same as the peer's of that name in `Benchmarks/peers`.
protocol BenchWorkload {
    /// What is counted, such as `images`.
    var unit: String { get }
    /// Does so many repetitions and returns how many units of work they were.
    mutating func repeated(_ count: Int) throws -> Int
}

/// Training steps of a preset for CIFAR-10 on smooth pictures, as the peer's are: convert, forward, backward, Adam,
/// averages, codebooks.
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
        pixels = Self.pictures(images, using: &stream)
        optimizer = try Adam(model.parameters)
        averaging = try WeightAveraging(model.parameters, decay: configuration.training.averagingDecay)
        learningRate = configuration.optimizer.learningRate
        for quantizer in model.quantizers { try quantizer.markInitialized() }
    }

    /// Random colours at 4×4 places, interpolated linearly to 32×32, with a little noise [images, 32, 32, 3].
    private static func pictures(_ images: Int, using stream: inout SeededGenerator) -> [UInt8] {
        func draw() -> Float { Float(stream.next() >> 40) / Float(1 << 24) }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(images * 32 * 32 * 3)
        for _ in 0..<images {
            let coarse = (0..<4 * 4 * 3).map { _ in draw() }
            for y in 0..<32 {
                for x in 0..<32 {
                    let (top, left) = (min(y * 3 / 31, 2), min(x * 3 / 31, 2))
                    let (down, right) = (Float(y * 3) / 31 - Float(top), Float(x * 3) / 31 - Float(left))
                    for channel in 0..<3 {
                        func corner(_ row: Int, _ column: Int) -> Float {
                            coarse[((top + row) * 4 + left + column) * 3 + channel]
                        }
                        let above = corner(0, 0) * (1 - right) + corner(0, 1) * right
                        let below = corner(1, 0) * (1 - right) + corner(1, 1) * right
                        let value = above * (1 - down) + below * down + (draw() - 0.5) * 0.07
                        pixels.append(UInt8((min(max(value, 0), 1) * 255).rounded()))
                    }
                }
            }
        }
        return pixels
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
