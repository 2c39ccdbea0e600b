import Foundation
import Images
import Metrics

extension RunLog {
    /// Takes the figures of some training steps.
    func step(_ record: StepRecord) throws {
        var values: [(name: String, value: MetricValue)] = [
            ("steps", .integer(record.steps)), ("loss", .real(record.loss)), ("mse", .real(record.meanSquaredError)),
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
        var scalars: [(tag: String, value: Double)] = [("train/loss", record.loss)]
        scalars += record.terms.map { ("train/\(TermName.shown($0.name))", $0.value) }
        scalars += [
            ("train/learningRate", record.learningRate), ("train/imagesPerSecond", record.imagesPerSecond),
        ]
        if let norm = record.gradientNorm { scalars.append(("train/gradientNorm", norm)) }
        for (layer, usage) in record.layers.enumerated() {
            scalars.append(("codebook/usage.\(layer + 1)", usage.share))
            scalars.append(("codebook/perplexity.\(layer + 1)", usage.perplexity))
        }
        try append("train", step: record.step, values, scalars: scalars)
        let progress = TrainingProgress(
            step: record.step, loss: record.loss, meanSquaredError: record.meanSquaredError,
            usage: record.layers.map(\.share), imagesPerSecond: record.imagesPerSecond)
        show(step: progress.step, columns: progress.columns)
    }

    /// Takes the figures of an evaluation.
    ///
    /// - Parameters:
    ///   - report: The figures.
    ///   - step: Training steps done.
    ///   - sheet: Originals above their reconstructions, for TensorBoard.
    ///   - weights: Which weights they are of, such as `averaged weights`.
    func evaluation(_ report: EvaluationReport, step: Int, sheet: PixelImage?, weights: String?) throws {
        var values: [(name: String, value: MetricValue)] = [("mse", .real(report.mse)), ("psnr", .real(report.psnr))]
        var scalars: [(tag: String, value: Double)] = [
            ("evaluation/mse", report.mse), ("evaluation/psnr", report.psnr),
        ]
        for (name, figure) in [("ssim", report.ssim), ("msSSIM", report.msSSIM)] {
            guard let figure else { continue }
            values.append((name, .real(figure)))
            scalars.append(("evaluation/\(name)", figure))
        }
        values += [
            ("usage", .reals(report.layers.map(\.share))), ("perplexity", .reals(report.layers.map(\.perplexity))),
            ("images", .integer(report.images)),
        ]
        try append(
            "evaluation", step: step, values, scalars: scalars,
            picture: sheet.map { ("evaluation/reconstructions", $0) })
        info("step \(step): \(report.shortText)" + (weights.map { " (\($0))" } ?? ""))
    }
}
