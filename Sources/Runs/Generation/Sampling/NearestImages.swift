import Datasets
import Images
import Torch

/// The images of a data set that are nearest to some others, pixel by pixel: a look at whether samples are copies.
package enum NearestImages {
    /// Searches a data set for each of some images.
    ///
    /// The distance is the mean squared difference of pixels in [0, 1].
    ///
    /// - Parameters:
    ///   - images: What to search for, of the data set's shape.
    ///   - dataset: Where to search, such as the training images.
    ///   - limit: Search only so many images, spread over the data set.
    ///   - maximumSkippedShare: The share of images that may fail to decode.
    ///   - skipped: Told of images that did not decode.
    ///   - progress: Told how many images of the data set are read, and how many there are.
    /// - Returns: For each image the number and the distance of the nearest one.
    /// - Throws: `DatasetError`, `TorchError`.
    package static func search(
        for images: [PixelImage], in dataset: any ImageDataset, limit: Int? = nil,
        maximumSkippedShare: Double = 0.05, skipped: (SkippedImage) -> Void = { _ in },
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> [(index: Int, distance: Double)] {
        let wanted = try rows(images.flatMap(\.pixels), count: images.count)
        let wantedNorms = try squaredNorms(wanted)
        var best = images.map { _ in (index: 0, distance: Double.infinity) }
        let reader = try SequentialReader(
            dataset: dataset, batchSize: 256, limit: limit, workers: 2, maximumSkippedShare: maximumSkippedShare)
        defer { reader.stop() }
        var seen = 0
        let total = min(limit ?? dataset.count, dataset.count)
        while let batch = try reader.next() {
            let found = try rows(batch.pixels, count: batch.count)
            // |a − b|² = |a|² + |b|² − 2 a·b, for all pairs at once.
            let products = try wanted.matmul(found.permuted([1, 0])).array(of: Float.self)
            let norms = try squaredNorms(found)
            for image in images.indices {
                for other in 0..<batch.count {
                    let distance =
                        (wantedNorms[image] + norms[other] - 2 * Double(products[image * batch.count + other]))
                        / Double(wanted.size(1))
                    if distance < best[image].distance {
                        best[image] = (batch.indices[other], max(distance, 0))
                    }
                }
            }
            seen += batch.count
            progress(seen, total)
        }
        for image in reader.skipped { skipped(image) }
        return best
    }

    private static func rows(_ pixels: [UInt8], count: Int) throws -> Tensor {
        try Tensor(pixels, [count, pixels.count / max(count, 1)]).to(.float32) * (1.0 / 255)
    }

    private static func squaredNorms(_ rows: Tensor) throws -> [Double] {
        try (rows * rows).sum(axes: [1]).array(of: Float.self).map(Double.init)
    }
}
