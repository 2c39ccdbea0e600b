import Latents

/// What a compressed image says of itself before its layers.
package struct CompressedHeader: Sendable, Hashable {
    /// How codes are written.
    package var mode: CodingMode
    /// 1 (grey) or 3 (red, green, blue).
    package var channels: Int
    /// The picture's pixels across.
    package var width: Int
    /// The picture's rows of pixels.
    package var height: Int
    /// How many pictures of this size there are.
    package var images: Int
    /// The first 16 bytes of the fingerprint of the model that made the codes.
    package var model: Fingerprint
    /// The first 8 bytes of the fingerprint of the statistics, in ``CodingMode/modelled`` alone.
    package var statistics: Fingerprint?
    /// The layers, the first one quantized first.
    package var layers: [CodeLayer]

    /// Makes a header.
    package init(
        mode: CodingMode, channels: Int, width: Int, height: Int, images: Int = 1, model: Fingerprint,
        statistics: Fingerprint? = nil, layers: [CodeLayer]
    ) {
        self.mode = mode
        self.channels = channels
        self.width = width
        self.height = height
        self.images = images
        self.model = model
        self.statistics = statistics
        self.layers = layers
    }

    /// The first bytes of every file: one that is no text, and four letters.
    static let magic: [UInt8] = [0x89, 0x48, 0x52, 0x56, 0x51]
    /// The version that is written, and the latest that is read.
    package static let version = 1
    /// Bytes of ``model``.
    package static let modelBytes = 16
    /// Bytes of ``statistics``.
    package static let statisticsBytes = 8
    /// More layers than any model has.
    static let maximumLayers = 255

    /// What may be asked of memory.
    package struct Limits: Sendable {
        /// Pixels of a picture.
        package var pixels: Int
        /// Codes of all layers and images.
        package var codes: Int

        /// By default pictures as large as `PixelImage` reads, and 2²⁷ codes, which take half a gigabyte as numbers and as
        /// much again while they are decoded.
        package init(pixels: Int = 178_956_970, codes: Int = 1 << 27) {
            self.pixels = pixels
            self.codes = codes
        }
    }

    /// Codes of all layers and images; `nil` where that is no number of this machine.
    var codeCount: Int? {
        var sum = 0
        for layer in layers {
            let (positions, first) = layer.height.multipliedReportingOverflow(by: layer.width)
            let (codes, second) = positions.multipliedReportingOverflow(by: images)
            let (total, third) = sum.addingReportingOverflow(codes)
            guard !first, !second, !third else { return nil }
            sum = total
        }
        return sum
    }
}
