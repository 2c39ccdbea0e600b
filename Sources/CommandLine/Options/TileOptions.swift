import ArgumentParser
import Compression
import Foundation
import HRVQ

/// How large pictures are cut.
struct TileOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Side of the tiles that large images are cut into.", valueName: "pixels"))
    var tile = 512

    func validate() throws {
        if !(16...16384).contains(tile) { throw ValidationError("--tile is \(tile); it must be 16 to 16384") }
    }

    /// Loads a model for compressing pictures.
    func compressor(_ model: ModelOptions) throws -> ImageCompressor {
        let device = try model.engine.prepare()
        var compressor = try ImageCompressor(
            folder: URL(fileURLWithPath: model.run), device: device, precision: model.precision)
        compressor.tile = tile
        return compressor
    }
}
