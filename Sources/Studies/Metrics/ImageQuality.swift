/// Means of image metrics over a data set, one pair of images at a time.
///
/// Every image has the same weight. SSIM and MS-SSIM are means over the images large enough for them.
package struct ImageQuality: Sendable, Equatable {
    /// Pairs added so far.
    package private(set) var images = 0
    private var meanSquaredErrors = 0.0
    private var decibels = 0.0
    private var similarities = 0.0
    private var similarityCount = 0
    private var multiScaleSimilarities = 0.0
    private var multiScaleCount = 0
    private let multiScale: Bool

    /// An accumulator without images.
    ///
    /// - Parameter multiScale: Whether MS-SSIM is measured too, which takes under half as long again as SSIM alone.
    package init(multiScale: Bool = true) { self.multiScale = multiScale }

    /// Measures a pair.
    ///
    /// - Throws: ``MetricsError/differentShapes(original:other:)``; the sums are unchanged then.
    package mutating func add(original: MetricImage, reconstruction: MetricImage) throws {
        let error = try MeanSquaredError.between(original, reconstruction)
        let scales = multiScale ? try MultiScaleStructuralSimilarity.withSingleScale(original, reconstruction) : nil
        let similarity = try scales?.singleScale ?? StructuralSimilarity.between(original, reconstruction)
        images += 1
        meanSquaredErrors += error
        decibels += PeakSignalToNoiseRatio.decibels(meanSquaredError: error)
        if let similarity {
            similarities += similarity
            similarityCount += 1
        }
        if let scales {
            multiScaleSimilarities += scales.multiScale
            multiScaleCount += 1
        }
    }

    /// Adds what another accumulator has measured, as of another thread or machine.
    package mutating func merge(_ other: ImageQuality) {
        images += other.images
        meanSquaredErrors += other.meanSquaredErrors
        decibels += other.decibels
        similarities += other.similarities
        similarityCount += other.similarityCount
        multiScaleSimilarities += other.multiScaleSimilarities
        multiScaleCount += other.multiScaleCount
    }

    /// The means so far; nil before the first pair.
    package var result: ImageQualityResult? {
        guard images > 0 else { return nil }
        let error = meanSquaredErrors / Double(images)
        return ImageQualityResult(
            images: images, meanSquaredError: error, peakSignalToNoiseRatio: decibels / Double(images),
            peakSignalToNoiseRatioOfMeanError: PeakSignalToNoiseRatio.decibels(meanSquaredError: error),
            structuralSimilarity: similarityCount > 0 ? similarities / Double(similarityCount) : nil,
            multiScaleStructuralSimilarity: multiScaleCount > 0
                ? multiScaleSimilarities / Double(multiScaleCount) : nil)
    }
}
