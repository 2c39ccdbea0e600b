import Datasets
import Figures
import Files
import Foundation
import Images
import Metrics
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

    /// Writes all files, together or not at all.
    func write() throws {
        let old = (Self.fileNames + ExperimentCharts.fileNames).map { experiment.folder.appendingPathComponent($0) }
        try FolderReplacement.write(
            in: experiment.folder, replacing: old.filter(FileStatus.exists).map(\.lastPathComponent), write(to:))
    }

    private func write(to folder: URL) throws {
        func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
        try AtomicFile.write(try results.json(), to: file("results.json"))
        let models = [try errorTable(), try codebookTable()]
        let sweeps = try [ExperimentPlan.Part.branching, .layers].map { try sweepTable($0) }
        let claims = results.claims.map { "\($0.number). \($0.statement)\n   \($0.holds.rawValue): \($0.evidence)\n" }
        try AtomicFile.write(
            ([results.experiment.title + "\n"] + claims + (models + sweeps).map { $0.text + "\n" })
                .joined(separator: "\n"), to: file("results.txt"))
        var blocks: [HTMLPage.Block] = [.heading("Claims")]
        for claim in results.claims {
            blocks += [
                .subheading("\(claim.number). \(claim.statement)"),
                .paragraph("Seen here: \(claim.holds.rawValue). \(claim.evidence)."),
            ]
        }
        blocks.append(.heading("How it was measured"))
        blocks += method.map { .paragraph($0) }
        blocks += [.heading("Models trained alike")] + models.map { .table($0) }
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

    /// The final errors of the models that are trained alike.
    private func errorTable() throws -> TextTable {
        var table = try TextTable(
            caption:
                "Models trained alike: \(results.experiment.models.steps) steps, mean ± standard deviation over seeds",
            columns: [
                .init("model"), .init("MSE", .right), .init("PSNR dB", .right), .init("SSIM", .right),
                .init("rate", .right), .init("parameters", .right), .init("seconds", .right),
            ])
        for (preset, runs) in trainedAlike {
            func spread(_ format: String, _ value: (ExperimentResults.Run) -> Double?) -> String {
                let values = runs.compactMap(value)
                guard !values.isEmpty else { return "–" }
                let all = MeanAndSpread(values)
                return String(format: "\(format) ± \(format)", all.mean, all.spread)
            }
            try table.append([
                preset, spread("%.6f") { $0.evaluation.mse }, spread("%.2f") { $0.evaluation.psnr },
                spread("%.4f") { $0.evaluation.ssim }, String(format: "1 : %.1f", runs[0].evaluation.compression),
                "\(runs[0].parameters)", spread("%.0f") { $0.seconds },
            ])
        }
        return table
    }

    /// How well the models that are trained alike use their codewords.
    private func codebookTable() throws -> TextTable {
        var table = try TextTable(
            caption: "Their codebooks, layer by layer (the levels of VQ-VAE-2 from the coarsest on), mean over seeds",
            columns: [.init("model"), .init("used of codewords", .right), .init("perplexity", .right)])
        for (preset, runs) in trainedAlike {
            func layers(_ text: (Int) -> String) -> String {
                runs[0].evaluation.layers.indices.map(text).joined(separator: "  ")
            }
            func mean(_ value: (ExperimentResults.Run) -> Double) -> String {
                String(format: "%.0f", MeanAndSpread(runs.map(value)).mean)
            }
            try table.append([
                preset,
                layers { layer in
                    mean { Double($0.evaluation.layers[layer].used) }
                        + "/\(runs[0].evaluation.layers[layer].codewords)"
                }, layers { layer in mean { $0.evaluation.layers[layer].perplexity } },
            ])
        }
        return table
    }

    private var trainedAlike: [(preset: String, runs: [ExperimentResults.Run])] {
        results.experiment.models.presets.map { preset in
            (preset, results.runs(of: .models).filter { $0.preset == preset })
        }.filter { !$0.1.isEmpty }
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
        // Each hierarchy above its flat codebook, the smallest first.
        let runs = try sweep.hierarchies.flatMap { branching, layers in
            let codewords = try ExperimentPlan.codewords(branching, layers)
            return results.runs(of: part).filter { run in
                run.preset == sweep.hierarchical
                    ? run.branching == branching && run.layers == layers : run.branching == codewords
            }
        }
        for run in runs {
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
