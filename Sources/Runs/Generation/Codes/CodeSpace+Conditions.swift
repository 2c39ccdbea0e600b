import Autoencoders
import Files
import Foundation
import Latents
import Priors
import Torch
import Training

extension CodeSpace {
    /// The codewords of all layers before one, as the prior of that layer is told them.
    ///
    /// - Returns: What ``codewords(of:in:after:)`` gives for each.
    /// - Throws: `TorchError`.
    package func conditions(before layer: Int, in codes: Codes) throws -> [Tensor] {
        try (0..<layer).reduce(into: []) { $0.append(try codewords(of: $1, in: codes, after: $0.last)) }
    }

    /// The codewords of a layer, int64 [N, h, w], numbered over the whole layer, so that in HR-VQVAE a number names the
    /// path of parents too.
    ///
    /// - Parameters:
    ///   - layer: From 0.
    ///   - codes: The codes of this layer at least.
    ///   - parents: The codewords of the layer before.
    /// - Throws: `TorchError`.
    func codewords(of layer: Int, in codes: Codes, after parents: Tensor?) throws -> Tensor {
        let own = try codes.layer(layer).to(.int64)
        let choices = layers[layer].choices
        guard let parents, codewords[layer] > choices else { return own }
        return try (parents * Double(choices)).to(.int64) + own
    }

    /// How far the classes of two code spaces must agree.
    enum ClassAgreement {
        /// They are of no interest.
        case any
        /// They are the same, in the same order.
        case equal
        /// They are the same, or the other space has none.
        case equalOrNone
    }

    /// Why codes in another space cannot be used where those in this one are expected; `nil` where they can.
    func mismatch(with other: CodeSpace, classes: ClassAgreement) -> String? {
        if kind != other.kind { return "one is of a \(kind), the other of a \(other.kind)" }
        if grids != other.grids { return "their latent grids differ" }
        if model != other.model {
            return "the models' fingerprints are \(model.prefix(12))… and \(other.model.prefix(12))…"
        }
        let classesAgree =
            classNames == other.classNames || classes == .any || (classes == .equalOrNone && other.classNames.isEmpty)
        if !classesAgree {
            return "one has the classes [\(Listing.text(classNames))], the other "
                + "[\(Listing.text(other.classNames))]"
        }
        return nil
    }

    /// The numbers of the classes in a comma-separated list of names and numbers. A name that itself has commas, as
    /// ImageNet's have, is taken whole: of all that the list could begin with, the longest.
    ///
    /// - Throws: ``PriorError/unknownClass(found:known:)``.
    package func classNumbers(_ list: String) throws -> [Int] {
        let parts = list.split(separator: ",", omittingEmptySubsequences: false)
        let longest = classNames.map { $0.count(where: { $0 == "," }) }.max() ?? 0
        var numbers: [Int] = []
        var place = 0
        while place < parts.count {
            let candidates = (place...min(place + longest, parts.count - 1)).reversed().map { end in
                (end: end, name: parts[place...end].joined(separator: ",").trimmingCharacters(in: .whitespaces))
            }
            let match = candidates.first { classNames.contains($0.name) } ?? candidates[candidates.count - 1]
            numbers.append(try classNumber(match.name))
            place = match.end + 1
        }
        return numbers
    }

    /// The number of a class that a person names by number or by name.
    ///
    /// - Throws: ``PriorError/unknownClass(found:known:)``.
    package func classNumber(_ text: String) throws -> Int {
        if let index = classNames.firstIndex(of: text) { return index }
        if let number = Int(text), classNames.indices.contains(number) { return number }
        throw PriorError.unknownClass(found: text, known: classNames)
    }
}
