import Images

/// The codecs that models are measured beside.
package enum ClassicCodecs {
    /// JPEG at 4:2:0 and 4:4:4 (one JPEG for grey images), WebP, lossless WebP.
    ///
    /// - Parameters:
    ///   - channels: 1 for grey, 3 for colour.
    ///   - ladder: The qualities of the lossy ones.
    package static func all(channels: Int, ladder: QualityLadder = .steps) -> [any ImageCodec & Sendable] {
        let subsamplings: [ChromaSubsampling?] = channels == 1 ? [nil] : [.yuv420, .yuv444]
        var codecs: [any ImageCodec & Sendable] = subsamplings.map { JPEGCodec(subsampling: $0, ladder: ladder) }
        codecs += [WebPCodec(ladder: ladder), LosslessWebPCodec()]
        return codecs
    }

    /// One codec a family, with every quality: what stands beside a model in the sheet.
    package static func shown(channels: Int) -> [any ImageCodec & Sendable] {
        [JPEGCodec(subsampling: channels == 1 ? nil : .yuv420, ladder: .every), WebPCodec(ladder: .every)]
    }
}
