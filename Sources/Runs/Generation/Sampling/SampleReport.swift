import Features
import Foundation

/// What there is to say of some samples beside the picture.
package struct SampleReport: Encodable, Sendable {
    /// How far the nearest training images are.
    package struct Nearest: Codable, Sendable {
        /// The smallest mean squared difference of a sample to its nearest training image, pixels in [0, 1].
        package var smallest: Double
        /// The median of them.
        package var median: Double
        /// Samples that are equal to a training image in every pixel.
        package var copies: Int

        /// Collects the figures.
        package init(smallest: Double, median: Double, copies: Int) {
            self.smallest = smallest
            self.median = median
            self.copies = copies
        }
    }

    /// The number that all randomness came from.
    package var seed: UInt64
    /// How many images.
    package var images: Int
    /// Seconds that the codes took, decoding not included.
    package var seconds: Double
    /// The classes that were asked for, in turn.
    package var classes: [String]
    /// How many samples a classifier took for the class that was asked.
    package var recognised: ClassifierAccuracy?
    /// How far the nearest training images are.
    package var nearest: Nearest?
    /// Images a second.
    package var imagesPerSecond: Double { Double(images) / max(seconds, 1e-9) }

    /// Begins a report.
    package init(seed: UInt64, images: Int, seconds: Double, classes: [String]) {
        self.seed = seed
        self.images = images
        self.seconds = seconds
        self.classes = classes
    }

    private enum Key: String, CodingKey {
        case seed, images, seconds, imagesPerSecond, classes, recognised, nearest
    }

    /// Writes all figures.
    ///
    /// - Throws: What the encoder throws.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(seed, forKey: .seed)
        try container.encode(images, forKey: .images)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(imagesPerSecond, forKey: .imagesPerSecond)
        try container.encode(classes, forKey: .classes)
        try container.encodeIfPresent(recognised, forKey: .recognised)
        try container.encodeIfPresent(nearest, forKey: .nearest)
    }

    /// The figures as lines for a person.
    package var text: String {
        var lines = [
            "\(images) images in " + String(format: "%.2f s (%.1f images/s)", seconds, imagesPerSecond)
                + ", seed \(seed)"
        ]
        if let recognised { lines += ["recognised as the class asked for:", recognised.text] }
        if let nearest {
            lines.append(
                String(
                    format: "nearest training image: mean squared difference %.4f at least, %.4f in the median",
                    nearest.smallest, nearest.median) + "; \(nearest.copies) copies")
        }
        return lines.joined(separator: "\n")
    }
}
