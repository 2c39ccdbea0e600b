import Files
import Foundation
import Training

/// A declared experiment: which models are trained, how long, with which seeds, and what is read off them.
///
/// Claims 1 to 4 of HR-VQVAE (Adiban et al. 2022): a lower error than VQ-VAE-2 and VQ-VAE when trained alike, codebooks
/// that grow without collapse, a faster search, a better rate.
package struct ExperimentConfiguration: Codable, Sendable, Equatable {
    /// Models that are trained alike and compared.
    package struct Models: Codable, Sendable, Equatable {
        /// The presets, the one that should win first.
        package var presets: [String]
        /// Every preset is trained once with each.
        package var seeds: [Int]
        /// Training steps.
        package var steps: Int
    }

    /// A hierarchy that grows, beside flat codebooks of as many codewords.
    package struct Sweep: Codable, Sendable, Equatable {
        /// The preset of the hierarchy.
        package var hierarchical: String
        /// The preset of the flat codebook.
        package var flat: String
        /// Codewords a codebook, m; one value where the layers grow.
        package var branching: [Int]
        /// Layers n; one value where the branching grows.
        package var layers: [Int]
        /// Every setting is trained once with each.
        package var seeds: [Int]
        /// Training steps.
        package var steps: Int

        /// The hierarchies as (m, n), one after the other.
        var hierarchies: [(branching: Int, layers: Int)] {
            branching.flatMap { branching in layers.map { (branching, $0) } }
        }
    }

    /// What the experiment shows, as a heading.
    package var title: String
    /// Settings of all runs, `key=value`.
    package var settings: [String]
    /// Test images that the final figures are read on.
    package var images: Int
    /// Evaluations along each run of ``models``, for the curves.
    package var curvePoints: Int
    /// Claim 1.
    package var models: Models
    /// Claim 2 and 3, m growing.
    package var branching: Sweep
    /// Claim 2 and 3, n growing.
    package var layers: Sweep
    /// Claim 4: presets whose rates are compared.
    package var rates: [String]

    /// Checks all values.
    ///
    /// - Throws: ``ExperimentError/invalid(problems:)`` with all problems; `ConfigurationError` where a preset or a
    ///   setting does not exist.
    package func validate() throws {
        var problems: [String] = []
        func require(_ holds: Bool, _ text: String) { if !holds { problems.append(text) } }
        require(images >= 1, "images is \(images); expected an integer from 1")
        require(curvePoints >= 1, "curvePoints is \(curvePoints); expected an integer from 1")
        require(!models.presets.isEmpty, "models.presets is empty; expected the names of presets")
        for (name, seeds, steps) in [
            ("models", models.seeds, models.steps), ("branching", branching.seeds, branching.steps),
            ("layers", layers.seeds, layers.steps),
        ] {
            require(
                !seeds.isEmpty && Set(seeds).count == seeds.count && seeds.allSatisfy { $0 >= 0 },
                "\(name).seeds is \(seeds); expected at least one integer from 0, each once")
            require(steps >= 1, "\(name).steps is \(steps); expected an integer from 1")
        }
        for (name, sweep) in [("branching", branching), ("layers", layers)] {
            require(
                !sweep.branching.isEmpty && sweep.branching.allSatisfy { $0 >= 2 },
                "\(name).branching: expected integers from 2")
            require(
                !sweep.layers.isEmpty && sweep.layers.allSatisfy { $0 >= 1 },
                "\(name).layers: expected integers from 1")
        }
        require(Set(models.presets).count == models.presets.count, "models.presets: expected different presets")
        require(
            branching.layers.count == 1, "branching.layers: expected one number of layers, as only the branching grows")
        require(
            layers.branching.count == 1, "layers.branching: expected one branching, as only the number of layers grows")
        let counts = [
            [models.presets.count, models.seeds.count], [branching.branching.count, branching.seeds.count, 2],
            [layers.layers.count, layers.seeds.count, 2],
        ].map { $0.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue } }
        for (name, count) in zip(["models", "branching", "layers"], counts) {
            require(
                count <= Self.mostRuns, "\(name) comes to \(count) runs; expected at most \(Self.mostRuns)")
        }
        for setting in settings.prefix(problems.isEmpty ? settings.count : Listing.limit) {
            let key = setting.prefix { $0 != "=" }.trimmingCharacters(in: .whitespaces)
            require(
                !Self.ownSettings.contains(where: key.hasPrefix),
                "settings: \(setting): this is set by the experiment itself, by its seeds, steps, images and sweeps")
        }
        guard problems.isEmpty else { throw ExperimentError.invalid(problems: problems) }
        try validateRuns()
    }

    /// The most runs of a part. Each is planned before the first is trained, and one takes minutes at least.
    private static let mostRuns = 1000

    /// Settings that the plan of runs decides.
    private static let ownSettings = [
        "training.seed", "training.steps", "training.epochs", "evaluation.", "checkpoint.", "logging.", "model.kind",
        "model.levels", "quantizer.branching", "quantizer.layers",
    ]

    /// Checks what presets and settings come to together.
    private func validateRuns() throws {
        var problems: [String] = []
        let runs = try ExperimentPlan(self).runs
        for run in runs where run.configuration.data != runs[0].configuration.data {
            problems.append("\(run.preset) is of other images than \(runs[0].preset); errors could not be compared")
        }
        for (name, sweep) in [("branching", branching), ("layers", layers)] {
            for (preset, kind) in [(sweep.hierarchical, ModelKind.hrvqvae), (sweep.flat, .vqvae)] {
                let found = try Preset(name: preset).configuration().model.kind
                if found != kind {
                    problems.append("\(name): \(preset) is a preset of \(found.title); expected one of \(kind.title)")
                }
            }
        }
        guard problems.isEmpty else {
            throw ExperimentError.invalid(problems: Set(problems).sorted())
        }
        for name in rates { _ = try Preset(name: name).configuration() }
    }
}
