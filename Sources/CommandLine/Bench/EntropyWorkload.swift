import Compression
import Foundation
import HRVQ

/// Entropy coding on one core: codes of three layers of 8 on a 32×32 grid that follow their neighbours as those of images
/// do, with statistics that were learnt from others of the kind.
struct EntropyWorkload: BenchWorkload {
    /// What is done with the codes.
    enum Task {
        /// Statistics and range coder: codes to bytes, and bytes to codes.
        case encode, decode
        /// The range coder alone, with all distributions at hand, as the peer has them.
        case rangeEncode, rangeDecode
    }

    let unit = "codes"
    private let task: Task
    private let codes: LayeredCodes
    private let statistics: ContextStatistics
    private let payloads: [[UInt8]]
    private let distributions: [(shares: [SIMD8<UInt32>], digits: [UInt8])]
    private let bytes: [[UInt8]]

    init(_ task: Task) throws {
        self.task = task
        codes = Self.codes(images: 128, seed: 2)
        let model = Fingerprint(bytes: Array(repeating: 0, count: CompressedHeader.modelBytes))
        var training = StatisticsTraining()
        training.passes = 1
        guard
            let statistics = training.statistics(
                of: Self.codes(images: 512, seed: 1), isHierarchical: true, model: model)
        else { throw CompressionError.tooManyCodewords }
        self.statistics = statistics
        payloads = ModelledCoding.encode(codes, statistics)
        distributions = ModelledCoding.distributions(codes, statistics)
        bytes = distributions.map { RangeCoding.encode($0.digits, shares: $0.shares) }
    }

    mutating func repeated(_ count: Int) throws -> Int {
        for _ in 0..<count {
            switch task {
            case .encode: _ = ModelledCoding.encode(codes, statistics)
            case .decode:
                _ = try ModelledCoding.decode(
                    payloads, layers: codes.layers, images: codes.images, statistics, name: "bench")
            case .rangeEncode: for part in distributions { _ = RangeCoding.encode(part.digits, shares: part.shares) }
            case .rangeDecode:
                for (part, bytes) in zip(distributions, bytes) { _ = RangeCoding.decode(bytes, shares: part.shares) }
            }
        }
        return count * codes.values.reduce(0) { $0 + $1.count }
    }

    /// Writes digits and the probabilities of all their values, for peers.
    func write(to url: URL) throws {
        let digits = distributions.flatMap { $0.digits.map { Int32($0) } }
        let shares = distributions.flatMap { $0.shares.flatMap { row in (0..<8).map { Float(row[$0]) / 65_536 } } }
        try Safetensors.write(
            [
                ("digits", Tensor(digits, [digits.count])), ("probabilities", Tensor(shares, [digits.count, 8])),
            ], to: url)
    }

    private static func codes(images: Int, seed: UInt64) -> LayeredCodes {
        let side = 32
        var generator = SeededGenerator(seed: seed, stream: "bench codes")
        let layers = Array(repeating: CodeLayer(height: side, width: side, choices: 8), count: 3)
        var values: [[Int32]] = []
        for index in 0..<3 {
            var codes = [Int32](repeating: 0, count: images * side * side)
            for place in codes.indices {
                let draw = Int32(truncatingIfNeeded: generator.next() >> 40)
                let west = place % side > 0 ? codes[place - 1] : 0
                let north = place / side % side > 0 ? codes[place - side] : 1
                let parent = index > 0 ? values[index - 1][place] : 0
                let guess = draw & 7 < 3 ? west : draw & 7 < 6 ? north + parent : draw >> 3
                codes[place] = guess & 7
            }
            values.append(codes)
        }
        return LayeredCodes(images: images, layers: layers, values: values)
    }
}
