import Files
import Foundation
import Images
import Metrics

/// Where a run's figures go: `metrics.jsonl`, TensorBoard, and the person who watches.
final class RunLog {
    /// Below this share of used codewords a layer is called collapsed.
    static let collapseShare = 0.5
    /// Vectors a codeword that a verdict on collapse needs; fewer say little.
    static let vectorsPerCodeword = 50

    private let metrics: MetricsLog
    private let tensorBoard: TensorBoardWriter?
    private let progress: ProgressReporter
    private var warned: Set<Int> = []

    init(
        _ folder: RunFolder, _ configuration: RunConfiguration, resumedAt step: Int?, progress: ProgressReporter
    ) throws {
        metrics = try MetricsLog(url: folder.metricsFile, resumedStep: step)
        tensorBoard =
            configuration.logging.tensorBoard ? try TensorBoardWriter(folder: folder.url, resumedStep: step) : nil
        self.progress = progress
    }

    /// Takes the figures of some training steps.
    func step(_ record: StepRecord) throws {
        var values: [(name: String, value: MetricValue)] = [
            ("kind", .text("train")), ("steps", .integer(record.steps)), ("loss", .real(record.loss)),
            ("mse", .real(record.meanSquaredError)),
        ]
        values += record.terms.map { ("loss.\($0.name)", .real($0.value)) }
        values += [
            ("learningRate", .real(record.learningRate)),
            ("usage", .reals(record.layers.map(\.share))), ("perplexity", .reals(record.layers.map(\.perplexity))),
            ("revived", .reals(record.revived.map(Double.init))),
            ("imagesPerSecond", .real(record.imagesPerSecond)),
        ]
        if let norm = record.gradientNorm { values.append(("gradientNorm", .real(norm))) }
        if record.skipped > 0 { values.append(("skippedImages", .integer(record.skipped))) }
        try metrics.append(step: record.step, values)
        if let tensorBoard {
            try tensorBoard.append("train/loss", scalar: record.loss, step: record.step)
            for term in record.terms {
                try tensorBoard.append("train/\(term.name)", scalar: term.value, step: record.step)
            }
            try tensorBoard.append("train/learningRate", scalar: record.learningRate, step: record.step)
            try tensorBoard.append("train/imagesPerSecond", scalar: record.imagesPerSecond, step: record.step)
            if let norm = record.gradientNorm {
                try tensorBoard.append("train/gradientNorm", scalar: norm, step: record.step)
            }
            for (layer, usage) in record.layers.enumerated() {
                try tensorBoard.append("codebook/usage.\(layer + 1)", scalar: usage.share, step: record.step)
                try tensorBoard.append("codebook/perplexity.\(layer + 1)", scalar: usage.perplexity, step: record.step)
            }
        }
        progress.update(
            TrainingProgress(
                step: record.step, loss: record.loss, meanSquaredError: record.meanSquaredError,
                usage: record.layers.map(\.share), imagesPerSecond: record.imagesPerSecond))
        warnOfCollapse(record)
    }

    /// A person should hear of it once a layer, and hear of it again only if it comes back.
    private func warnOfCollapse(_ record: StepRecord) {
        for (layer, usage) in record.layers.enumerated() {
            guard record.vectors[layer] >= Self.vectorsPerCodeword * usage.codewords else { continue }
            if usage.share >= Self.collapseShare {
                warned.remove(layer)
            } else if warned.insert(layer).inserted {
                warn(
                    "layer \(layer + 1) uses \(usage.used) of its \(usage.codewords) codewords (collapse); "
                        + "a smaller optimizer.learningRate or quantizer.reviveAfter may help")
            }
        }
    }

    /// Takes the figures of an evaluation.
    func evaluation(_ report: EvaluationReport, step: Int, sheet: PixelImage?) throws {
        var values: [(name: String, value: MetricValue)] = [
            ("kind", .text("evaluation")), ("mse", .real(report.mse)), ("psnr", .real(report.psnr)),
        ]
        if let value = report.ssim { values.append(("ssim", .real(value))) }
        if let value = report.msSSIM { values.append(("msSSIM", .real(value))) }
        values += [
            ("usage", .reals(report.layers.map(\.share))), ("perplexity", .reals(report.layers.map(\.perplexity))),
            ("images", .integer(report.images)),
        ]
        try metrics.append(step: step, values)
        if let tensorBoard {
            try tensorBoard.append("evaluation/mse", scalar: report.mse, step: step)
            try tensorBoard.append("evaluation/psnr", scalar: report.psnr, step: step)
            if let value = report.ssim { try tensorBoard.append("evaluation/ssim", scalar: value, step: step) }
            if let value = report.msSSIM { try tensorBoard.append("evaluation/msSSIM", scalar: value, step: step) }
            if let sheet {
                try tensorBoard.append(
                    "evaluation/reconstructions", png: Data(sheet.pngData()), width: sheet.width,
                    height: sheet.height, channels: sheet.channels, step: step)
            }
        }
        let usage = report.layers.map { "\($0.used)/\($0.codewords)" }.joined(separator: " ")
        let error = String(format: "%.5f", report.mse)
        progress.note(
            "step \(step): test MSE \(error), PSNR \(String(format: "%.2f", report.psnr)) dB, codewords used \(usage)")
    }

    /// Tells the person who watches.
    func notice(_ text: String) { progress.note(text) }

    /// Tells what must be known even if progress is not wanted.
    func warn(_ text: String) { progress.warn("warning: " + text) }

    /// The first step is about to be made.
    func begin() { progress.begin() }

    /// Ends the line of progress.
    func close() { progress.finish() }
}
