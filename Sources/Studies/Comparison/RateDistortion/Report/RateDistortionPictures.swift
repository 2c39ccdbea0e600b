import Foundation
import Images
import Metrics

/// Parts of images as they are, as a model gives them back, and as codecs do with about as many bytes.
package struct RateDistortionPictures {
    /// One picture and what is to be said of it.
    package struct Cell {
        /// The part that is shown, enlarged where it is small.
        package let picture: PixelImage
        /// Codec, setting, bytes and PSNR of the whole image.
        package let caption: String
    }

    /// One image in its versions: original, model, codecs.
    package struct Row {
        /// The versions, the original first.
        package let cells: [Cell]
    }

    /// The rows so far.
    package private(set) var rows: [Row] = []
    private let models: [any ImageCodec]
    private let others: [any ImageCodec]

    /// The longest side of a part.
    static let side = 192

    /// No pictures yet.
    ///
    /// - Parameters:
    ///   - models: Models, of which the coding with the fewest bytes is shown, with everything decoded.
    ///   - others: Codecs whose files grow with their settings.
    package init(models: [any ImageCodec], others: [any ImageCodec]) {
        self.models = models
        self.others = others
    }

    /// Adds a row for each model.
    ///
    /// - Throws: ``RateDistortionError/codec(name:image:reason:)``, `ImageError`.
    package mutating func add(_ item: ImageSequence.Item) throws {
        var families: [String] = []
        for model in models where !families.contains(model.family) { families.append(model.family) }
        for family in families {
            let versions = try models.filter { $0.family == family && !$0.settings.isEmpty }.map { codec in
                (codec, try codec.roundTrip(item, setting: codec.settings.count - 1))
            }
            guard let (codec, best) = versions.min(by: { $0.1.bytes < $1.1.bytes }) else { continue }
            var cells = [
                Cell(picture: try Self.part(of: item.image), caption: "original"),
                try cell(codec, codec.settings.count - 1, best, of: item.image, beside: nil),
            ]
            for other in others {
                let setting = try Self.setting(of: other, for: item, atLeast: best.bytes)
                cells.append(
                    try cell(
                        other, setting, other.roundTrip(item, setting: setting), of: item.image, beside: best.bytes))
            }
            rows.append(Row(cells: cells))
        }
    }

    /// The first setting whose file has at least so many bytes, by halving, as files grow with settings; the last one
    /// where none has.
    static func setting(of codec: any ImageCodec, for item: ImageSequence.Item, atLeast bytes: Int) throws -> Int {
        var (low, high) = (0, codec.settings.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if try codec.roundTrip(item, setting: middle).bytes >= bytes { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func cell(
        _ codec: any ImageCodec, _ setting: Int, _ version: (bytes: Int, decoded: PixelImage), of original: PixelImage,
        beside bytes: Int?
    ) throws -> Cell {
        let decibels = try PeakSignalToNoiseRatio.between(MetricImage(original), MetricImage(version.decoded))
        let times = bytes.map { String(format: " (%.1f × the model's)", Double(version.bytes) / Double(max($0, 1))) }
        return Cell(
            picture: try Self.part(of: version.decoded),
            caption: "\(codec.name), \(codec.settings[setting]): \(version.bytes) bytes\(times ?? ""), "
                + (decibels.isFinite ? QualityMetric.psnr.text(decibels) : "exact"))
    }

    /// The middle of a large image, all of a small one at a whole multiple of its size.
    static func part(of image: PixelImage) throws -> PixelImage {
        let part = try image.centreCropped(width: min(image.width, side), height: min(image.height, side))
        let scale = max(1, side / max(part.width, part.height))
        return try PictureGrid(columns: 1, gap: 0, scale: scale).image(of: [part])
    }

    /// All rows as one picture; `nil` without rows.
    ///
    /// - Throws: `ImageError`.
    package func sheet() throws -> PixelImage? {
        guard let first = rows.first else { return nil }
        return try PictureGrid(columns: first.cells.count, gap: 4).image(of: rows.flatMap { $0.cells.map(\.picture) })
    }
}
