import Foundation
import Latents
import Processors
import Testing

@testable import Bitstream

/// Codes with structure: each follows its neighbours and its parent, so that statistics can find something.
func structuredCodes(
    images: Int, layers: [CodeLayer], isHierarchical: Bool = true, seed: UInt64 = 1
) -> LayeredCodes {
    var generator = SplitMix(state: seed)
    var values: [[Int32]] = []
    for (index, layer) in layers.enumerated() {
        var codes = [Int32](repeating: 0, count: images * layer.height * layer.width)
        for place in codes.indices {
            let x = place % layer.width
            let y = place / layer.width % layer.height
            let draw = Int(generator.next() >> 40)
            let west = x > 0 ? Int(codes[place - 1]) : 0
            let north = y > 0 ? Int(codes[place - layer.width]) : 1
            let parent = index > 0 && layers[index - 1] == layer ? Int(values[index - 1][place]) : 0
            let guess = (draw & 7) < 5 ? west : (draw & 7) < 7 ? north + parent : draw >> 3
            codes[place] = Int32(guess % layer.choices)
        }
        values.append(codes)
    }
    return LayeredCodes(images: images, layers: layers, values: values)
}

/// SplitMix64 (Steele et al. 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

@Suite struct CodingTests {
    static let models: [(layers: [CodeLayer], isHierarchical: Bool)] = [
        (Array(repeating: CodeLayer(height: 8, width: 9, choices: 8), count: 3), true),
        (Array(repeating: CodeLayer(height: 5, width: 3, choices: 3), count: 4), true),
        (Array(repeating: CodeLayer(height: 4, width: 4, choices: 7), count: 2), false),
        ([CodeLayer(height: 6, width: 6, choices: 300)], false),
        ([CodeLayer(height: 2, width: 2, choices: 12), CodeLayer(height: 4, width: 4, choices: 12)], false),
        ([CodeLayer(height: 1, width: 1, choices: 1)], true),
        ([CodeLayer(height: 3, width: 3, choices: 1), CodeLayer(height: 3, width: 3, choices: 4)], true),
        ([CodeLayer(height: 3, width: 3, choices: 40_000)], false),
    ]
    private let model = Fingerprint(bytes: Array(repeating: 1, count: CompressedHeader.modelBytes))

    @Test(arguments: models.indices, [0, 10]) func allKernelsAgree(model index: Int, adaptation: Int) throws {
        let (layers, isHierarchical) = Self.models[index]
        let codes = structuredCodes(images: 3, layers: layers, isHierarchical: isHierarchical)
        let statistics = try #require(
            StatisticsTraining().statistics(of: codes, isHierarchical: isHierarchical, model: model)
        ).adapting(by: adaptation)
        let payloads = ModelledCoding.encode(codes, statistics, kernel: .portable)
        for kernel in KernelVariant.allCases where kernel.isSupported {
            #expect(ModelledCoding.encode(codes, statistics, kernel: kernel) == payloads, "\(kernel)")
            let values = try ModelledCoding.decode(
                payloads, layers: layers, images: 3, statistics, name: "x", kernel: kernel)
            #expect(values == codes.values, "\(kernel)")
        }
    }

    @Test(arguments: models.indices, [0, 10]) func modelledCodesComeBack(model index: Int, adaptation: Int) throws {
        let (layers, isHierarchical) = Self.models[index]
        var training = StatisticsTraining()
        training.passes = 1
        let codes = structuredCodes(images: 5, layers: layers, isHierarchical: isHierarchical)
        let statistics = try #require(training.statistics(of: codes, isHierarchical: isHierarchical, model: model))
            .adapting(by: adaptation)
        #expect(statistics.complaint == nil)
        let other = structuredCodes(images: 3, layers: layers, isHierarchical: isHierarchical, seed: 99)
        let file = try CompressedImage(
            other, width: 20, height: 20, channels: 1, model: model, statistics: statistics, name: "x")
        let read = try CompressedImage(bytes: file.bytes(), name: "x")
        #expect(read == file)
        #expect(try read.codes(statistics: statistics, name: "x") == other)
        for count in 1...layers.count {
            let part = try CompressedImage(bytes: file.bytes(layers: count), layers: count, name: "x")
            #expect(
                try part.codes(statistics: statistics, name: "x").values == Array(other.values[..<count]))
        }
    }

    @Test(arguments: [1, 2, 3, 5, 8, 255, 256, 257, 65_536, 1 << 24]) func packedCodesComeBack(choices: Int) throws {
        var generator = SplitMix(state: 3)
        let codes = (0..<61).map { _ in Int32(generator.next() % UInt64(choices)) }
        let layer = CodeLayer(height: 1, width: 61, choices: choices)
        #expect(layer.bitsPerCode == (choices == 1 ? 0 : Int(log2(Double(choices)).rounded(.up))))
        let bytes = BitPacking.pack(codes, bits: layer.bitsPerCode)
        #expect(bytes.count == (61 * layer.bitsPerCode + 7) / 8)
        #expect(BitPacking.unpack(bytes, count: 61, bits: layer.bitsPerCode) == codes)
    }

    /// Within a hundredth of a bit a code, and a few bytes a chunk.
    @Test func bytesAreWhatTheStatisticsAskFor() throws {
        let layers = Array(repeating: CodeLayer(height: 16, width: 16, choices: 8), count: 3)
        let codes = structuredCodes(images: 40, layers: layers)
        let statistics = try #require(
            StatisticsTraining().statistics(of: codes, isHierarchical: true, model: model))
        let test = structuredCodes(images: 20, layers: layers, seed: 7)
        let bits = statistics.bits(of: test)
        for (payload, bits) in zip(ModelledCoding.encode(test, statistics), bits) {
            #expect(Double(payload.count * 8) > bits - 8 && Double(payload.count * 8) < bits * 1.002 + 16)
            // Three bits a code without statistics; the codes' own rule takes about two.
            #expect(bits < 0.85 * 3 * 20 * 256)
        }
    }

    @Test func digitsOfGivenDistributionsComeBack() throws {
        let fixture = try BitstreamFixture("hierarchical")
        for (layer, (shares, digits)) in ModelledCoding.distributions(fixture.codes, fixture.statistics).enumerated() {
            #expect(digits.map { Int32($0) } == fixture.codes.values[layer])
            #expect(shares.allSatisfy { $0.wrappedSum() == 65_536 })
            let bytes = RangeCoding.encode(digits, shares: shares)
            #expect(RangeCoding.decode(bytes, shares: shares) == digits)
        }
    }

    @Test func adaptationFollowsCodesThatDiffer() throws {
        let layers = [CodeLayer(height: 16, width: 16, choices: 8)]
        let codes = structuredCodes(images: 10, layers: layers)
        let statistics = try #require(
            StatisticsTraining().statistics(of: codes, isHierarchical: true, model: model))
        // Two codes alone, drawn by chance: nothing of the kind was learnt.
        var generator = SplitMix(state: 5)
        let other = LayeredCodes(
            images: 8, layers: layers, values: [(0..<8 * 256).map { _ in Int32(generator.next() & 1) * 5 }])
        let adapted = StatisticsTraining().adapted(statistics, to: other)
        #expect(adapted.adaptation > 0)
        #expect(adapted.bits(of: other)[0] < 0.97 * statistics.bits(of: other)[0])
    }

    /// Statistics of codes that are always the same make runs of nearly no cost, and carries through many words.
    @Test func certainCodesTakeNearlyNothing() throws {
        let layers = [CodeLayer(height: 32, width: 32, choices: 8)]
        let same = LayeredCodes(images: 20, layers: layers, values: [Array(repeating: 7, count: 20 * 1024)])
        let statistics = try #require(
            StatisticsTraining().statistics(of: same, isHierarchical: true, model: model))
        let payload = ModelledCoding.encode(same, statistics)[0]
        #expect(payload.count < 20 * 1024 * 3 / 8 / 50)
        let back = try ModelledCoding.decode([payload], layers: layers, images: 20, statistics, name: "x")
        #expect(back == same.values)
    }

    /// Codes of nearly no cost, and codes whose bytes are all zero: more of them than their own bytes could hold.
    @Test(arguments: [(512, 0), (2, 1), (2, 0), (4, 3)]) func manyCertainCodesComeBack(choices: Int, code: Int) throws {
        let layers = [
            CodeLayer(height: 100, width: 1000, choices: choices), CodeLayer(height: 1, width: 1, choices: 1),
        ]
        let few = LayeredCodes(
            images: 1, layers: layers, values: [Array(repeating: Int32(code), count: 100_000), [0]])
        var training = StatisticsTraining()
        training.passes = 1
        let statistics = try #require(training.statistics(of: few, isHierarchical: false, model: model))
        let many = LayeredCodes(
            images: 6, layers: layers,
            values: [Array(repeating: Int32(code), count: 600_000), Array(repeating: 0, count: 6)])
        let payloads = ModelledCoding.encode(many, statistics)
        #expect(payloads[0].count >= 600_000 / 65_536 && payloads[1].isEmpty)
        #expect(
            try ModelledCoding.decode(payloads, layers: layers, images: 6, statistics, name: "x") == many.values)
        #expect(throws: BitstreamError.self) {
            try ModelledCoding.decode(
                [[UInt8](), []], layers: layers, images: 6, statistics, name: "x")
        }
    }

    @Test func statisticsOfOtherCodesAreRefused() throws {
        let fixture = try BitstreamFixture("flat")
        let other = fixture.statistics.adapting(by: 12)
        let file = try CompressedImage(bytes: fixture.modelled, name: "x")
        #expect(throws: BitstreamError.noStatistics(name: "x", file: fixture.statisticsName)) {
            try file.codes(name: "x")
        }
        let name = try other.fingerprint().description
        #expect(
            throws: BitstreamError.otherStatistics(name: "x", file: fixture.statisticsName, model: name)
        ) { try file.codes(statistics: other, name: "x") }
    }

    @Test func tablesOfOtherSizesAreRefused() throws {
        let statistics = try BitstreamFixture("hierarchical").statistics
        func changed(_ change: (inout [ContextStatistics.Layer]) -> Void) -> [ContextStatistics.Layer] {
            var layers = statistics.layers
            change(&layers)
            return layers
        }
        for layers in [
            changed { $0[1].digits[0].base.removeLast() },
            changed { $0[1].digits[0].terms[0].scores.append(SIMD8()) },
            changed { $0[1].digits[0].terms[0].shift = 1 },
            changed { $0[1].digits[0].terms[0].scores[3][2] = 4096 },
            changed { $0[0].digits[0].terms[0].source = .earlierEast },
            changed { $0[2].digits = [] },
            changed { $0[2].choices = 9 },
            changed { $0 = [] },
        ] {
            #expect(throws: StatisticsError.self) {
                try ContextStatistics(model: model, isHierarchical: true, adaptation: 11, layers: layers)
            }
        }
        #expect(throws: StatisticsError.self) {
            try ContextStatistics(model: model, isHierarchical: true, adaptation: 25, layers: statistics.layers)
        }
    }

    @Test func filesAreReadFromAndWrittenToHandles() throws {
        let fixture = try BitstreamFixture("levels")
        let pipe = Pipe()
        try fixture.file(modelled: true).write(to: pipe.fileHandleForWriting)
        try pipe.fileHandleForWriting.close()
        let first = try CompressedImage(reading: pipe.fileHandleForReading, layers: 1, name: "x")
        #expect(first.payloads.count == 1)
        // The rest was not touched.
        let rest = try pipe.fileHandleForReading.readToEnd() ?? Data()
        #expect(rest.count == fixture.modelled.count - (try first.bytes().count))
    }
}
