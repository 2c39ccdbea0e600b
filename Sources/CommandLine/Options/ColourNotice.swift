import Files
import Foundation
import HRVQ

/// Says once that colour pictures lose their colours because the model is grey.
final class ColourNotice {
    private var isSilent: Bool

    init(quiet: Bool = false) { isSilent = quiet }

    /// Decodes a picture for a model.
    ///
    /// - Throws: As `PixelImage.decode(_:channels:name:)`.
    func decode(_ bytes: [UInt8], channels: Int, name: String) throws -> PixelImage {
        guard channels == 1, !isSilent else { return try PixelImage.decode(bytes, channels: channels, name: name) }
        let image = try PixelImage.decode(bytes, channels: 3, name: name)
        if image.isColour { tell(name) }
        return image.converted(toChannels: channels)
    }

    /// Reads a picture for a model.
    ///
    /// - Throws: As `PixelImage.read(_:channels:)`.
    func read(_ path: String, channels: Int) throws -> PixelImage {
        let data = try FileReader.read(
            URL(fileURLWithPath: path), cure: "check the path of the image", limit: FileReader.pictureLimit)
        return try decode([UInt8](data), channels: channels, name: path)
    }

    /// Looks at a picture that is decoded elsewhere, in other ways.
    ///
    /// - Throws: As `PixelImage.read(_:channels:)`.
    func check(_ path: String, channels: Int) throws {
        if channels == 1, !isSilent { _ = try read(path, channels: channels) }
    }

    private func tell(_ name: String) {
        isSilent = true
        printError("\(name: name) is colour; the model is grey, so it is converted, as are other colour pictures")
    }
}
