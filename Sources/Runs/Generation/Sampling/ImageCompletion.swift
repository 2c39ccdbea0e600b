import Autoencoders
import Images
import Priors
import Torch
import Training

/// Images of which a part is kept and the rest is sampled.
///
/// What is kept are the codes of the kept area, in every layer; the priors draw the others in raster order, each given
/// the codes before it, kept ones too. What lies below a position in raster order, kept or not, has no influence on it.
package struct ImageCompletion {
    /// One image, and what became of it.
    package struct Result {
        /// The image as it was.
        package var original: PixelImage
        /// The image with the area that was not kept in grey.
        package var kept: PixelImage
        /// Completions of it.
        package var completions: [PixelImage]
    }

    private let sampler: ImageSampler
    private let decoder: CodeDecoder
    private let area: KeptArea

    /// Prepares completions.
    ///
    /// - Parameters:
    ///   - sampler: The priors.
    ///   - decoder: The model that they belong to.
    ///   - area: What stays.
    ///   - path: Where the model comes from, for errors.
    /// - Throws: ``PriorError/otherModel(what:other:reason:)``.
    package init(_ sampler: ImageSampler, _ decoder: CodeDecoder, keeping area: KeptArea, path: String) throws {
        try sampler.priors.check(decoder.space, path: path)
        self.sampler = sampler
        self.decoder = decoder
        self.area = area
    }

    /// Completes images of the model's size.
    ///
    /// - Parameters:
    ///   - images: The images.
    ///   - request: Classes in turn, settings and seed; `count` is how many completions an image gets.
    ///   - progress: Told which layer is at work, from 0, and how many completions of it are done.
    ///   - shouldStop: Asked after every row of positions.
    /// - Returns: A result an image; `nil` if it was stopped.
    /// - Throws: ``PriorError``, `SamplingError`, `ImageError`, `TorchError`.
    package func complete(
        _ images: [PixelImage], _ request: ImageSampler.Request,
        progress: (_ layer: Int, _ done: Int) -> Void = { _, _ in }, shouldStop: ImageSampler.Wish? = nil
    ) throws -> [Result]? {
        let data = decoder.configuration.data
        let masks = try area.masks(decoder.space, data)
        let codes = try decoder.encode(images)
        let rows = (0..<images.count).flatMap { image in Array(repeating: Int64(image), count: request.count) }
        let repeated = try codes.grids.map { try $0.indexSelected(axis: 0, Tensor(rows, [rows.count])) }
        var whole = request
        whole.count = rows.count
        if !request.classes.isEmpty {
            // Classes are one an image here, not one a completion.
            whole.classes = rows.map { request.classes[Int($0) % request.classes.count] }
            whole.firstImage = 0
        }
        guard
            let sampled = try sampler.sample(
                whole, kept: .init(codes: .init(grids: repeated), masks: masks), progress: progress,
                shouldStop: shouldStop)
        else { return nil }
        let completed = try decoder.images(sampled.codes)
        let pixels = try area.pixels(height: data.height, width: data.width)
        return try images.enumerated().map { index, image in
            Result(
                original: image, kept: try image.greyed(except: pixels),
                completions: Array(completed[index * request.count..<(index + 1) * request.count]))
        }
    }
}

extension PixelImage {
    /// The image with all pixels that do not stay in a middle grey.
    fileprivate func greyed(except kept: [Bool]) throws -> PixelImage {
        var bytes = pixels
        for pixel in kept.indices where !kept[pixel] {
            for channel in 0..<channels { bytes[pixel * channels + channel] = 128 }
        }
        return try PixelImage(width: width, height: height, channels: channels, pixels: bytes)
    }
}
