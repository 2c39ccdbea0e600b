import Files
import Foundation
import Metrics

/// How well a model reconstructs a data set; the keys of `hrvq evaluate --json`. A figure that cannot be had is null.
public struct EvaluationReport: Codable, Sendable, Equatable {
    /// Mean squared error on [0, 1], after rounding to 8 bits, on the pixels of the original images.
    public var mse: Double
    /// Peak signal-to-noise ratio in decibels, the mean over images.
    public var psnr: Double
    /// Structural similarity; absent where images are smaller than its window of 11 pixels.
    public var ssim: Double?
    /// Multi-scale structural similarity; absent where the shortest side is not above 160 pixels.
    public var msSSIM: Double?
    /// Bits of codes to one pixel.
    public var bitsPerPixel: Double
    /// Bits of 8-bit pixels to bits of codes.
    public var compression: Double
    /// Images encoded and decoded a second, without reading files and computing metrics.
    public var imagesPerSecond: Double
    /// Images encoded a second.
    public var encodedPerSecond: Double
    /// Images decoded a second.
    public var decodedPerSecond: Double
    /// How many images were measured.
    public var images: Int
    /// Images that did not decode.
    public var skipped: [Message]
    /// Usage of each layer over all images.
    public var layers: [CodebookUsage.Layer]
    /// What the first layer gives alone, the first two, and so on; absent where that was not measured, and for models
    /// of one layer.
    public var prefixes: [Prefix]?

    /// How well the first layers of codes alone reconstruct.
    public struct Prefix: Codable, Sendable, Equatable {
        /// How many layers; of VQ-VAE-2 levels, from the coarsest grid on.
        public var layers: Int
        /// Mean squared error; see ``EvaluationReport/mse``.
        public var mse: Double
        /// Peak signal-to-noise ratio in decibels, the mean over images.
        public var psnr: Double
        /// Bits of these layers' codes to one pixel.
        public var bitsPerPixel: Double
    }

    /// The figures as lines for a person.
    public var text: String { text(in: .library) }

    /// The figures as lines for a person; see ``text``.
    package func text(in wording: Wording) -> String {
        func line(_ label: String, _ value: String) -> String { LabelledLine.text(label, value, column: 18) }
        var lines = [
            line("images", "\(images)" + (skipped.isEmpty ? "" : " (\(skipped.count) skipped)")),
            line("MSE", String(format: "%.6f", mse)), line("PSNR", String(format: "%.2f dB", psnr)),
            line("SSIM", ssim.map { String(format: "%.4f", $0) } ?? "– (images smaller than 11 pixels)"),
            line("MS-SSIM", msSSIM.map { String(format: "%.4f", $0) } ?? "– (needs more than 160 pixels a side)"),
            line("bits per pixel", String(format: "%.4f (1 : %.1f)", bitsPerPixel, compression)),
            line(
                "images/s",
                String(
                    format: "%.1f (encoding %.1f, decoding %.1f)", imagesPerSecond, encodedPerSecond, decodedPerSecond)),
        ]
        for (index, layer) in layers.enumerated() {
            lines.append(
                line(
                    "layer \(index + 1)",
                    "\(layer.used) of \(layer.codewords) codewords used, perplexity "
                        + String(format: "%.1f", layer.perplexity)))
        }
        for prefix in prefixes ?? [] {
            lines.append(
                line(
                    prefix.layers == 1 ? "from layer 1" : "from layers 1–\(prefix.layers)",
                    String(
                        format: "MSE %.6f, PSNR %.2f dB, %.4f bits per pixel", prefix.mse, prefix.psnr,
                        prefix.bitsPerPixel)))
        }
        for image in skipped { lines.append("skipped: \(name: image.text(in: wording))") }
        return lines.joined(separator: "\n")
    }

    /// The most important figures on one line: `test MSE 0.00123, PSNR 29.10 dB, usage 100/88/50%`.
    package var shortText: String {
        let usage = layers.map { ProgressText.percent($0.share) }.joined(separator: "/")
        return String(format: "test MSE %.5f, PSNR %.2f dB", mse, psnr) + (usage.isEmpty ? "" : ", usage \(usage)%")
    }

    /// Writes every key, `null` where a figure is absent, so that programs need not ask whether a key is there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mse, forKey: .mse)
        try container.encode(psnr, forKey: .psnr)
        try container.encode(ssim, forKey: .ssim)
        try container.encode(msSSIM, forKey: .msSSIM)
        try container.encode(bitsPerPixel, forKey: .bitsPerPixel)
        try container.encode(compression, forKey: .compression)
        try container.encode(imagesPerSecond, forKey: .imagesPerSecond)
        try container.encode(encodedPerSecond, forKey: .encodedPerSecond)
        try container.encode(decodedPerSecond, forKey: .decodedPerSecond)
        try container.encode(images, forKey: .images)
        try container.encode(skipped, forKey: .skipped)
        try container.encode(layers, forKey: .layers)
        try container.encode(prefixes, forKey: .prefixes)
    }

    /// The figures as JSON with sorted keys.
    ///
    /// - Throws: `EncodingError` where a figure is not finite and JSON has no word for it.
    public func json() throws -> Data {
        try ReportJSON.data(self)
    }
}
