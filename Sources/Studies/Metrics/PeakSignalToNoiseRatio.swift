import Foundation

/// The peak signal-to-noise ratio of an image, in decibels.
package enum PeakSignalToNoiseRatio {
    /// PSNR = 10 · log₁₀(1 / MSE), with MSE on [0, 1]; infinite where the images are equal.
    ///
    /// Agrees with `torchmetrics` and `skimage.metrics.peak_signal_noise_ratio` at data range 1.
    package static func decibels(meanSquaredError: Double) -> Double {
        // The sign of a zero must not decide.
        meanSquaredError > 0 ? -10 * log10(meanSquaredError) : .infinity
    }

    /// The PSNR of one image; see ``decibels(meanSquaredError:)``.
    ///
    /// - Throws: ``MetricsError/differentShapes(original:other:)``.
    package static func between(_ original: MetricImage, _ other: MetricImage) throws -> Double {
        decibels(meanSquaredError: try MeanSquaredError.between(original, other))
    }
}
