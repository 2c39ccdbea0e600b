import Images

/// Which part is taken of a picture larger than the data set's shape.
public enum Crop: Sendable, Equatable {
    /// The middle, for evaluation: torchvision's `CenterCrop`.
    case centre
    /// A place drawn from a generator, for training; see `random(seed:epoch:index:)`.
    case random(SeededGenerator)

    /// The random crop of an image in an epoch: a function of its arguments alone, so that neither the order nor
    /// the number of threads that decode plays a part.
    package static func random(seed: UInt64, epoch: Int, index: Int) -> Crop {
        .random(Self.generator(stream: "crop", seed: seed, epoch: epoch, index: index))
    }

    /// Whether the image is mirrored in an epoch, for half of all; from the stream `flip`.
    package static func isFlipped(seed: UInt64, epoch: Int, index: Int) -> Bool {
        var generator = Self.generator(stream: "flip", seed: seed, epoch: epoch, index: index)
        return generator.next() >> 63 == 1
    }

    /// The upper left pixel of the part, for a picture that is `spareWidth` and `spareHeight` pixels too large.
    func origin(spareWidth: Int, spareHeight: Int) -> (x: Int, y: Int) {
        switch self {
        case .centre:
            return PixelImage.centre(spareWidth: spareWidth, spareHeight: spareHeight)
        case .random(var generator):
            let x = generator.below(spareWidth + 1)
            return (x, generator.below(spareHeight + 1))
        }
    }

    private static func generator(stream: String, seed: UInt64, epoch: Int, index: Int) -> SeededGenerator {
        let step = SeededGenerator.mix(UInt64(truncatingIfNeeded: epoch) &+ 1) &+ UInt64(truncatingIfNeeded: index)
        return SeededGenerator(seed: seed, stream: stream, step: step)
    }
}
