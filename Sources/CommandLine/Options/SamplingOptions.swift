import ArgumentParser
import Foundation
import HRVQ

/// Priors, and how they are sampled.
struct SamplingOptions: ParsableArguments {
    @Argument(help: "The folder that 'hrvq train-prior' wrote.", completion: .directory)
    var prior: String

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "Classes by name or number, taken in turn: 3, or bird,cat, or 'all'; none by default. A name with commas is"
                + " taken whole.",
            valueName: "classes"))
    var classes: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Divides the logits: below 1 the likely codes are drawn more often, 0 always draws the likeliest. One"
                + " number, or one a layer: 1,0.9,0.9.", valueName: "numbers"))
    var temperature: String?

    @Option(
        name: .customLong("top-k"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "Draw from the k likeliest codes alone; one number, or one a layer.", valueName: "numbers"))
    var topK: String?

    @Option(
        name: .customLong("top-p"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "Draw from the fewest codes whose probabilities reach p, after temperature and top-k; one number, or one a"
                + " layer.", valueName: "numbers"))
    var topP: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The number that all randomness is derived from; chosen and printed if not given.", valueName: "number"))
    var seed: UInt64?

    func validate() throws {
        _ = try numbers("temperature", temperature, Double.init, "a number from 0")
        _ = try numbers("top-k", topK, Int.init, "an integer from 1")
        _ = try numbers("top-p", topP, Double.init, "a number above 0 and up to 1")
        do {
            for settings in try settings(layers: nil) { try settings.validate() }
        } catch {
            // Whatever is wrong with them is wrong usage.
            throw ValidationError(error.programText)
        }
    }

    /// The settings of each layer.
    func settings(layers: Int?) throws -> [SamplingSettings] {
        let temperatures = try numbers("temperature", temperature, Double.init, "") ?? [1]
        let topKs: [Int?] = try numbers("top-k", topK, Int.init, "") ?? [nil]
        let topPs: [Double?] = try numbers("top-p", topP, Double.init, "") ?? [nil]
        let count = layers ?? max(temperatures.count, topKs.count, topPs.count)
        for (name, found) in [("temperature", temperatures.count), ("top-k", topKs.count), ("top-p", topPs.count)]
        where found != 1 && found != count {
            throw PriorError.settingsCount(name: name, found: found, layers: count)
        }
        return (0..<count).map { layer in
            SamplingSettings(
                temperature: temperatures[temperatures.count == 1 ? 0 : layer],
                topK: topKs[topKs.count == 1 ? 0 : layer], topP: topPs[topPs.count == 1 ? 0 : layer])
        }
    }

    /// The numbers of the classes that were named.
    func classNumbers(in space: CodeSpace) throws -> [Int] {
        guard let classes else { return [] }
        if space.classNames.isEmpty { throw PriorError.unconditional(path: prior) }
        if classes == "all", !space.classNames.contains("all") { return Array(space.classNames.indices) }
        return try space.classNumbers(classes)
    }

    private func numbers<Number>(
        _ name: String, _ text: String?, _ parse: (String) -> Number?, _ expected: String
    ) throws -> [Number]? {
        guard let text else { return nil }
        return try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let number = parse(part.trimmingCharacters(in: .whitespaces)) else {
                throw ValidationError(
                    "--\(name) is '\(text)'; it must be \(expected), or a comma-separated list of them")
            }
            return number
        }
    }
}
