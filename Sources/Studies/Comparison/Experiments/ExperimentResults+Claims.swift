import Foundation
import Metrics
import Settings
import Training

extension ExperimentResults {
    /// The runs that a part reads.
    package func runs(of part: ExperimentPlan.Part) -> [Run] { runs.filter { $0.parts.contains(part) } }

    /// The final errors of a preset over all seeds.
    package func error(of preset: String) -> MeanAndSpread {
        MeanAndSpread(runs(of: .models).filter { $0.preset == preset }.map(\.evaluation.mse))
    }

    /// What the runs say about claims 1 to 4 of the paper.
    func judged() -> [Claim] {
        [orderClaim(), usageClaim(), searchClaim(), rateClaim()].compactMap { $0 }
    }

    /// Claim 1: HR-VQVAE below VQ-VAE-2 below VQ-VAE, each gap wider than the spread of both together; partly where the
    /// means are in this order and a gap is narrower.
    private func orderClaim() -> Claim? {
        let presets = experiment.models.presets
        func preset(_ kind: ModelKind) -> String? {
            presets.first { (try? Preset(name: $0).configuration().model.kind) == kind }
        }
        let order = [ModelKind.hrvqvae, .vqvae2, .vqvae].compactMap { kind in preset(kind).map { (kind, error(of: $0)) }
        }
        guard order.count >= 2 else { return nil }
        let gaps = zip(order, order.dropFirst()).map { better, worse in
            (width: worse.1.mean - better.1.mean, spread: better.1.spread + worse.1.spread)
        }
        let holds: Verdict =
            gaps.allSatisfy { $0.width > $0.spread } ? .yes : gaps.allSatisfy { $0.width > 0 } ? .partly : .no
        let all = presets.map { name in
            let error = error(of: name)
            return String(format: "%@ %.6f ± %.6f", name, error.mean, error.spread)
        }
        let seeds = experiment.models.seeds.count
        return Claim(
            number: 1,
            statement: "Trained alike, the error of " + order.map(\.0.title).joined(separator: " is below that of ")
                + (seeds > 1 ? ", by more than the spread over \(seeds) seeds." : " (one seed, so no spread)."),
            holds: holds,
            evidence: "MSE: " + all.joined(separator: ", ")
                + (holds == .partly ? "; the order of the means holds, and not every gap is wider than the spread" : "")
        )
    }

    /// Claim 2: the last layer of every largest hierarchy uses more than half of what can be filled.
    private func usageClaim() -> Claim? {
        func codewords(_ run: Run) -> Int { run.evaluation.layers.last?.codewords ?? 0 }
        func share(_ run: Run) -> Double {
            guard let layer = run.evaluation.layers.last, let fillable = run.fillable.last else { return 0 }
            return Double(layer.used) / max(fillable, 1)
        }
        func text(_ run: Run) -> String {
            guard let layer = run.evaluation.layers.last else { return run.name }
            return String(
                format: "%@ uses %d of %d codewords (%.0f %% of what can be filled), perplexity %.0f, MSE %.6f",
                run.name, layer.used, layer.codewords, 100 * share(run), layer.perplexity, run.evaluation.mse)
        }
        // The largest of each sweep, with every seed: one that collapses is not hidden by another that does not.
        let sweeps = [runs(of: .branching), runs(of: .layers)].map { runs in
            let trees = runs.filter { $0.kind == ModelKind.hrvqvae.rawValue }
            let most = trees.map(codewords).max() ?? 0
            return (trees: trees.filter { codewords($0) == most }, most: most, runs: runs)
        }
        var seen: Set<String> = []
        let trees = sweeps.flatMap(\.trees).filter { seen.insert($0.name).inserted }
        guard !trees.isEmpty else { return nil }
        let flat = sweeps.flatMap { sweep in
            sweep.runs.filter { $0.kind != ModelKind.hrvqvae.rawValue && codewords($0) == sweep.most }
        }.filter { seen.insert($0.name).inserted }
        return Claim(
            number: 2,
            statement:
                "Codebooks grow without collapse: the largest hierarchies use more than half of the codewords that"
                + " can be filled.",
            holds: verdict(trees.map { share($0) > 0.5 }),
            evidence: trees.map(text).joined(separator: "; ")
                + (flat.isEmpty ? "" : "; beside them " + flat.map(text).joined(separator: "; ")))
    }

    private func verdict(_ cases: [Bool]) -> Verdict {
        cases.allSatisfy { $0 } ? .yes : cases.contains(true) ? .partly : .no
    }

    /// Claim 3: the tree is searched faster than a flat codebook of as many codewords, wherever there are parents; partly
    /// where small codebooks are searched as fast flat. A difference of less than a tenth is within what timings vary.
    private func searchClaim() -> Claim? {
        let pairs = search.filter { $0.layers > 1 }
        guard !pairs.isEmpty else { return nil }
        let texts = pairs.map {
            String(
                format: "%d codewords as %d layers of %d: %.1f×", $0.codewords, $0.layers, $0.branching,
                $0.hierarchicalPerSecond / max($0.flatPerSecond, 1e-9))
        }
        return Claim(
            number: 3, statement: "The hierarchical search is faster than a flat one of the same resolution.",
            holds: verdict(pairs.map { $0.hierarchicalPerSecond > 1.1 * $0.flatPerSecond }),
            evidence: texts.joined(separator: ", "))
    }

    /// Claim 4: the first rate is the highest.
    private func rateClaim() -> Claim? {
        guard let first = rates.first, rates.count > 1 else { return nil }
        return Claim(
            number: 4,
            statement:
                "\(first.preset) has a higher rate than \(rates.dropFirst().map(\.preset).joined(separator: ", ")).",
            holds: verdict(rates.dropFirst().map { $0.compression < first.compression }),
            evidence: rates.map { String(format: "%@ 1 : %.1f", $0.preset, $0.compression) }.joined(separator: ", "))
    }
}
