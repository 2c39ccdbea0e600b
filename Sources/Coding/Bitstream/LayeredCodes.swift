/// One layer of codes: its latent grid and what a position chooses from.
package struct CodeLayer: Sendable, Hashable {
    /// Positions down, at least 1.
    package var height: Int
    /// Positions across, at least 1.
    package var width: Int
    /// The number of choices m at a position, 1 to 2²⁴.
    package var choices: Int

    /// Makes a layer.
    package init(height: Int, width: Int, choices: Int) {
        self.height = height
        self.width = width
        self.choices = choices
    }

    /// Bits of a code that is written without statistics: ⌈log₂ m⌉.
    package var bitsPerCode: Int { Int.bitWidth - (choices - 1).leadingZeroBitCount }
}

/// The codes of images of one size, layer by layer.
package struct LayeredCodes: Sendable, Equatable {
    /// How many images there are.
    package let images: Int
    /// The layers, the first one quantized first.
    package let layers: [CodeLayer]
    /// Of each layer the codes [images, height, width], each in 0 ..< m. There may be fewer than ``layers``: the first.
    package let values: [[Int32]]

    /// Collects codes.
    ///
    /// - Precondition: As many numbers as the sizes say, and each below its layer's choices.
    package init(images: Int, layers: [CodeLayer], values: [[Int32]]) {
        precondition(values.count <= layers.count, "\(values.count) layers of codes for \(layers.count) layers")
        for (layer, codes) in zip(layers, values) {
            precondition(
                codes.count == images * layer.height * layer.width
                    && codes.allSatisfy { $0 >= 0 && $0 < layer.choices },
                "codes that are not those of \(images) images of \(layer)")
        }
        self.images = images
        self.layers = layers
        self.values = values
    }

    /// The codes of one image.
    package func image(_ index: Int) -> LayeredCodes { images(index..<index + 1) }

    /// The codes of some images.
    ///
    /// - Precondition: The images are there.
    package func images(_ range: Range<Int>) -> LayeredCodes {
        LayeredCodes(
            checked: range.count, layers: layers,
            values: zip(layers, values).map { layer, codes in
                let size = layer.height * layer.width
                return Array(codes[range.lowerBound * size..<range.upperBound * size])
            })
    }

    /// Takes codes whose sizes and ranges are known to be right.
    private init(checked images: Int, layers: [CodeLayer], values: [[Int32]]) {
        self.images = images
        self.layers = layers
        self.values = values
    }
}
