import Metrics

/// What was measured at one setting of a codec, image by image.
struct PointSums {
    private(set) var bytes = 0
    private var pixels = 0
    private var images = 0
    private var cappedImages = 0
    private var exactImages = 0
    private var decibels = 0.0
    private var similarity = Mean()
    private var multiScale = Mean()

    private struct Mean {
        var sum = 0.0
        var count = 0
        var value: Double? { count > 0 ? sum / Double(count) : nil }

        mutating func add(_ value: Double?) {
            guard let value else { return }
            sum += value
            count += 1
        }
    }

    /// Adds an image: the size of its file, and how near it came back.
    mutating func add(bytes: Int, pixels: Int, quality: ImageQualityResult) {
        self.bytes += bytes
        self.pixels += pixels
        images += 1
        decibels += min(quality.peakSignalToNoiseRatio, RateDistortionReport.largestPSNR)
        if quality.peakSignalToNoiseRatio > RateDistortionReport.largestPSNR { cappedImages += 1 }
        if quality.meanSquaredError == 0 { exactImages += 1 }
        similarity.add(quality.structuralSimilarity)
        multiScale.add(quality.multiScaleStructuralSimilarity)
    }

    /// How many images were large enough for SSIM and MS-SSIM.
    var counts: (ssim: Int, msSSIM: Int) { (similarity.count, multiScale.count) }

    func point(_ setting: String) -> RateDistortionReport.Point {
        RateDistortionReport.Point(
            setting: setting, bytes: bytes, bitsPerPixel: Double(bytes) * 8 / Double(max(pixels, 1)),
            psnr: decibels / Double(max(images, 1)), ssim: similarity.value, msSSIM: multiScale.value,
            cappedImages: cappedImages, exactImages: exactImages)
    }
}
