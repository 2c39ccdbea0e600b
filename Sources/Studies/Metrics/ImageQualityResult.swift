/// Image metrics of a data set.
///
/// In JSON an infinite PSNR is the text "Infinity", and a metric that no image was large enough for is null.
package struct ImageQualityResult: Sendable, Equatable {
    /// Images measured.
    package let images: Int
    /// The mean of MSE on [0, 1].
    package let meanSquaredError: Double
    /// The mean over images of each one's PSNR, in dB, as image compression reports it; infinite as soon as one image
    /// is reconstructed without error.
    package let peakSignalToNoiseRatio: Double
    /// The PSNR of the mean MSE, in dB: never above the mean of PSNR, and finite unless all images are equal.
    package let peakSignalToNoiseRatioOfMeanError: Double
    /// The mean of SSIM, or nil where all images were too small.
    package let structuralSimilarity: Double?
    /// The mean of MS-SSIM, or nil where all images were too small or it was not asked for.
    package let multiScaleStructuralSimilarity: Double?

    /// Holds metrics.
    package init(
        images: Int, meanSquaredError: Double, peakSignalToNoiseRatio: Double,
        peakSignalToNoiseRatioOfMeanError: Double, structuralSimilarity: Double?,
        multiScaleStructuralSimilarity: Double?
    ) {
        self.images = images
        self.meanSquaredError = meanSquaredError
        self.peakSignalToNoiseRatio = peakSignalToNoiseRatio
        self.peakSignalToNoiseRatioOfMeanError = peakSignalToNoiseRatioOfMeanError
        self.structuralSimilarity = structuralSimilarity
        self.multiScaleStructuralSimilarity = multiScaleStructuralSimilarity
    }
}

extension ImageQualityResult: Codable {
    private enum CodingKeys: String, CodingKey {
        case images, meanSquaredError, peakSignalToNoiseRatio, peakSignalToNoiseRatioOfMeanError
        case structuralSimilarity, multiScaleStructuralSimilarity
    }

    /// Reads what ``encode(to:)`` wrote.
    ///
    /// - Throws: `DecodingError` where a key is missing or of another type.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func decibels(_ key: CodingKeys) throws -> Double {
            if let text = try? container.decode(String.self, forKey: key), text == "Infinity" { return .infinity }
            return try container.decode(Double.self, forKey: key)
        }
        self.init(
            images: try container.decode(Int.self, forKey: .images),
            meanSquaredError: try container.decode(Double.self, forKey: .meanSquaredError),
            peakSignalToNoiseRatio: try decibels(.peakSignalToNoiseRatio),
            peakSignalToNoiseRatioOfMeanError: try decibels(.peakSignalToNoiseRatioOfMeanError),
            structuralSimilarity: try container.decode(Double?.self, forKey: .structuralSimilarity),
            multiScaleStructuralSimilarity: try container.decode(Double?.self, forKey: .multiScaleStructuralSimilarity))
    }

    /// Writes all keys.
    ///
    /// - Throws: What the encoder throws.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        func encode(_ decibels: Double, _ key: CodingKeys) throws {
            if decibels.isInfinite {
                try container.encode("Infinity", forKey: key)
            } else {
                try container.encode(decibels, forKey: key)
            }
        }
        try container.encode(images, forKey: .images)
        try container.encode(meanSquaredError, forKey: .meanSquaredError)
        try encode(peakSignalToNoiseRatio, .peakSignalToNoiseRatio)
        try encode(peakSignalToNoiseRatioOfMeanError, .peakSignalToNoiseRatioOfMeanError)
        try container.encode(structuralSimilarity, forKey: .structuralSimilarity)
        try container.encode(multiScaleStructuralSimilarity, forKey: .multiScaleStructuralSimilarity)
    }
}
