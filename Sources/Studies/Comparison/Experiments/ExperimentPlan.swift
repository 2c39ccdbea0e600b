import Settings
import Training

/// The training runs of an experiment, each once however many parts of it need the run.
package struct ExperimentPlan: Sendable {
    /// What a run is for.
    package enum Part: String, Codable, Sendable, CaseIterable {
        /// Claim 1: models trained alike.
        case models
        /// m grows.
        case branching
        /// n grows.
        case layers
    }

    /// A training run.
    package struct Run: Sendable {
        /// The folder's name.
        package var name: String
        /// The preset that it starts from.
        package var preset: String
        /// Its settings, all resolved.
        package var configuration: RunConfiguration
        /// The parts that read it.
        package var parts: [Part]
    }

    /// The runs in the order in which they are trained: seed by seed, so that an experiment that is stopped early has
    /// something of every model.
    package private(set) var runs: [Run] = []

    /// Resolves a declaration.
    ///
    /// - Throws: `ConfigurationError` where a preset or a setting does not exist or does not fit.
    package init(_ experiment: ExperimentConfiguration) throws {
        let models = experiment.models
        for seed in models.seeds {
            for preset in models.presets {
                try add(
                    experiment, preset, name: preset, [], seed: seed, steps: models.steps, curve: true, .models)
            }
        }
        for (part, sweep) in [(Part.branching, experiment.branching), (.layers, experiment.layers)] {
            for seed in sweep.seeds {
                for (branching, layers) in sweep.hierarchies {
                    let codewords = try Self.codewords(branching, layers)
                    try add(
                        experiment, sweep.hierarchical, name: "\(sweep.hierarchical)-m\(branching)-n\(layers)",
                        ["quantizer.branching=\(branching)", "quantizer.layers=\(layers)"], seed: seed,
                        steps: sweep.steps, curve: false, part)
                    try add(
                        experiment, sweep.flat, name: "\(sweep.flat)-\(codewords)",
                        ["quantizer.branching=\(codewords)"], seed: seed, steps: sweep.steps, curve: false, part)
                }
            }
        }
    }

    /// mⁿ.
    static func codewords(_ branching: Int, _ layers: Int) throws -> Int {
        var result = 1
        for _ in 0..<layers {
            let (product, overflows) = result.multipliedReportingOverflow(by: branching)
            guard !overflows, product <= RunConfiguration.maximumCodewords else {
                throw ConfigurationError.invalid([
                    .init(
                        key: "branching", value: "\(branching) in \(layers) layers",
                        expected: "at most \(RunConfiguration.maximumCodewords) codewords in the last one")
                ])
            }
            result = product
        }
        return result
    }

    private mutating func add(
        _ experiment: ExperimentConfiguration, _ preset: String, name: String, _ settings: [String], seed: Int,
        steps: Int, curve: Bool, _ part: Part
    ) throws {
        let name = "\(name)-steps\(steps)-seed\(seed)"
        if let index = runs.firstIndex(where: { $0.name == name }) {
            if !runs[index].parts.contains(part) { runs[index].parts.append(part) }
            return
        }
        // Evaluations cost time that only the curves need; a checkpoint now and then makes an interruption cheap.
        let every = curve ? max(steps / experiment.curvePoints, 1) : steps
        let configuration = try RunConfiguration.resolve(
            preset: preset,
            overrides: [
                "evaluation.every=\(every)", "evaluation.images=\(min(experiment.images, 500))",
                "evaluation.samples=0", "checkpoint.every=\(max(steps / 4, 50))", "checkpoint.keep=1",
                "logging.every=\(max(steps / 20, 1))", "logging.tensorBoard=false", "training.steps=\(steps)",
                "training.seed=\(seed)",
            ] + experiment.settings + settings)
        runs.append(Run(name: name, preset: preset, configuration: configuration, parts: [part]))
    }
}
