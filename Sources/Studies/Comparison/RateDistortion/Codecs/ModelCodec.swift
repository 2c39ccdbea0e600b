import Bitstream
import Compression
import Files
import Foundation
import Images
import Torch
import Training

/// A trained model's `.hrvq` files, cut off after one layer, after two, …
package final class ModelCodec: ImageCodec {
    /// The run's name and the coding.
    package let name: String
    /// The run's name.
    package let family: String
    /// The size of the model's weights, and of its statistics where they are needed.
    package let sideBytes: Int
    private let compressor: ImageCompressor
    private let mode: CodingMode
    /// The image coded last, as the settings take their part of one file.
    private var latest: (image: PixelImage, file: CompressedImage)?

    init(name: String, _ compressor: ImageCompressor, _ mode: CodingMode, sideBytes: Int = 0) {
        family = name
        self.name = "\(name) (\(mode == .packed ? "packed" : "modelled"))"
        self.compressor = compressor
        self.mode = mode
        self.sideBytes = sideBytes
    }

    /// A run's model with packed codes, and with modelled ones where it has statistics.
    ///
    /// - Throws: As `ImageCompressor.init(folder:device:precision:)` and `ImageCompressor.require(_:)`.
    package static func codecs(
        of run: RateDistortionRun, on device: Device = .cpu, precision: Precision? = nil
    ) throws -> [any ImageCodec] {
        let compressor = try ImageCompressor(folder: run.folder, device: device, precision: precision)
        try compressor.require(nil)
        let modes: [CodingMode] = compressor.statistics == nil ? [.packed] : [.packed, .modelled]
        return modes.map { mode in
            let files = ["model.safetensors"] + (mode == .modelled ? [StatisticsFile.name] : [])
            let sizes = files.map { file in
                let url = run.folder.appendingPathComponent(file).resolvingSymlinksInPath()
                return (try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
            }
            return ModelCodec(name: run.name, compressor, mode, sideBytes: sizes.reduce(0, +))
        }
    }

    /// True.
    package var isModel: Bool { true }
    /// The kind of model.
    package var summary: String { compressor.configuration.title }
    /// "1 of 3 layers" … "all 3 layers".
    package var settings: [String] {
        let count = compressor.layers
        guard count > 1 else { return ["the only layer"] }
        return (1..<count).map { "\($0) of \(count) layers" } + ["all \(count) layers"]
    }

    /// The header and the chunks of the first layers.
    ///
    /// - Throws: `BitstreamError`, `ImageError`, `TorchError`.
    package func encode(_ image: PixelImage, setting: Int) throws -> [UInt8] {
        let file: CompressedImage
        if let latest, latest.image == image {
            file = latest.file
        } else {
            file = try compressor.compress(image, mode: mode)
            latest = (image, file)
        }
        return try file.bytes(layers: setting + 1, limits: compressor.limits)
    }

    /// The picture of the layers that are there.
    ///
    /// - Throws: `BitstreamError`, `ImageError`, `TorchError`.
    package func decode(_ bytes: [UInt8], setting: Int, channels: Int) throws -> PixelImage {
        var pictures: [PixelImage] = []
        let file = try CompressedImage(
            bytes: bytes, layers: setting + 1, limits: compressor.limits, name: name)
        try compressor.decompress(file, name: name) { pictures.append($0) }
        guard let picture = pictures.first else { throw RateDistortionError.noImages(skipped: [Message(name)]) }
        return picture
    }
}
