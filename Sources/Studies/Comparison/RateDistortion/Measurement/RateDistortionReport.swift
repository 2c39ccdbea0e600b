import Files
import Foundation

/// Codecs measured on the same images; the keys of `rate-distortion.json`.
package struct RateDistortionReport: Codable, Sendable, Equatable {
    /// The PSNR in dB that an image is counted with at most: an error of a quarter of an 8-bit step.
    ///
    /// An image that comes back without error has an infinite one, and so would the mean have.
    package static let largestPSNR = 60.0

    /// A codec at one setting, over all images.
    package struct Point: Codable, Sendable, Equatable {
        /// What the setting is called.
        package var setting: String
        /// Bytes of all files, headers included.
        package var bytes: Int
        /// 8 · bytes / pixels, over all images together.
        package var bitsPerPixel: Double
        /// The mean over images of each one's PSNR in dB, at most ``largestPSNR`` each.
        package var psnr: Double
        /// The mean SSIM of the images with sides of at least 11 pixels; absent where there is none.
        package var ssim: Double?
        /// The mean MS-SSIM of the images with sides above 160 pixels; absent where there is none.
        package var msSSIM: Double?
        /// Images whose PSNR was above ``largestPSNR``.
        package var cappedImages: Int
        /// Images of which every value came back.
        package var exactImages: Int

        /// A point.
        package init(
            setting: String, bytes: Int, bitsPerPixel: Double, psnr: Double, ssim: Double?, msSSIM: Double?,
            cappedImages: Int = 0, exactImages: Int = 0
        ) {
            self.setting = setting
            self.bytes = bytes
            self.bitsPerPixel = bitsPerPixel
            self.psnr = psnr
            self.ssim = ssim
            self.msSSIM = msSSIM
            self.cappedImages = cappedImages
            self.exactImages = exactImages
        }

        /// The value of a metric; absent where no image was large enough for it.
        package subscript(metric: QualityMetric) -> Double? {
            switch metric {
            case .psnr: psnr
            case .ssim: ssim
            case .msSSIM: msSSIM
            }
        }
    }

    /// A codec at all of its settings.
    package struct Curve: Codable, Sendable, Equatable {
        /// What tables and charts call it.
        package var name: String
        /// What sentences call it and others of its kind.
        package var family: String
        /// Program and settings.
        package var summary: String
        /// Whether it is a trained model.
        package var isModel: Bool
        /// Whether every value comes back.
        package var isLossless: Bool
        /// Bytes that a reader needs beside the files.
        package var sideBytes: Int
        /// In the order of the codec's settings.
        package var points: [Point]

        /// A curve.
        package init(
            name: String, family: String, summary: String, isModel: Bool, isLossless: Bool = false, sideBytes: Int = 0,
            points: [Point]
        ) {
            self.name = name
            self.family = family
            self.summary = summary
            self.isModel = isModel
            self.isLossless = isLossless
            self.sideBytes = sideBytes
            self.points = points
        }
    }

    /// Where the images are from.
    package var source: String
    /// Images measured.
    package var images: Int
    /// Pixels of all images.
    package var pixels: Int
    /// 1 for grey, 3 for colour.
    package var channels: Int
    /// Images large enough for SSIM.
    package var ssimImages: Int
    /// Images large enough for MS-SSIM.
    package var msSSIMImages: Int
    /// Images that were read from JPEG files, which JPEG itself finds easy.
    package var imagesFromJPEG: Int
    /// Images that did not decode, and why.
    package var skipped: [Message]
    /// Models first, then codecs.
    package var curves: [Curve]
    /// Every point of a model beside every family of codecs, by every metric.
    package var standings: [RateDistortionStanding]
    /// The result in sentences.
    package var verdict: [String]

    /// The report as JSON with sorted keys.
    ///
    /// - Throws: `EncodingError`.
    package func json() throws -> Data { try ReportJSON.data(self) }
}
