import Files
import Images
import Metrics

/// Sends images through codecs at all of their settings and measures sizes and errors.
package struct RateDistortionMeasurement {
    private let models: [any ImageCodec]
    private let others: [any ImageCodec & Sendable]
    private var sums: [[PointSums]]
    private var images = 0
    private var pixels = 0
    private var imagesFromJPEG = 0
    private var channels = 3

    /// Prepares measuring.
    ///
    /// - Parameters:
    ///   - models: Codecs that run one after the other, as the engine has its own threads; first in tables and charts.
    ///   - others: Codecs that run on all cores.
    /// - Throws: ``RateDistortionError/sameName(name:)``.
    package init(models: [any ImageCodec], others: [any ImageCodec & Sendable]) throws {
        var names: Set<String> = []
        for codec in models + others where !names.insert(codec.name).inserted {
            throw RateDistortionError.sameName(name: codec.name)
        }
        self.models = models
        self.others = others
        sums = (models + others).map { $0.settings.map { _ in PointSums() } }
    }

    /// Measures an image at every setting of every codec.
    ///
    /// - Throws: ``RateDistortionError/codec(name:image:reason:)``; the measurement is unchanged then.
    package mutating func add(_ item: ImageSequence.Item) throws {
        let original = try MetricImage(item.image)
        let ofModels = try models.flatMap { codec in
            try codec.settings.indices.map { try codec.measured(item, original, setting: $0) }
        }
        let places = others.flatMap { codec in codec.settings.indices.map { (codec: codec, setting: $0) } }
        let ofOthers = try Parallel.map(places.count) { place in
            try places[place].codec.measured(item, original, setting: places[place].setting)
        }
        let area = item.image.width * item.image.height
        var results = (ofModels + ofOthers).makeIterator()
        for codec in sums.indices {
            for setting in sums[codec].indices {
                guard let result = results.next() else { continue }
                sums[codec][setting].add(bytes: result.bytes, pixels: area, quality: result.quality)
            }
        }
        images += 1
        pixels += area
        imagesFromJPEG += item.isFromJPEG ? 1 : 0
        channels = item.image.channels
    }

    /// What came of all images.
    ///
    /// - Parameters:
    ///   - source: Where the images are from.
    ///   - skipped: Those that could not be read.
    /// - Throws: ``RateDistortionError/noImages(skipped:)``.
    package func report(source: String, skipped: [Message] = []) throws -> RateDistortionReport {
        guard images > 0 else { throw RateDistortionError.noImages(skipped: skipped) }
        let curves = zip(models + others, sums).map { codec, sums in
            RateDistortionReport.Curve(
                name: codec.name, family: codec.family, summary: codec.summary, isModel: codec.isModel,
                isLossless: codec.isLossless, sideBytes: codec.sideBytes,
                points: zip(codec.settings, sums).map { $1.point($0) })
        }
        let counts = sums.first?.first?.counts
        var report = RateDistortionReport(
            source: source, images: images, pixels: pixels, channels: channels, ssimImages: counts?.ssim ?? 0,
            msSSIMImages: counts?.msSSIM ?? 0, imagesFromJPEG: imagesFromJPEG, skipped: skipped, curves: curves,
            standings: RateDistortionStanding.all(curves), verdict: [])
        report.verdict = RateDistortionVerdict(report).paragraphs
        return report
    }
}

extension ImageCodec {
    /// The size of an image's file, and how near to the original it is.
    fileprivate func measured(
        _ item: ImageSequence.Item, _ original: MetricImage, setting: Int
    ) throws -> (bytes: Int, quality: ImageQualityResult) {
        let (bytes, decoded) = try roundTrip(item, setting: setting)
        var quality = ImageQuality()
        try quality.add(original: original, reconstruction: MetricImage(decoded))
        guard let result = quality.result else { throw RateDistortionError.noImages(skipped: []) }
        return (bytes, result)
    }

    /// An image's size as a file, and what comes back.
    ///
    /// - Throws: ``RateDistortionError/codec(name:image:reason:)``, also where the image that comes back is of another
    ///   size.
    func roundTrip(_ item: ImageSequence.Item, setting: Int) throws -> (bytes: Int, decoded: PixelImage) {
        func failure(_ reason: Message) -> RateDistortionError {
            .codec(name: "\(name), \(settings[setting])", image: item.name, reason: reason)
        }
        let image = item.image
        let bytes: [UInt8]
        let decoded: PixelImage
        do {
            bytes = try encode(image, setting: setting)
            decoded = try decode(bytes, setting: setting, channels: image.channels)
        } catch {
            throw failure(Message(error))
        }
        guard decoded.width == image.width, decoded.height == image.height, decoded.channels == image.channels else {
            throw failure("\(image.width)×\(image.height) pixels came back as \(decoded.width)×\(decoded.height)")
        }
        return (bytes.count, decoded)
    }
}

extension MetricImage {
    /// The pixels of an image.
    init(_ image: PixelImage) throws {
        try self.init(width: image.width, height: image.height, channels: image.channels, pixels: image.pixels)
    }
}
