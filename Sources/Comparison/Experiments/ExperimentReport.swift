import Figures
import Files
import Foundation
import Images
import Torch
import Training

/// Writes what an experiment found: `results.json`, `results.txt`, `index.html`, `sheet.png` and the plots.
struct ExperimentReport {
    /// What is written beside the plots.
    static let fileNames = ["results.json", "results.txt", "index.html", "sheet.png"]

    let results: ExperimentResults
    private let experiment: Experiment
    private let data: URL?
    private let device: Device

    init(_ results: ExperimentResults, experiment: Experiment, data: URL?, device: Device) {
        self.results = results
        self.experiment = experiment
        self.data = data
        self.device = device
    }

    func write() throws {
        let folder = experiment.folder
        func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
        try AtomicFile.write(try results.json(), to: file("results.json"))
        let claims = try claimTable()
        let models = try modelTable()
        let sweeps = try [ExperimentPlan.Part.branching, .layers].map { try sweepTable($0) }
        try AtomicFile.write(
            ([claims, models] + sweeps).map { "\($0.caption)\n\n\($0.text)\n" }.joined(separator: "\n"),
            to: file("results.txt"))
        var blocks: [HTMLPage.Block] = [.heading("Claims"), .table(claims)]
        blocks += method.map { .paragraph($0) }
        blocks += [.heading("Models trained alike"), .table(models)]
        let charts = try ExperimentCharts.all(results).map { chart in
            let svg = try chart.chart.svg()
            try AtomicFile.write(svg + "\n", to: file(chart.file))
            return HTMLPage.Block.figure(svg: svg, caption: chart.caption)
        }
        blocks.append(charts[0])
        let pictures = try pictures()
        try pictures.sheet.writePNG(to: file("sheet.png").path)
        blocks += [.heading("Reconstructions")] + (try pictures.blocks(nil))
        for (index, (title, table)) in zip(["Codebooks grow: m", "Codebooks grow: n"], sweeps).enumerated() {
            blocks += [.heading(title), .table(table), .sideBySide(Array(charts[1 + 3 * index..<3 + 3 * index]))]
            blocks.append(charts[3 + 3 * index])
        }
        blocks += [.heading("Search"), charts[7], .heading("Settings"), .preformatted(settings)]
        try HTMLPage(title: results.experiment.title, subtitle: "Claims of the paper, measured", blocks: blocks)
            .write(to: file("index.html"))
    }

    /// How the figures came about.
    private var method: [String] {
        let minutes = results.runs.reduce(0) { $0 + $1.seconds } / 60
        return [
            "\(results.runs.count) runs, \(String(format: "%.0f", minutes)) minutes of training on \(results.threads)"
                + " threads, convolutions in \(results.elementType), LibTorch \(results.libTorch). Errors are mean ± one"
                + " standard deviation over the seeds \(results.experiment.models.seeds.map(String.init).joined(separator: ", ")),"
                + " on \(results.runs.first?.evaluation.images ?? 0) test images, with averaged weights.",
            "The paper trains some thousand times as long; what is compared here is models that were trained alike.",
            "Usage is compared with what can be filled: V vectors, each choosing one of K codewords evenly at random, fill"
                + " K·(1 − (1 − 1/K)^V) of them.",
        ]
    }

    private var settings: String {
        let models = results.experiment.models
        let batch = results.runs.first?.batchSize ?? 0
        return (["steps: \(models.steps), images a step: \(batch)"] + results.experiment.settings).joined(
            separator: "\n")
    }

    private func claimTable() throws -> TextTable {
        try TextTable(
            caption: results.experiment.title,
            columns: [.init("claim", .right), .init("says"), .init("holds"), .init("evidence")],
            rows: results.claims.map { ["\($0.number)", $0.statement, $0.holds ? "yes" : "no", $0.evidence] })
    }

    private func modelTable() throws -> TextTable {
        var table = try TextTable(
            caption:
                "Models trained alike: \(results.experiment.models.steps) steps, mean ± standard deviation over seeds",
            columns: [
                .init("model"), .init("MSE", .right), .init("PSNR dB", .right), .init("SSIM", .right),
                .init("used of codewords", .right), .init("perplexity", .right), .init("rate", .right),
                .init("parameters", .right), .init("seconds a run", .right),
            ])
        for preset in results.experiment.models.presets {
            let runs = results.runs(of: .models).filter { $0.preset == preset }
            guard let first = runs.first else { continue }
            func spread(_ format: String, _ value: (ExperimentResults.Run) -> Double?) -> String {
                let values = runs.compactMap(value)
                guard !values.isEmpty else { return "–" }
                let all = MeanAndSpread(values)
                return String(format: "\(format) ± \(format)", all.mean, all.spread)
            }
            func layers(_ text: (Int) -> String) -> String {
                first.evaluation.layers.indices.map(text).joined(separator: " ")
            }
            func mean(_ layer: Int, _ value: (Int) -> Double) -> String {
                String(format: "%.0f", MeanAndSpread(runs.indices.map { value($0) }).mean)
            }
            try table.append([
                preset, spread("%.6f") { $0.evaluation.mse }, spread("%.2f") { $0.evaluation.psnr },
                spread("%.4f") { $0.evaluation.ssim },
                layers { layer in
                    mean(layer) { Double(runs[$0].evaluation.layers[layer].used) }
                        + "/\(first.evaluation.layers[layer].codewords)"
                },
                layers { layer in mean(layer) { runs[$0].evaluation.layers[layer].perplexity } },
                String(format: "1 : %.1f", first.evaluation.compression), "\(first.parameters)",
                spread("%.0f") { $0.seconds },
            ])
        }
        return table
    }

    private func sweepTable(_ part: ExperimentPlan.Part) throws -> TextTable {
        let sweep = part == .branching ? results.experiment.branching : results.experiment.layers
        var table = try TextTable(
            caption: (part == .branching ? "m grows" : "n grows") + ": \(sweep.steps) steps, figures of the last layer",
            columns: [
                .init("model"), .init("m", .right), .init("n", .right), .init("codewords", .right),
                .init("used", .right), .init("of fillable", .right), .init("perplexity", .right), .init("MSE", .right),
                .init("seconds", .right),
            ])
        for run in results.runs(of: part) {
            guard let layer = run.evaluation.layers.last else { continue }
            try table.append([
                run.preset + (sweep.seeds.count > 1 ? " (seed \(run.seed))" : ""), "\(run.branching)", "\(run.layers)",
                "\(layer.codewords)", "\(layer.used)", String(format: "%.0f %%", ExperimentCharts.usageShare(run)),
                String(format: "%.0f", layer.perplexity), String(format: "%.6f", run.evaluation.mse),
                String(format: "%.0f", run.seconds),
            ])
        }
        return table
    }

    /// Reconstructions by the models of the first seed.
    private func pictures() throws -> ComparisonPictures {
        let seed = results.experiment.models.seeds[0]
        let runs = experiment.plan.runs.filter { $0.parts.contains(.models) && $0.configuration.training.seed == seed }
        let models = try runs.map { run in
            let (configuration, model) = try experiment.runFolder(run).model.load(on: device)
            return ComparedModel(
                name: ExperimentCharts.title(of: run.preset, among: results.experiment.models.presets),
                configuration: configuration, model: model)
        }
        let dataset = try runs[0].configuration.data.open(data, split: .test)
        return try ComparisonPictures(models, dataset, count: min(10, dataset.count), device: device)
    }
}
