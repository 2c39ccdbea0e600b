import Latents

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
    /// - Precondition: As many numbers as the sizes say, and each below its layer's choices: whoever reads codes from
    ///   elsewhere has checked them.
    package init(images: Int, layers: [CodeLayer], values: [[Int32]]) {
        precondition(values.count <= layers.count, "\(values.count) layers of codes for \(layers.count) layers")
        for (layer, codes) in zip(layers, values) {
            precondition(
                codes.count == images * layer.positions, "\(codes.count) codes for \(images) images of \(layer)")
            assert(codes.allSatisfy { $0 >= 0 && $0 < layer.choices }, "codes beyond the choices of \(layer)")
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
            images: range.count, layers: layers,
            values: zip(layers, values).map { layer, codes in
                Array(codes[range.lowerBound * layer.positions..<range.upperBound * layer.positions])
            })
    }
}
