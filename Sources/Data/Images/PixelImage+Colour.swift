extension PixelImage {
    /// Whether a pixel's red, green and blue differ; `false` for a grey picture in three channels.
    package var isColour: Bool {
        guard channels == 3 else { return false }
        return pixels.withUnsafeBufferPointer { pixels in
            stride(from: 0, to: pixels.count - 2, by: 3).contains {
                pixels[$0] != pixels[$0 + 1] || pixels[$0] != pixels[$0 + 2]
            }
        }
    }
}
