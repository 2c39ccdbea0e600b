import Figures
import Foundation

extension ComparisonReport {
    /// The figures as a table, a model a row.
    public var table: TextTable {
        get throws {
            func number(_ value: Double?, _ format: String) -> String {
                value.map { String(format: format, $0) } ?? "–"
            }
            let hasInception = entries.contains { $0.frechetInceptionDistance != nil }
            let hasClassifier = entries.contains { $0.frechetClassifierDistance != nil }
            var table = try TextTable(
                caption: "\(images) images of \(data), \(split) split",
                columns: [
                    .init("model"), .init("MSE", .right), .init("PSNR dB", .right), .init("SSIM", .right),
                    .init("MS-SSIM", .right), .init("FID", .right), .init("classifier FD", .right),
                    .init("used of codewords", .right), .init("perplexity", .right), .init("rate", .right),
                    .init("bits/pixel", .right), .init("parameters", .right), .init("distances", .right),
                    .init("encoded/s", .right), .init("decoded/s", .right), .init("searched/s", .right),
                ])
            for entry in entries {
                let evaluation = entry.evaluation
                try table.append([
                    entry.name, number(evaluation.mse, "%.6f"), number(evaluation.psnr, "%.2f"),
                    number(evaluation.ssim, "%.4f"), number(evaluation.msSSIM, "%.4f"),
                    hasInception ? number(entry.frechetInceptionDistance, "%.2f") : "no weights",
                    hasClassifier ? number(entry.frechetClassifierDistance, "%.3f") : "none given",
                    evaluation.layers.map { "\($0.used)/\($0.codewords)" }.joined(separator: " "),
                    evaluation.layers.map { String(format: "%.0f", $0.perplexity) }.joined(separator: " "),
                    number(evaluation.compression, "1 : %.1f"), number(evaluation.bitsPerPixel, "%.3f"),
                    "\(entry.parameters)", "\(entry.distancesPerPosition)",
                    number(evaluation.encodedPerSecond, "%.0f"), number(evaluation.decodedPerSecond, "%.0f"),
                    entry.searchedPerSecond >= 1e5
                        ? number(entry.searchedPerSecond / 1e6, "%.2f M") : number(entry.searchedPerSecond, "%.0f"),
                ])
            }
            return table
        }
    }

    /// What the columns say, as sentences for those who read the table for the first time.
    var legend: [String] {
        var lines = [
            "MSE, PSNR, SSIM and MS-SSIM are on [0, 1] after rounding to 8 bits, on the pixels of the original images;"
                + " PSNR is the mean over images. MS-SSIM needs more than 160 pixels a side.",
            "Codewords used and perplexity are those of each layer (for VQ-VAE-2 of each level, the coarsest first) on"
                + " these images; the rate is bits of 8-bit pixels to bits of codes at their fixed length; distances are"
                + " comparisons a latent position costs, over all layers.",
            "Speeds are of this machine: images encoded and decoded a second, and latent vectors a second that the"
                + " nearest-codeword search alone gets through in all layers.",
        ]
        lines.append(
            inceptionSHA256.map {
                "FID is the Fréchet distance between originals and reconstructions in the features of Inception-v3 (weights"
                    + " of SHA-256 \($0)), on \(images) images; with fewer than some ten thousand it is biased upwards."
            } ?? "FID was not measured: it needs the weights of pytorch-fid's Inception (--inception).")
        if entries.contains(where: { $0.frechetClassifierDistance != nil }) {
            lines.append(
                "Classifier FD is the Fréchet distance in the features of a small classifier of ours; it compares with no"
                    + " published figure.")
        }
        return lines
    }
}
