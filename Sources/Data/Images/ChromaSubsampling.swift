/// How many colour differences a JPEG keeps beside its lightness.
package enum ChromaSubsampling: String, Sendable, Equatable, CaseIterable {
    /// One of each for every pixel.
    case yuv444 = "4:4:4"
    /// One of each for two pixels beside each other.
    case yuv422 = "4:2:2"
    /// One of each for four pixels in a square; what most programs write by default.
    case yuv420 = "4:2:0"
}
