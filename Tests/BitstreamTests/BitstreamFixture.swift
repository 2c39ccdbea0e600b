import Foundation
import Latents
import Testing

@testable import Bitstream

/// A case of Tools/fixtures/bitstream_reference.py: codes, what their statistics are made of, and the files.
struct BitstreamFixture {
    private struct Content: Decodable {
        struct Layer: Decodable {
            var height: Int
            var width: Int
            var choices: Int
        }

        /// A neighbour, a kind of node and a shift.
        struct Term: Decodable {
            var source: String
            var nodeKind: Int
            var shift: Int

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                source = try container.decode(String.self)
                nodeKind = try container.decode(Int.self)
                shift = try container.decode(Int.self)
            }
        }

        var name: String
        var hierarchical: Bool
        var adaptation: Int
        var images: Int
        var width: Int
        var height: Int
        var channels: Int
        var seed: Int
        var model: String
        var statistics: String
        var layers: [Layer]
        var terms: [Term]
        var codes: [[Int32]]
    }

    let name: String
    let codes: LayeredCodes
    let statistics: ContextStatistics
    /// The name of the statistics by the reference.
    let statisticsName: String
    let model: Fingerprint
    let width: Int
    let height: Int
    let channels: Int
    let packed: [UInt8]
    let modelled: [UInt8]

    static let names = ["hierarchical", "flat", "levels", "narrow"]

    init(_ name: String) throws {
        func bytes(_ file: String, _ type: String) throws -> Data {
            let url = try #require(Bundle.module.url(forResource: file, withExtension: type, subdirectory: "Fixtures"))
            return try Data(contentsOf: url)
        }
        let content = try JSONDecoder().decode(Content.self, from: bytes(name, "json"))
        self.name = name
        codes = LayeredCodes(
            images: content.images,
            layers: content.layers.map { CodeLayer(height: $0.height, width: $0.width, choices: $0.choices) },
            values: content.codes)
        model = try #require(Fingerprint(hexadecimal: content.model, count: CompressedHeader.modelBytes))
        statistics = try Self.statistics(content, model)
        statisticsName = content.statistics
        (width, height, channels) = (content.width, content.height, content.channels)
        packed = [UInt8](try bytes("\(name)-packed", "hrvq"))
        modelled = [UInt8](try bytes("\(name)-modelled", "hrvq"))
    }

    /// Tables whose scores come from the reference's generator.
    private static func statistics(_ content: Content, _ model: Fingerprint) throws -> ContextStatistics {
        var seed = UInt64(content.seed)
        func scores(_ rows: Int) -> [SIMD8<Int16>] {
            seed += 1
            var state = seed
            return (0..<rows).map { _ in
                var row = SIMD8<Int16>()
                for lane in 0..<8 {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    row[lane] = Int16((state >> 33) % 1601) - 800
                }
                return row
            }
        }
        let shapes = try #require(
            DigitShape.shapes(choices: content.layers.map(\.choices), isHierarchical: content.hierarchical))
        let layers = try shapes.enumerated().map { index, digits in
            let made = try digits.map { shape in
                let base = scores(shape.nodes(.parentAndPrefix))
                var terms: [ContextStatistics.Term] = []
                for term in content.terms {
                    let source = try #require(ContextStatistics.Source.allCases.first { "\($0)" == term.source })
                    let kind = try #require(ContextStatistics.NodeKind(rawValue: term.nodeKind))
                    if index == 0, source.isEarlier { continue }
                    terms.append(
                        .init(
                            source: source, nodeKind: kind, shift: term.shift,
                            scores: scores(shape.nodes(kind) * shape.symbols(source, shift: term.shift))))
                }
                return ContextStatistics.Digit(base: base, terms: terms)
            }
            return ContextStatistics.Layer(choices: content.layers[index].choices, digits: made)
        }
        return try ContextStatistics(
            model: model, isHierarchical: content.hierarchical, adaptation: content.adaptation, layers: layers)
    }

    /// The fixture's codes as a file.
    func file(modelled: Bool) throws -> CompressedImage {
        try CompressedImage(
            codes, width: width, height: height, channels: channels, model: model,
            statistics: modelled ? statistics : nil, name: name)
    }
}
