import Files
import Foundation
import Settings
import Training

extension ExperimentConfiguration {
    /// Checks all values, then what presets and settings come to together.
    ///
    /// - Throws: `ConfigurationError.invalid` with all problems; `ConfigurationError` where a setting of the runs does not
    ///   exist or does not fit.
    package func validate() throws {
        var check = ConfigurationCheck(configuration: self)
        check.require("title", !title.isEmpty, "a heading")
        check.integer("images", images, 1...Int.max)
        check.integer("curvePoints", curvePoints, 1...Int.max)
        check.require(
            "models.presets", !models.presets.isEmpty && Set(models.presets).count == models.presets.count,
            "the names of different presets")
        for (name, seeds, steps) in [
            ("models", models.seeds, models.steps), ("branching", branching.seeds, branching.steps),
            ("layers", layers.seeds, layers.steps),
        ] {
            check.require(
                "\(name).seeds", !seeds.isEmpty && Set(seeds).count == seeds.count && seeds.allSatisfy { $0 >= 0 },
                "at least one integer from 0, each once")
            check.integer("\(name).steps", steps, 1...Int.max)
        }
        for (name, sweep) in [("branching", branching), ("layers", layers)] {
            check.require(
                "\(name).branching", !sweep.branching.isEmpty && sweep.branching.allSatisfy { $0 >= 2 },
                "integers from 2")
            check.require(
                "\(name).layers", !sweep.layers.isEmpty && sweep.layers.allSatisfy { $0 >= 1 }, "integers from 1")
        }
        check.require(
            "branching.layers", branching.layers.count <= 1, "one number of layers, as only the branching grows")
        check.require(
            "layers.branching", layers.branching.count <= 1, "one branching, as only the number of layers grows")
        checkCounts(&check)
        checkPresets(&check)
        checkSettings(&check)
        try check.finish()
        try checkImages()
    }

    /// The most runs of a part. Each is planned before the first is trained, and one takes minutes at least.
    private static let mostRuns = 1000

    private func checkCounts(_ check: inout ConfigurationCheck<Self>) {
        let counts = [
            [models.presets.count, models.seeds.count], [branching.branching.count, branching.seeds.count, 2],
            [layers.layers.count, layers.seeds.count, 2],
        ].map { $0.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue } }
        for (name, count) in zip(["models", "branching", "layers"], counts) where count > Self.mostRuns {
            check.add(name, "\(count) runs", "at most \(Self.mostRuns)")
        }
    }

    private func checkPresets(_ check: inout ConfigurationCheck<Self>) {
        let names = Training.Preset.allCases.map(\.rawValue)
        func require(_ key: String, _ name: String, _ kind: ModelKind? = nil) {
            guard let preset = Training.Preset(rawValue: name) else {
                let nearest = Suggestion.nearest(to: name, among: names)
                return check.add(key, "'\(name)'", "a preset" + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
            }
            if let kind, (try? preset.configuration().model.kind) != kind {
                check.add(key, name, "a preset of \(kind.title)")
            }
        }
        for name in models.presets.prefix(Listing.limit) { require("models.presets", name) }
        for (section, sweep) in [("branching", branching), ("layers", layers)] {
            require("\(section).hierarchical", sweep.hierarchical, .hrvqvae)
            require("\(section).flat", sweep.flat, .vqvae)
        }
        for name in rates.prefix(Listing.limit) { require("rates", name) }
    }

    /// Settings that the plan of runs decides.
    private static let ownSettings = [
        "training.seed", "training.steps", "training.epochs", "evaluation.", "checkpoint.", "logging.", "model.kind",
        "model.levels", "quantizer.branching", "quantizer.layers",
    ]

    private func checkSettings(_ check: inout ConfigurationCheck<Self>) {
        for setting in settings.prefix(check.problems.isEmpty ? settings.count : Listing.limit) {
            let key = setting.prefix { $0 != "=" }.trimmingCharacters(in: .whitespaces)
            if Self.ownSettings.contains(where: key.hasPrefix) {
                check.add(
                    "settings", setting, "settings that the experiment's seeds, steps, images and sweeps leave open")
            }
        }
    }

    /// Errors on other images could not be compared.
    private func checkImages() throws {
        let runs = try ExperimentPlan(self).runs
        var check = ConfigurationCheck(configuration: self)
        var others: Set<String> = []
        for run in runs where run.configuration.data != runs[0].configuration.data {
            guard others.insert(run.preset).inserted else { continue }
            check.add(
                "\(run.parts.first?.rawValue ?? "models")", run.preset,
                "presets of the same images as \(runs[0].preset), so that errors can be compared")
        }
        try check.finish()
    }
}
