import Autoencoders
import Bitstream
import Datasets
import Files
import Foundation
import Images
import Latents
import Torch
import Training

/// Pictures to the bytes of `.hrvq` files and back, with one model.
///
///     picture ─► padded, bordered ─► tiles ─► encoder ─► codes ─► bytes
///     picture ◄─ cropped ◄─ tiles ◄─ decoder ◄─ codes of the first layers ◄─ bytes
///
/// Pictures may have any size: the grid that belongs to it is coded whole, tile by tile where it is large.
package struct ImageCompressor {
    /// The model.
    package let model: any Autoencoder
    /// What it was made from.
    package let configuration: RunConfiguration
    /// The statistics of its codes, where there are some.
    package var statistics: ContextStatistics? { (try? foundStatistics.get()) ?? nil }
    /// The name of the model in files.
    package let fingerprint: Fingerprint
    /// The side of the tiles that large pictures are cut into, in pixels.
    package var tile = 512
    /// How large files may become; whoever reads them must allow as much.
    package var limits = CompressedHeader.Limits()
    /// Where the model is.
    package let device: Device
    /// The statistics, or why those of the model's folder are not usable: packed codes do without them.
    private var foundStatistics: Result<ContextStatistics?, any Error>

    /// Takes a loaded model.
    ///
    /// - Throws: `DigestError`, `TorchError`.
    package init(
        _ model: any Autoencoder, _ configuration: RunConfiguration, device: Device,
        statistics: ContextStatistics? = nil
    ) throws {
        self.model = model
        self.configuration = configuration
        self.device = device
        foundStatistics = .success(statistics)
        fingerprint = try Self.fingerprint(ModelFingerprint.of(model, configuration))
    }

    /// Loads a model, and its statistics where its folder holds some. Statistics that are damaged, or of another model
    /// as training on makes them, are an error where they are needed: packed codes do without.
    ///
    /// - Parameters:
    ///   - folder: The folder of a run or of a model.
    ///   - device: Where to compute.
    ///   - precision: Takes the place of the configuration's.
    /// - Throws: `FileError`, `ConfigurationError`, `TorchError`.
    package init(folder: URL, device: Device = .cpu, precision: Precision? = nil) throws {
        let (configuration, model) = try ModelFolder(folder).load(on: device, precision: precision)
        try self.init(model, configuration, device: device)
        let fingerprint = self.fingerprint
        foundStatistics = Result { try Self.statistics(in: folder, of: fingerprint) }
    }

    private static func statistics(in folder: URL, of model: Fingerprint) throws -> ContextStatistics? {
        let url = folder.appendingPathComponent(StatisticsFile.name)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let found = try StatisticsFile.read(url)
        guard found.model == model else {
            throw CompressionError.foreignStatistics(
                path: url.path, file: found.model.description, model: model.description)
        }
        return found
    }

    /// A model's fingerprint as it stands in files: the first 16 bytes.
    static func fingerprint(_ text: String) -> Fingerprint {
        Fingerprint(
            bytes: Fingerprint(hexadecimal: text, count: CompressedHeader.modelBytes)?.bytes ?? [])
    }

    /// How many layers a file has.
    package var layers: Int {
        model.grids(height: model.downsampling, width: model.downsampling).reduce(0) { $0 + $1.branchings.count }
    }

    /// Codes a picture.
    ///
    /// - Parameters:
    ///   - image: The picture, of any size, in the model's channels.
    ///   - mode: How codes become bytes; whatever gives the smaller file if `nil`.
    ///   - name: What errors call the picture.
    /// - Throws: ``CompressionError/noStatistics``, `BitstreamError`, `ImageError`, `TorchError`.
    package func compress(
        _ image: PixelImage, mode: CodingMode? = nil, name: String = "the picture"
    ) throws -> CompressedImage {
        try require(mode)
        try requireRoom(width: image.width, height: image.height, name: name)
        let codes = try encode(image)
        return try compress(codes, width: image.width, height: image.height, mode: mode, name: name)
    }

    /// Codes that are there already.
    ///
    /// - Throws: As ``compress(_:mode:name:)-(PixelImage,_,_)``.
    package func compress(
        _ codes: LayeredCodes, width: Int, height: Int, mode: CodingMode? = nil, name: String = "the picture"
    ) throws -> CompressedImage {
        try require(mode)
        func file(_ statistics: ContextStatistics?) throws -> CompressedImage {
            try CompressedImage(
                codes, width: width, height: height, channels: model.channels, model: fingerprint,
                statistics: statistics, limits: limits, name: name)
        }
        guard let statistics, mode != .packed else { return try file(nil) }
        let modelled = try file(statistics)
        guard mode == nil else { return modelled }
        // A small picture, or one unlike those that the statistics are of, can take more with them than without.
        let packed = try file(nil)
        let (small, plain) = try (modelled.bytes(limits: limits, name: name), packed.bytes(limits: limits, name: name))
        return small.count < plain.count ? modelled : packed
    }

    /// Refuses a coding that the model has nothing for, before any work.
    ///
    /// - Throws: ``CompressionError/noStatistics``,
    ///   ``CompressionError/foreignStatistics(path:file:model:)`` or what reading the statistics threw.
    package func require(_ mode: CodingMode?) throws {
        guard mode != .packed else { return }
        if try foundStatistics.get() == nil, mode == .modelled { throw CompressionError.noStatistics }
    }

    /// Refuses more than one file may hold, before any work.
    ///
    /// - Parameters:
    ///   - images: How many pictures of one size the file is to hold.
    ///   - width: Of a picture, in pixels.
    ///   - height: The same.
    ///   - name: What errors call them.
    /// - Throws: `BitstreamError`.
    package func requireRoom(images: Int = 1, width: Int, height: Int, name: String) throws {
        let header = CompressedHeader(
            mode: .packed, channels: model.channels, width: width, height: height, images: images, model: fingerprint,
            statistics: nil, layers: layers(width: width, height: height))
        try header.check(limits: limits, name: name)
    }

    /// Pictures of a file.
    ///
    /// - Parameters:
    ///   - file: The file, read in full or in part: the layers that were read are decoded.
    ///   - images: Which of the pictures; all if `nil`.
    ///   - name: What errors call the file.
    ///   - body: Receives the pictures one after the other.
    /// - Throws: `BitstreamError`, `ImageError`, `TorchError`, and what `body` throws.
    package func decompress(
        _ file: CompressedImage, images: Range<Int>? = nil, name: String, _ body: (PixelImage) throws -> Void
    ) throws {
        let header = file.header
        try check(header, name: name)
        try require(header.mode == .packed ? .packed : nil)
        let codes = try file.codes(statistics: statistics, name: name)
        let size = paddedSize(width: header.width, height: header.height)
        let grids = model.grids(height: size.height, width: size.width)
        for image in images ?? 0..<header.images {
            try body(
                decode(
                    codes.codes(grids: grids, images: image..<image + 1), layers: file.payloads.count,
                    width: header.width, height: header.height))
        }
    }

    /// Refuses a file whose codes are not this model's.
    ///
    /// - Throws: `BitstreamError/otherModel(name:file:model:)`,
    ///   `BitstreamError/malformed(name:reason:expected:wholeLayers:)`.
    package func check(_ header: CompressedHeader, name: String) throws {
        guard header.model == fingerprint else {
            throw BitstreamError.otherModel(
                name: name, file: header.model.description, model: fingerprint.description)
        }
        let size = paddedSize(width: header.width, height: header.height)
        // A row of pixels is padded to as many rows as the model has pixels a position.
        guard size.width * size.height <= PixelImage.maximumPixels else {
            throw BitstreamError.tooLarge(
                name: name, what: "pixels in the padded picture", found: size.width * size.height,
                allowed: PixelImage.maximumPixels)
        }
        guard header.layers == layers(width: header.width, height: header.height),
            header.channels == model.channels
        else {
            throw BitstreamError.malformed(
                name: name,
                reason: "its layers do not belong to a picture of \(header.width)×\(header.height) pixels",
                expected: "what \(phrase: .compressor) writes", wholeLayers: 0)
        }
    }

    /// The codes of a picture.
    ///
    /// - Throws: `ImageError`, `TorchError`.
    package func encode(_ image: PixelImage) throws -> LayeredCodes {
        let padded = try image.filling(model, border: border).bordered(by: border)
        let grids = model.grids(height: padded.height, width: padded.width)
        let plan = TilePlan(height: padded.height, width: padded.width, side: tile, model: model)
        var targets: [Tensor] = []
        for tile in plan.tiles {
            let part = try padded.cropped(
                x: tile.outerColumns.lowerBound, y: tile.outerRows.lowerBound, width: tile.outerColumns.count,
                height: tile.outerRows.count)
            let codes = try model.encode(
                Pixels.batch(
                    part.pixels, count: 1, height: part.height, width: part.width, channels: part.channels,
                    device: device))
            if plan.tiles.count == 1 { return try LayeredCodes(codes, grids: grids) }
            if targets.isEmpty {
                targets = try grids.map {
                    try Tensor.empty([1, $0.branchings.count, $0.height, $0.width], .int32)
                }
            }
            for (index, grid) in grids.enumerated() {
                let unit = padded.height / grid.height
                try targets[index]
                    .narrowed(axis: 2, tile.rows.relative(to: 0, unit: unit))
                    .narrowed(axis: 3, tile.columns.relative(to: 0, unit: unit))
                    .copyInPlace(
                        from: codes.grids[index].to(.int32).to(.cpu)
                            .narrowed(axis: 2, tile.rows.relative(to: tile.outerRows.lowerBound, unit: unit))
                            .narrowed(axis: 3, tile.columns.relative(to: tile.outerColumns.lowerBound, unit: unit)))
            }
        }
        return try LayeredCodes(Codes(grids: targets, below: grids.map(\.branchings)), grids: grids)
    }

    /// The picture of codes that are known to be this model's.
    ///
    /// - Throws: `ImageError`, `TorchError`.
    package func decode(_ codes: LayeredCodes, width: Int, height: Int) throws -> PixelImage {
        let size = paddedSize(width: width, height: height)
        let grids = model.grids(height: size.height, width: size.width)
        return try decode(codes.codes(grids: grids), layers: codes.values.count, width: width, height: height)
    }

    /// The layers of a picture's codes.
    ///
    /// - Throws: `ImageError` where no picture has such a size.
    package func layers(ofWidth width: Int, height: Int) throws -> [CodeLayer] {
        guard width > 0, height > 0 else {
            throw ImageError.impossible(
                operation: "decode codes", reason: "they are of a picture of \(width)×\(height) pixels",
                expected: "positive sides")
        }
        try PixelImage.checkSize(width: width, height: height, name: "the codes")
        return layers(width: width, height: height)
    }

    /// The picture of codes.
    private func decode(_ codes: Codes, layers: Int, width: Int, height: Int) throws -> PixelImage {
        let size = paddedSize(width: width, height: height)
        let grids = model.grids(height: size.height, width: size.width)
        let plan = TilePlan(height: size.height, width: size.width, side: tile, model: model)
        let rowBytes = size.width * model.channels
        var pixels = [UInt8](repeating: 0, count: size.height * rowBytes)
        for tile in plan.tiles {
            let part = Codes(
                grids: try zip(codes.grids, grids).map { tensor, grid in
                    let unit = size.height / grid.height
                    return try tensor.narrowed(axis: 2, tile.outerRows.relative(to: 0, unit: unit))
                        .narrowed(axis: 3, tile.outerColumns.relative(to: 0, unit: unit)).contiguous()
                }, below: codes.branchings)
            let bytes = try Pixels.bytes(model.decode(part, layers: layers))
            let columns = tile.columns.relative(to: tile.outerColumns.lowerBound)
            for row in tile.rows {
                let source =
                    ((row - tile.outerRows.lowerBound) * tile.outerColumns.count + columns.lowerBound)
                    * model.channels
                let target = row * rowBytes + tile.columns.lowerBound * model.channels
                let count = columns.count * model.channels
                pixels.replaceSubrange(target..<target + count, with: bytes[source..<source + count])
            }
        }
        return try PixelImage(width: size.width, height: size.height, channels: model.channels, pixels: pixels)
            .cropped(x: border, y: border, width: width, height: height)
    }

    /// The black border that the model was trained with.
    private var border: Int { configuration.data.padding }

    /// The layers of a picture's file.
    private func layers(width: Int, height: Int) -> [CodeLayer] {
        let size = paddedSize(width: width, height: height)
        return model.grids(height: size.height, width: size.width).flatMap(\.layers)
    }

    private func paddedSize(width: Int, height: Int) -> (height: Int, width: Int) {
        func padded(_ side: Int) -> Int {
            (side + 2 * border + model.downsampling - 1) / model.downsampling * model.downsampling
        }
        return (padded(height), padded(width))
    }
}

extension ImageCompressor {
    /// The codes of a data set's images.
    ///
    /// - Parameters:
    ///   - dataset: The images, in the size that the model was trained with.
    ///   - limit: Only so many, spread over the data set; all if `nil`.
    ///   - progress: Told how many images are done and how many there are.
    /// - Returns: The codes, and the images that were skipped with the reason.
    /// - Throws: `DatasetError`, `TorchError`.
    package func encode(
        _ dataset: any ImageDataset, limit: Int? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> (codes: LayeredCodes, skipped: [Message]) {
        let (codes, skipped) = try Tokenizer(model: model, configuration: configuration, device: device)
            .codes(dataset, limit: limit, progress: progress)
        return (try LayeredCodes(codes.codes, grids: codes.space.grids), skipped)
    }
}
