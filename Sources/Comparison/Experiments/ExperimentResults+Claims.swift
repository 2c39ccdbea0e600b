import Foundation
import Training

extension ExperimentResults {
    /// The runs that a part reads.
    public func runs(of part: ExperimentPlan.Part) -> [Run] { runs.filter { $0.parts.contains(part) } }

    /// The final errors of a preset over all seeds.
    public func error(of preset: String) -> MeanAndSpread {
        MeanAndSpread(runs(of: .models).filter { $0.preset == preset }.map(\.evaluation.mse))
    }

    /// What the runs say about claims 1 to 4 of the paper.
    func judged() -> [Claim] {
        [orderClaim(), usageClaim(), searchClaim(), rateClaim()].compactMap { $0 }
    }

    /// Claim 1: HR-VQVAE below VQ-VAE-2 below VQ-VAE, each gap wider than the spread of both together.
    private func orderClaim() -> Claim? {
        let presets = experiment.models.presets
        func preset(_ kind: ModelKind) -> String? {
            presets.first { (try? Preset(name: $0).configuration().model.kind) == kind }
        }
        let order = [ModelKind.hrvqvae, .vqvae2, .vqvae].compactMap { kind in preset(kind).map { (kind, error(of: $0)) }
        }
        guard order.count >= 2 else { return nil }
        let holds = zip(order, order.dropFirst()).allSatisfy { better, worse in
            worse.1.mean - better.1.mean > better.1.spread + worse.1.spread
        }
        let all = presets.map { name in
            let error = error(of: name)
            return String(format: "%@ %.6f ± %.6f", name, error.mean, error.spread)
        }
        return Claim(
            number: 1,
            statement: "Trained alike, the error of " + order.map(\.0.title).joined(separator: " is below that of ")
                + ", by more than the spread over seeds.",
            holds: holds, evidence: "MSE: " + all.joined(separator: ", "))
    }

    /// Claim 2: the last layer of the largest hierarchy uses more than half of what can be filled.
    private func usageClaim() -> Claim? {
        let candidates = runs(of: .branching) + runs(of: .layers)
        let trees = candidates.filter { $0.kind == ModelKind.hrvqvae.rawValue }
        guard
            let tree = trees.max(by: {
                ($0.evaluation.layers.last?.codewords ?? 0) < ($1.evaluation.layers.last?.codewords ?? 0)
            }),
            let last = tree.evaluation.layers.last, let fillable = tree.fillable.last
        else { return nil }
        func text(_ run: Run) -> String {
            guard let layer = run.evaluation.layers.last, let fillable = run.fillable.last else { return run.name }
            return String(
                format:
                    "%@ uses %d of %d codewords (%.0f %% of the %.0f that so many vectors can fill), perplexity %.0f, MSE %.6f",
                run.name, layer.used, layer.codewords, 100 * Double(layer.used) / max(fillable, 1), fillable,
                layer.perplexity, run.evaluation.mse)
        }
        let flat = candidates.first {
            $0.kind != ModelKind.hrvqvae.rawValue && $0.evaluation.layers.last?.codewords == last.codewords
        }
        return Claim(
            number: 2,
            statement: "Codebooks grow without collapse: the largest hierarchy uses more than half of its codewords.",
            holds: Double(last.used) > 0.5 * fillable,
            evidence: text(tree) + (flat.map { "; beside it " + text($0) } ?? ""))
    }

    /// Claim 3: the tree is searched faster than a flat codebook of as many codewords, wherever there are parents.
    private func searchClaim() -> Claim? {
        let pairs = search.filter { $0.layers > 1 }
        guard !pairs.isEmpty else { return nil }
        let texts = pairs.map {
            String(format: "%d codewords: %.0f×", $0.codewords, $0.hierarchicalPerSecond / max($0.flatPerSecond, 1e-9))
        }
        return Claim(
            number: 3, statement: "The hierarchical search is faster than a flat one of the same resolution.",
            holds: pairs.allSatisfy { $0.hierarchicalPerSecond > $0.flatPerSecond },
            evidence: texts.joined(separator: ", "))
    }

    /// Claim 4: the first rate is the highest.
    private func rateClaim() -> Claim? {
        guard let first = rates.first, rates.count > 1 else { return nil }
        return Claim(
            number: 4,
            statement:
                "\(first.preset) has a higher rate than \(rates.dropFirst().map(\.preset).joined(separator: ", ")).",
            holds: rates.dropFirst().allSatisfy { $0.compression < first.compression },
            evidence: rates.map { String(format: "%@ 1 : %.1f", $0.preset, $0.compression) }.joined(separator: ", "))
    }
}
