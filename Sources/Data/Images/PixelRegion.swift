/// A part of an image, in pixels and parts of them.
struct PixelRegion: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
}
