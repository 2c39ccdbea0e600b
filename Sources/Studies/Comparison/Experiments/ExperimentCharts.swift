import Figures
import Metrics
import Settings
import Training

/// The plots of an experiment, by the names of their files.
enum ExperimentCharts {
    /// The files of all plots.
    static let fileNames =
        ["mse-steps.svg", "search.svg"]
        + [ExperimentPlan.Part.branching, .layers].flatMap { part in
            ["mse", "usage", "perplexity"].map { "\(part.rawValue)-\($0).svg" }
        }

    /// All plots that the results give.
    static func all(_ results: ExperimentResults) -> [(file: String, caption: String, chart: LineChart)] {
        var charts = [
            (
                "mse-steps.svg",
                "Test error during training; the band is one standard deviation over seeds.", errorChart(results)
            )
        ]
        for (part, quantity, axis) in [
            (ExperimentPlan.Part.branching, "m", Axis("codewords a codebook, m", scale: .logarithmic(base: .two))),
            (.layers, "n", Axis("layers, n", isCount: true)),
        ] {
            charts.append(
                (
                    "\(part.rawValue)-mse.svg",
                    "Error as \(quantity) grows: the hierarchy beside a flat codebook of as many codewords as its last"
                        + " layer has.",
                    sweepChart(
                        results, part, axis, title: "Error as \(quantity) grows",
                        y: Axis("mean squared error", scale: .logarithmic(base: .ten))
                    ) { $0.evaluation.mse }
                ))
            charts.append(
                (
                    "\(part.rawValue)-usage.svg",
                    "Codewords of the last layer that the test images use, in percent of those that so many vectors can"
                        + " fill.",
                    sweepChart(
                        results, part, axis, title: "Usage as \(quantity) grows",
                        y: Axis("codewords used", unit: "%", range: 0...110), usageShare)
                ))
            charts.append(
                (
                    "\(part.rawValue)-perplexity.svg",
                    "Perplexity of the last layer on the test images: how many codewords used evenly would be as"
                        + " varied.",
                    sweepChart(
                        results, part, axis, title: "Perplexity as \(quantity) grows",
                        y: Axis("perplexity of the last layer", scale: .logarithmic(base: .two))
                    ) { $0.evaluation.layers.last?.perplexity ?? .nan }
                ))
        }
        charts.append(
            (
                "search.svg", "Time of the nearest-codeword search alone, on random vectors and codewords.",
                searchChart(results)
            ))
        return charts
    }

    /// Percent of the last layer's fillable codewords that are used.
    static func usageShare(_ run: ExperimentResults.Run) -> Double {
        guard let layer = run.evaluation.layers.last, let fillable = run.fillable.last else { return .nan }
        return 100 * Double(layer.used) / max(fillable, 1)
    }

    private static func errorChart(_ results: ExperimentResults) -> LineChart {
        LineChart(
            title: "Reconstruction error of models that are trained alike",
            x: Axis("training steps", isCount: true), y: Axis("mean squared error", scale: .logarithmic(base: .ten)),
            series: results.experiment.models.presets.map { preset in
                let runs = results.runs(of: .models).filter { $0.preset == preset }
                let steps = Set(runs.flatMap { $0.curve.map(\.step) }).sorted()
                return LineChart.Series(
                    title(of: preset, among: results.experiment.models.presets),
                    points: steps.map { step in
                        let error = MeanAndSpread(
                            runs.compactMap { $0.curve.first { $0.step == step }?.mse })
                        return LineChart.Point(
                            x: Double(step), y: error.mean, lower: max(error.mean - error.spread, error.mean / 10),
                            upper: error.mean + error.spread)
                    })
            })
    }

    private static func sweepChart(
        _ results: ExperimentResults, _ part: ExperimentPlan.Part, _ x: Axis, title: String, y: Axis,
        _ value: (ExperimentResults.Run) -> Double
    ) -> LineChart {
        let sweep = part == .branching ? results.experiment.branching : results.experiment.layers
        let runs = results.runs(of: part)
        func place(_ branching: Int, _ layers: Int) -> Double { Double(part == .branching ? branching : layers) }
        func series(_ name: String, _ matches: (ExperimentResults.Run, Int, Int) -> Bool) -> LineChart.Series {
            LineChart.Series(
                name,
                points: sweep.hierarchies.compactMap { branching, layers in
                    let values = runs.filter { matches($0, branching, layers) }.map(value)
                    guard !values.isEmpty else { return nil }
                    let all = MeanAndSpread(values)
                    guard values.count > 1 else { return .init(x: place(branching, layers), y: all.mean) }
                    return .init(
                        x: place(branching, layers), y: all.mean, lower: all.mean - all.spread,
                        upper: all.mean + all.spread)
                })
        }
        let fixed = part == .branching ? "\(sweep.layers[0]) layers of m" : "n layers of \(sweep.branching[0])"
        return LineChart(
            title: title, x: x, y: y,
            series: [
                series("hierarchy, \(fixed)") { run, branching, layers in
                    run.preset == sweep.hierarchical && run.branching == branching && run.layers == layers
                },
                series("flat, as many codewords") { run, branching, layers in
                    run.preset == sweep.flat && run.branching == (try? ExperimentPlan.codewords(branching, layers))
                },
            ])
    }

    private static func searchChart(_ results: ExperimentResults) -> LineChart {
        func series(
            _ name: String, _ searches: [ExperimentResults.Search], _ speed: (ExperimentResults.Search) -> Double
        )
            -> LineChart.Series
        {
            LineChart.Series(
                name,
                points: searches.sorted { $0.codewords < $1.codewords }
                    .map { .init(x: Double($0.codewords), y: 1e6 / max(speed($0), 1e-9)) })
        }
        let deep = results.search.filter { search in
            results.experiment.layers.hierarchies.contains { $0 == (search.branching, search.layers) }
        }
        let wide = results.search.filter { search in
            results.experiment.branching.hierarchies.contains { $0 == (search.branching, search.layers) }
        }
        var flat: [Int: ExperimentResults.Search] = [:]
        for search in results.search { flat[search.codewords] = search }
        return LineChart(
            title: "Search time among as many codewords",
            x: Axis("codewords of the last layer", scale: .logarithmic(base: .two)),
            y: Axis("time a vector", unit: "µs", scale: .logarithmic(base: .ten)),
            series: [
                series("hierarchy, \(results.experiment.branching.layers[0]) layers of m", wide) {
                    $0.hierarchicalPerSecond
                },
                series("hierarchy, n layers of \(results.experiment.layers.branching[0])", deep) {
                    $0.hierarchicalPerSecond
                },
                series("flat", Array(flat.values)) { $0.flatPerSecond },
            ])
    }

    /// A preset's model as the literature calls it; the preset's own name where several are of one kind.
    static func title(of preset: String, among presets: [String]) -> String {
        func kind(_ preset: String) -> ModelKind? { try? Preset(name: preset).configuration().model.kind }
        guard let own = kind(preset), presets.count(where: { kind($0) == own }) == 1 else { return preset }
        return own.title
    }
}
