import Metrics

/// Adds up how well the first layers alone reconstruct images.
struct PrefixQuality {
    private var images = 0
    private var meanSquaredErrors = 0.0
    private var decibels = 0.0

    /// Measures pairs.
    ///
    /// - Throws: `MetricsError`.
    mutating func add(_ pairs: [(original: MetricImage, reconstruction: MetricImage)]) throws {
        for pair in pairs {
            let error = try MeanSquaredError.between(pair.original, pair.reconstruction)
            images += 1
            meanSquaredErrors += error
            decibels += PeakSignalToNoiseRatio.decibels(meanSquaredError: error)
        }
    }

    /// The means, with what the layers cost.
    func result(layers: Int, bitsPerPixel: Double) -> EvaluationReport.Prefix {
        let count = Double(max(images, 1))
        return EvaluationReport.Prefix(
            layers: layers, mse: meanSquaredErrors / count, psnr: decibels / count, bitsPerPixel: bitsPerPixel)
    }
}
