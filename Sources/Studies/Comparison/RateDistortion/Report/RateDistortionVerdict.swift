import Foundation

/// What the measurement says, in sentences that are computed from it.
struct RateDistortionVerdict {
    private let report: RateDistortionReport

    init(_ report: RateDistortionReport) { self.report = report }

    /// For each model what it takes and gives, then a paragraph a family of codecs; a word on headers where they matter.
    var paragraphs: [String] {
        guard !models.isEmpty else {
            return ["No model was given: these are the classic codecs alone."]
        }
        return models.flatMap(paragraphs) + (report.headerNote.map { [$0] } ?? [])
    }

    /// The names of the models, each once.
    private var models: [String] {
        report.curves.filter(\.isModel).reduce(into: []) { names, curve in
            if !names.contains(curve.family) { names.append(curve.family) }
        }
    }

    private func paragraphs(_ model: String) -> [String] {
        let curves = report.curves.filter { $0.isModel && $0.family == model }
        // With everything decoded, in the coding that takes the fewest bytes.
        guard let curve = curves.min(by: { ($0.points.last?.bytes ?? 0) < ($1.points.last?.bytes ?? 0) }),
            let point = curve.points.last
        else { return [] }
        let standings = report.standings.filter { $0.curve == curve.name && $0.setting == point.setting }
        let decisive = standings.filter { $0.metric == .psnr }
        var first = [
            "\(curve.name), \(point.setting), takes \(Self.rate(point.bitsPerPixel)) bits per pixel"
                + " (\(point.bytes / max(report.images, 1)) bytes a file) and has a PSNR of"
                + " \(QualityMetric.psnr.text(point.psnr)).\(Self.summary(decisive))"
        ]
        if let other = curves.first(where: { $0.name != curve.name }), let theirs = other.points.last {
            let ratio = theirs.bitsPerPixel / point.bitsPerPixel
            first.append(
                "The same pictures take \(Self.rate(theirs.bitsPerPixel)) bits per pixel as \(other.name)"
                    + String(format: ": this coding saves %.1f %%.", 100 * (1 - 1 / ratio)))
        }
        return [first.joined(separator: " ")]
            + decisive.map { standing in
                ([sentence(standing)]
                    + standings.filter { $0.metric != .psnr && $0.against == standing.against }.map(similarity))
                    .joined(separator: " ")
            }
    }

    /// Which families a model is ahead of.
    private static func summary(_ standings: [RateDistortionStanding]) -> String {
        func names(_ outcomes: RateDistortionStanding.Outcome...) -> String? {
            let names = standings.filter { outcomes.contains($0.outcome) }.map(\.against)
            return names.isEmpty ? nil : names.joined(separator: " and ")
        }
        let parts = [
            names(.better, .smallerAndBetter).map { "ahead of \($0)" }, names(.level).map { "level with \($0)" },
            names(.worse).map { "behind \($0)" },
            names(.smallerAndLevel).map { "smaller than any file of \($0), and as like the original as the smallest" },
            names(.smallerAndWorse).map { "smaller than any file of \($0), and less like the original" },
        ].compactMap { $0 }
        return parts.isEmpty ? "" : " By PSNR at this rate it is " + parts.joined(separator: "; ") + "."
    }

    /// PSNR against a family, at the same rate and for the same quality.
    private func sentence(_ standing: RateDistortionStanding) -> String {
        let (name, metric) = (standing.against, standing.metric)
        let start: String
        if let theirs = standing.theirValue {
            start =
                "\(name) has \(metric.text(theirs)) at this rate, \(Self.distance(theirs - standing.value, metric))"
        } else {
            start =
                "\(name) has no files so small: its smallest take \(Self.rate(standing.theirSmallestBitsPerPixel))"
                + " bits per pixel,"
                + " \(Self.ratio(standing.theirSmallestBitsPerPixel / standing.bitsPerPixel)), and have"
                + " \(metric.text(standing.theirSmallestValue)),"
                + " \(Self.distance(standing.theirSmallestValue - standing.value, metric))"
        }
        guard let rate = standing.theirBitsPerPixel, let ratio = standing.rateRatio else {
            return start + "; it never reaches the model's PSNR."
        }
        // Where the smallest files are as good already, what they take was said or is the answer.
        guard standing.value > standing.theirSmallestValue else {
            return standing.theirValue == nil
                ? start + "."
                : start + "; its smallest files, of \(Self.rate(rate)) bits per pixel, are as good already."
        }
        return start + "; for the model's PSNR it needs \(Self.rate(rate)) bits per pixel, \(Self.ratio(ratio))."
    }

    /// What SSIM or MS-SSIM says.
    private func similarity(_ standing: RateDistortionStanding) -> String {
        let metric = standing.metric
        let theirs =
            standing.theirValue.map(metric.text) ?? "\(metric.text(standing.theirSmallestValue)) of its smallest files"
        let judgement =
            switch standing.outcome {
            case .better, .smallerAndBetter: "the model is better"
            case .worse, .smallerAndWorse: "\(standing.against) is better"
            case .level, .smallerAndLevel: "both are level"
            }
        return "By \(metric.title) \(judgement): \(metric.text(standing.value)) against \(theirs)."
    }

    /// How far above or below the model's value.
    private static func distance(_ difference: Double, _ metric: QualityMetric) -> String {
        guard abs(difference) > metric.tolerance else { return "level with the model" }
        return "\(metric.text(abs(difference))) \(difference > 0 ? "above" : "below") the model"
    }

    /// Bits as a multiple of the model's.
    private static func ratio(_ ratio: Double) -> String {
        let percent = 100 * (ratio - 1)
        if ratio >= 1.5 { return String(format: "%.1f times the model's", ratio) }
        if abs(percent) < 0.5 { return "as many as the model" }
        return String(format: "%.0f %% %@ than the model", abs(percent), percent > 0 ? "more" : "fewer")
    }

    /// Bits per pixel with three digits that count, from a thousandth on.
    static func rate(_ rate: Double) -> String {
        String(format: rate < 0.1 ? "%.4f" : rate < 10 ? "%.3f" : "%.2f", rate)
    }
}
