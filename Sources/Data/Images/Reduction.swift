/// What a decoder that shrank a picture says of the whole of it.
struct Reduction {
    /// Pixels across of the whole picture.
    var wholeWidth: Int
    /// Pixels down of the whole picture.
    var wholeHeight: Int
    /// Where the picture lies in the pixels that there are: their last column and row can be filled in part.
    var region: PixelRegion

    /// A picture at a part of its size, rounded up.
    ///
    /// - Parameters:
    ///   - whole: The size of the picture as it is to be seen.
    ///   - size: The size of what there is of it.
    ///   - factor: How many of its pixels, across and down, became one.
    ///   - orientation: How the file's picture was turned after it was shrunk.
    init(
        of whole: (width: Int, height: Int), to size: (width: Int, height: Int), by factor: Int,
        _ orientation: Orientation
    ) {
        (wholeWidth, wholeHeight) = whole
        let (width, height) = (Double(whole.width) / Double(factor), Double(whole.height) / Double(factor))
        let flips = orientation.flips
        region = PixelRegion(
            x: flips.across ? Double(size.width) - width : 0, y: flips.down ? Double(size.height) - height : 0,
            width: width, height: height)
    }
}
