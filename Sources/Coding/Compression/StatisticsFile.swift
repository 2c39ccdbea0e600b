import Bitstream
import Files
import Foundation
import Torch
import Training

/// A model's `ContextStatistics` on disk: `entropy.safetensors` beside `model.safetensors`.
///
/// The tensors are the tables, int16 [rows, 8]: `layer.1.digit.1.base`, `layer.1.digit.1.west`, …; the metadata say
/// how they are indexed.
package enum StatisticsFile {
    /// The file's name in a model's folder.
    package static let name = "entropy.safetensors"

    /// What the tables are of, as JSON in the metadata.
    private struct Description: Codable {
        struct Term: Codable {
            var source: String
            var nodeKind: Int
            var shift: Int
        }

        struct Layer: Codable {
            var choices: Int
            var digits: [[Term]]
        }

        var version = 1
        var model: String
        var isHierarchical: Bool
        var adaptation: Int
        var layers: [Layer]
    }

    /// The key of the metadata that says how the tables are indexed.
    package static let metadataKey = "statistics"

    /// Reads statistics and checks all of them.
    ///
    /// - Throws: `FileError`, `TorchError`.
    package static func read(_ url: URL) throws -> ContextStatistics {
        let expected: Message = "statistics that \(phrase: .entropyTraining) wrote"
        let (tensors, metadata) = try Safetensors.read(url, remedy: "make it with \(phrase: .entropyTraining)")
        func malformed(_ reason: String) -> FileError {
            .malformed(path: url.path, reason: reason, expected: expected)
        }
        guard let text = metadata[metadataKey],
            let description = try? JSONDecoder().decode(Description.self, from: Data(text.utf8)),
            description.version == 1,
            let model = Fingerprint(hexadecimal: description.model, count: CompressedHeader.modelBytes)
        else { throw malformed("does not say what its tables are of") }
        func rows(_ name: String) throws -> [SIMD8<Int16>] {
            guard let tensor = tensors[name], tensor.dataType == .int16, tensor.rank == 2, tensor.size(1) == 8 else {
                throw malformed("holds no int16 table '\(name)' of eight columns")
            }
            let scores = try tensor.array(of: Int16.self)
            return stride(from: 0, to: scores.count, by: 8).map { start in
                var row = SIMD8<Int16>()
                for lane in 0..<8 { row[lane] = scores[start + lane] }
                return row
            }
        }
        var layers: [ContextStatistics.Layer] = []
        for (number, layer) in description.layers.enumerated() {
            let digits = try layer.digits.enumerated().map { place, terms in
                // Each table is read for each term that names it: a short text must not ask for it a thousand times.
                guard Set(terms.map(\.source)).count == terms.count else {
                    throw malformed("has two tables of one neighbour in layer \(number + 1)")
                }
                let scope = scope(layer: number, digit: place)
                return ContextStatistics.Digit(
                    base: try rows(scope + "base"),
                    terms: try terms.map { term in
                        guard let source = ContextStatistics.Source.allCases.first(where: { "\($0)" == term.source }),
                            let kind = ContextStatistics.NodeKind(rawValue: term.nodeKind)
                        else {
                            throw malformed(
                                "names a neighbour or a kind of node that there is not: '\(term.source)', \(term.nodeKind)"
                            )
                        }
                        return .init(
                            source: source, nodeKind: kind, shift: term.shift, scores: try rows(scope + term.source))
                    })
            }
            layers.append(.init(choices: layer.choices, digits: digits))
        }
        do {
            return try ContextStatistics(
                model: model, isHierarchical: description.isHierarchical, adaptation: description.adaptation,
                layers: layers)
        } catch let error as StatisticsError {
            throw malformed(error.reason)
        }
    }

    /// Writes statistics, whole or not at all.
    ///
    /// - Throws: `FileError`, `TorchError`.
    package static func write(_ statistics: ContextStatistics, to url: URL) throws {
        var tensors: [(name: String, tensor: Tensor)] = []
        func add(_ name: String, _ rows: [SIMD8<Int16>]) throws {
            let scores = rows.flatMap { row in (0..<8).map { row[$0] } }
            tensors.append((name, try Tensor(scores, [rows.count, 8])))
        }
        for (number, layer) in statistics.layers.enumerated() {
            for (place, digit) in layer.digits.enumerated() {
                let scope = scope(layer: number, digit: place)
                try add(scope + "base", digit.base)
                for term in digit.terms { try add(scope + "\(term.source)", term.scores) }
            }
        }
        let description = Description(
            model: statistics.model.description, isHierarchical: statistics.isHierarchical,
            adaptation: statistics.adaptation,
            layers: statistics.layers.map { layer in
                .init(
                    choices: layer.choices,
                    digits: layer.digits.map { digit in
                        digit.terms.map {
                            .init(source: "\($0.source)", nodeKind: $0.nodeKind.rawValue, shift: $0.shift)
                        }
                    })
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try Safetensors.write(
            tensors,
            metadata: [
                "generator": "hrvq", metadataKey: String(decoding: try encoder.encode(description), as: UTF8.self),
            ],
            to: url)
    }

    private static func scope(layer: Int, digit: Int) -> String { "layer.\(layer + 1).digit.\(digit + 1)." }
}
