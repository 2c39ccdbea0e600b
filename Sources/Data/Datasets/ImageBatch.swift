/// Images to learn from or to measure on, as bytes.
package struct ImageBatch: Sendable, Equatable {
    /// [N, H, W, C] in row-major order, 0 to 255.
    package var pixels: [UInt8]
    /// The shape of each image.
    package var shape: ImageShape
    /// The class of each image, or `nil` where the data set has none.
    package var labels: [Int]?
    /// The number of each image in the data set.
    package var indices: [Int]
    /// Images that did not decode and were met while this batch was filled.
    package var skipped: [SkippedImage]

    /// N, the number of images.
    package var count: Int { indices.count }

    /// A batch of given parts.
    package init(
        pixels: [UInt8], shape: ImageShape, labels: [Int]?, indices: [Int], skipped: [SkippedImage] = []
    ) {
        self.pixels = pixels
        self.shape = shape
        self.labels = labels
        self.indices = indices
        self.skipped = skipped
    }

    /// Some of the images.
    package func part(_ range: Range<Int>) -> ImageBatch {
        ImageBatch(
            pixels: Array(pixels[range.lowerBound * shape.byteCount..<range.upperBound * shape.byteCount]),
            shape: shape,
            labels: labels.map { Array($0[range]) }, indices: Array(indices[range]))
    }
}
