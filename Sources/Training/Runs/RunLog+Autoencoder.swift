import Foundation
import Images
import Metrics

extension RunLog {
    /// Below this share of used codewords a layer is called collapsed.
    static let collapseShare = 0.5
    /// Vectors a codeword that a verdict on collapse needs; fewer say little.
    static let vectorsPerCodeword = 50

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
        warnOfCollapse(record)
    }

    private func warnOfCollapse(_ record: StepRecord) {
        for (layer, usage) in record.layers.enumerated() {
            guard record.vectors[layer] >= Self.vectorsPerCodeword * usage.codewords else { continue }
            warn(
                of: "collapse of layer \(layer + 1)", while: usage.share < Self.collapseShare,
                "layer \(layer + 1) uses \(usage.used) of its \(usage.codewords) codewords (collapse); "
                    + "a smaller optimizer.learningRate or quantizer.reviveAfter may help")
        }
    }

    /// Takes the figures of an evaluation.
    func evaluation(_ report: EvaluationReport, step: Int, sheet: PixelImage?) throws {
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
        let usage = report.layers.map { "\($0.used)/\($0.codewords)" }.joined(separator: " ")
        let error = String(format: "%.5f", report.mse)
        notice(
            "step \(step): test MSE \(error), PSNR \(String(format: "%.2f", report.psnr)) dB, codewords used \(usage)")
    }
}
