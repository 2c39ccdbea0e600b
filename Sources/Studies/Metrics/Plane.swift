/// One channel of an image on [0, 1].
struct Plane {
    let width: Int
    let height: Int
    var values: [Float]

    /// Takes one channel out of an image.
    init(_ image: MetricImage, channel: Int) {
        width = image.width
        height = image.height
        let channels = image.channels
        let count = image.width * image.height
        values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            image.pixels.withUnsafeBufferPointer { pixels in
                for index in 0..<count {
                    buffer.initializeElement(at: index, to: Float(pixels[index * channels + channel]) / 255)
                }
            }
            initialized = count
        }
    }

    init(width: Int, height: Int, values: [Float]) {
        self.width = width
        self.height = height
        self.values = values
    }

    /// Means of 2×2 pixels.
    ///
    /// An odd side is padded by one zero on both ends, and zeros count, as `avg_pool2d(x, 2, padding: side % 2)` does
    /// in pytorch-msssim; so the first pixel of an odd side is averaged with zero.
    func halved() -> Plane {
        let left = width % 2
        let top = height % 2
        let newWidth = (width + left) / 2
        let newHeight = (height + top) / 2
        var result = [Float](repeating: 0, count: newWidth * newHeight)
        values.withUnsafeBufferPointer { source in
            for row in 0..<newHeight {
                for sourceRow in [2 * row - top, 2 * row - top + 1] where sourceRow >= 0 && sourceRow < height {
                    let base = sourceRow * width
                    for column in 0..<newWidth {
                        let first = 2 * column - left
                        var sum: Float = 0
                        if first >= 0 { sum += source[base + first] }
                        if first + 1 < width { sum += source[base + first + 1] }
                        result[row * newWidth + column] += sum / 4
                    }
                }
            }
        }
        return Plane(width: newWidth, height: newHeight, values: result)
    }
}
