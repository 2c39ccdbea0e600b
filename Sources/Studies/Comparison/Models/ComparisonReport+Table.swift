import Figures
import Files
import Foundation
import Metrics
import Training

extension ComparisonReport {
    /// A figure of every model.
    private struct Line {
        var name: String
        /// What the table shows of each model; `nil` where it was not measured.
        var texts: [String?]
        /// Numbers of which the largest, or the smallest, is the best; empty where none is better than another.
        var values: [Double?] = []
        var isLargestBest = false

        /// The models that are the best, as far as the texts show it; none where all are alike.
        var best: Set<Int> {
            let found = values.compactMap { $0 }.filter { !$0.isNaN }
            guard let value = isLargestBest ? found.max() : found.min(),
                let place = values.firstIndex(of: value), let text = texts[place]
            else { return [] }
            let places = texts.indices.filter { texts[$0] == text }
            return places.count == texts.compactMap({ $0 }).count ? [] : Set(places)
        }
    }

    /// The figures as a table, a model a column; what was measured of no model is left out. The best of each figure
    /// stands out.
    package var table: TextTable {
        get throws { try table(of: Array(entries.indices)) }
    }

    /// Tables of at most so many models, which fit beside each other on a page.
    func tables(models: Int) throws -> [TextTable] {
        try stride(from: 0, to: entries.count, by: models).map {
            try table(of: Array($0..<min($0 + models, entries.count)))
        }
    }

    /// The table for a terminal of 80 columns, and what its marks mean.
    package var text: String {
        get throws {
            let table = try table
            var lines = [table.text(width: 80)]
            if table.emphasized.contains(where: { !$0.isEmpty }) { lines.append("* the best of the models") }
            lines += warnings.map { "warning: \($0)" }
            return lines.joined(separator: "\n")
        }
    }

    private func table(of models: [Int]) throws -> TextTable {
        var table = try TextTable(
            caption: "\(images) images of \(data), \(split) split",
            columns: [.init("figure")] + models.map { .init(entries[$0].name, .right) })
        for line in lines {
            let best = line.best
            let emphasized = models.indices.filter { best.contains(models[$0]) }.map { $0 + 1 }
            try table.append([line.name] + models.map { line.texts[$0] ?? "–" }, emphasized: Set(emphasized))
        }
        return table
    }

    /// The lines of figures that were measured.
    private var lines: [Line] {
        func numbers(
            _ name: String, _ format: String, largest: Bool, _ value: (Entry) -> Double?
        ) -> Line {
            let values = entries.map(value)
            return Line(
                name: name, texts: values.map { $0.map { String(format: format, $0) } }, values: values,
                isLargestBest: largest)
        }
        func perSecond(_ name: String, _ value: (Entry) -> Double?) -> Line {
            let values = entries.map(value)
            let texts = values.map { speed in
                speed.map { $0 >= 1e5 ? String(format: "%.2f M", $0 / 1e6) : String(format: "%.0f", $0) }
            }
            return Line(name: name, texts: texts, values: values, isLargestBest: true)
        }
        var lines = [
            numbers("MSE", "%.6f", largest: false) { $0.evaluation.mse },
            numbers("PSNR, dB", "%.2f", largest: true) { $0.evaluation.psnr },
            numbers("SSIM", "%.4f", largest: true) { $0.evaluation.ssim },
            numbers("MS-SSIM", "%.4f", largest: true) { $0.evaluation.msSSIM },
            numbers("FID", "%.2f", largest: false) { $0.frechetInceptionDistance },
            numbers("classifier FD", "%.3f", largest: false) { $0.frechetClassifierDistance },
            numbers("bits per pixel", "%.3f", largest: false) { $0.evaluation.bitsPerPixel },
            numbers("rate, 1 :", "%.1f", largest: true) { $0.evaluation.compression },
        ]
        let layers = entries.map(\.evaluation.layers.count).max() ?? 0
        for layer in 0..<layers {
            let found = entries.map { layer < $0.evaluation.layers.count ? $0.evaluation.layers[layer] : nil }
            lines.append(
                Line(
                    name: "layer \(layer + 1): codewords used",
                    texts: found.map { $0.map { "\($0.used)/\($0.codewords)" } }, values: found.map { $0?.share },
                    isLargestBest: true))
            lines.append(
                Line(
                    name: "layer \(layer + 1): perplexity",
                    texts: found.map { $0.map { String(format: "%.0f", $0.perplexity) } }))
        }
        lines += [
            Line(
                name: "parameters", texts: entries.map { "\($0.parameters)" },
                values: entries.map { Double($0.parameters) }),
            Line(
                name: "distances a position", texts: entries.map { "\($0.distancesPerPosition)" },
                values: entries.map { Double($0.distancesPerPosition) }),
            perSecond("images encoded a second") { $0.evaluation.encodedPerSecond },
            perSecond("images decoded a second") { $0.evaluation.decodedPerSecond },
            perSecond("vectors searched a second") { $0.searchedPerSecond },
        ]
        return lines.filter { $0.texts.contains { $0 != nil } }
    }

    /// What must be known before a figure is believed.
    var warnings: [String] {
        func warning(_ name: String, _ features: Int?) -> String? {
            guard let features, images < features else { return nil }
            return
                "\(name) is of \(images) images in \(features) features: with fewer images than features it says little,"
                + " and is far too large; measure on \(features + 1) images or more"
        }
        return [
            entries.contains { $0.frechetInceptionDistance != nil } ? warning("FID", inceptionFeatures) : nil,
            entries.contains { $0.frechetClassifierDistance != nil }
                ? warning("classifier FD", classifierFeatures) : nil,
        ].compactMap { $0 }
    }

    /// What the figures say, as sentences for those who read the table for the first time.
    var legend: [Message] {
        let hasMSSSIM = entries.contains { $0.evaluation.msSSIM != nil }
        let hasInception = entries.contains { $0.frechetInceptionDistance != nil }
        var lines: [Message] = warnings.map { "Warning: \($0)." }
        lines += [
            "The best of each figure is in bold. MSE, PSNR and SSIM are on [0, 1] after rounding to 8 bits, on the pixels of"
                + " the original images; PSNR is the mean over images."
                + (hasMSSSIM ? "" : " MS-SSIM needs more than 160 pixels a side, so it was not measured."),
            "Codewords used and perplexity are those of each layer (for VQ-VAE-2 of each level, the coarsest first) on"
                + " these images; the rate is bits of 8-bit pixels to bits of codes at their fixed length; distances are"
                + " comparisons a latent position costs, over all layers.",
            "Speeds are of this machine: images encoded and decoded a second, and latent vectors a second that the"
                + " nearest-codeword search alone gets through in all layers.",
        ]
        if hasInception, let inceptionSHA256 {
            lines.append(
                "FID is the Fréchet distance between originals and reconstructions in the features of Inception-v3 (weights"
                    + " of SHA-256 \(inceptionSHA256)), on \(images) images; with fewer than some ten thousand it is biased"
                    + " upwards.")
        } else {
            lines.append(
                "FID was not measured: it needs the weights of pytorch-fid's Inception (\(phrase: .inception)).")
        }
        if entries.contains(where: { $0.frechetClassifierDistance != nil }) {
            lines.append(
                "Classifier FD is the Fréchet distance in the features of a small classifier of ours; it compares with no"
                    + " published figure.")
        }
        return lines
    }
}
