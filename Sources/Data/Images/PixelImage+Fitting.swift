import Files
import Foundation

extension PixelImage {
    /// The image scaled to the smallest size that covers a shape, its aspect ratio kept, then cropped to it.
    ///
    /// - Parameters:
    ///   - width: Pixels across.
    ///   - height: Pixels down.
    ///   - origin: The upper left pixel of the part, for a picture so many pixels too wide and too high; the middle if
    ///     not given, as torchvision's `CenterCrop` has it.
    /// - Throws: ``ImageError``.
    package func fitted(
        width: Int, height: Int,
        origin: (_ spareWidth: Int, _ spareHeight: Int) -> (x: Int, y: Int) = Self.centre
    ) throws -> PixelImage {
        try fitted(width: width, height: height, nil, origin)
    }

    /// Reads a file, and scales and crops it as ``fitted(width:height:origin:)`` does.
    ///
    /// A JPEG at least four times as large as asked for is decoded at a half, a quarter or an eighth of its size, at
    /// least twice as large as asked for, which takes a fraction of the time: Pillow's `Image.draft`, then
    /// `Image.resize` with its box.
    ///
    /// - Parameters:
    ///   - path: A JPEG, PNG, WebP or PPM file.
    ///   - channels: 1 or 3.
    ///   - width: Pixels across.
    ///   - height: Pixels down.
    ///   - origin: As there.
    /// - Throws: As ``read(_:channels:)``; `FileError.malformed` for a picture that would be scaled beyond
    ///   ``maximumPixels``.
    package static func readFitted(
        _ path: String, channels: Int, width: Int, height: Int,
        origin: (_ spareWidth: Int, _ spareHeight: Int) -> (x: Int, y: Int) = Self.centre
    ) throws -> PixelImage {
        try readFitted(path, channels: channels, width: width, height: height, origin: origin, losingColour: nil)
    }

    /// The same; see ``readFitted(_:channels:width:height:origin:)``.
    ///
    /// - Parameter losingColour: Called where a colour picture becomes grey; `nil` saves looking for colour.
    package static func readFitted(
        _ path: String, channels: Int, width: Int, height: Int,
        origin: (_ spareWidth: Int, _ spareHeight: Int) -> (x: Int, y: Int) = Self.centre, losingColour: (() -> Void)?
    ) throws -> PixelImage {
        let data = try FileReader.read(
            URL(fileURLWithPath: path), remedy: "check the path of the image", limit: FileReader.pictureLimit)
        return try decodeFitted(
            [UInt8](data), name: path, channels: channels, width: width, height: height, origin: origin,
            losingColour: losingColour)
    }

    /// Decodes a file's bytes, and scales and crops as ``readFitted(_:channels:width:height:origin:)`` does.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: What errors call the bytes.
    package static func decodeFitted(
        _ bytes: [UInt8], name: String, channels: Int, width: Int, height: Int,
        origin: (_ spareWidth: Int, _ spareHeight: Int) -> (x: Int, y: Int) = Self.centre,
        losingColour: (() -> Void)? = nil
    ) throws -> PixelImage {
        let looks = channels == 1 && losingColour != nil
        var (image, reduction) = try decodeReduced(
            bytes, channels: looks ? 3 : channels, name: name, toCover: (width, height))
        if looks {
            if image.isColour { losingColour?() }
            image = image.converted(toChannels: channels)
        }
        do {
            return try image.fitted(width: width, height: height, reduction, origin)
        } catch let error as ImageError {
            guard case .tooLarge = error else { throw error }
            // A picture a thousand times wider than high would be scaled to more pixels than any may have.
            throw FileError.malformed(path: name, reason: "\(error)", expected: "a picture of a usual aspect ratio")
        }
    }

    /// The upper left pixel of the part in the middle, for a picture so many pixels too wide and too high.
    ///
    /// Half of the spare pixels lie before the part; of an odd number, the even one of the two numbers next to the
    /// half: torchvision's `CenterCrop`, `int(round(spare / 2.0))`.
    package static func centre(spareWidth: Int, spareHeight: Int) -> (x: Int, y: Int) {
        (centreOffset(spare: spareWidth), centreOffset(spare: spareHeight))
    }

    private func fitted(
        width: Int, height: Int, _ reduction: Reduction?,
        _ origin: (_ spareWidth: Int, _ spareHeight: Int) -> (x: Int, y: Int)
    ) throws -> PixelImage {
        let scaled: PixelImage
        if let reduction {
            let size = try Self.sizeToCover(
                width: width, height: height, of: (reduction.wholeWidth, reduction.wholeHeight))
            scaled = try resized(reduction.region, width: size.width, height: size.height, filter: .bicubic)
        } else {
            scaled = try resizedToCover(width: width, height: height)
        }
        let place = origin(scaled.width - width, scaled.height - height)
        return try scaled.cropped(x: place.x, y: place.y, width: width, height: height)
    }
}
