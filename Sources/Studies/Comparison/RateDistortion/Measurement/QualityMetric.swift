import Foundation

/// A measure of how near a decoded image is to the original; larger is nearer.
package enum QualityMetric: String, Codable, Sendable, Equatable, CaseIterable {
    /// Peak signal-to-noise ratio in decibels.
    case psnr
    /// Structural similarity, up to 1.
    case ssim
    /// Structural similarity over five scales, up to 1.
    case msSSIM

    /// "PSNR", "SSIM", "MS-SSIM".
    package var title: String {
        switch self {
        case .psnr: "PSNR"
        case .ssim: "SSIM"
        case .msSSIM: "MS-SSIM"
        }
    }

    /// The name of its chart's file, without ending.
    var fileName: String {
        switch self {
        case .psnr: "psnr"
        case .ssim: "ssim"
        case .msSSIM: "ms-ssim"
        }
    }

    /// Differences below this are none: nobody sees them, and an interpolation is no surer.
    var tolerance: Double { self == .psnr ? 0.05 : 0.001 }

    /// A value with its unit.
    func text(_ value: Double) -> String {
        self == .psnr ? String(format: "%.2f dB", value) : String(format: "%.4f", value)
    }
}
