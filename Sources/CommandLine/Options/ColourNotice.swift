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
            URL(fileURLWithPath: path), remedy: "check the path of the image", limit: FileReader.pictureLimit)
        return try decode([UInt8](data), channels: channels, name: path)
    }

    /// Reads a picture in a model's size.
    ///
    /// - Throws: As `PixelImage.readFitted(_:channels:width:height:origin:)`.
    func readFitted(_ path: String, channels: Int, width: Int, height: Int) throws -> PixelImage {
        try PixelImage.readFitted(
            path, channels: channels, width: width, height: height, losingColour: isSilent ? nil : { self.tell(path) })
    }

    private func tell(_ name: String) {
        isSilent = true
        printError("\(name: name) is colour; the model is grey, so it is converted, as are other colour pictures")
    }
}
