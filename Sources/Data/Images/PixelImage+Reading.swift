import Files
import Foundation

extension PixelImage {
    /// Reads a JPEG, PNG, WebP or PPM file; see ``decode(_:channels:name:)``.
    ///
    /// - Throws: `FileError` when the file is missing or cannot be read; ``ImageError`` when its content cannot.
    public static func read(_ path: String, channels: Int) throws -> PixelImage {
        let data = try FileReader.read(
            URL(fileURLWithPath: path), remedy: "check the path of the image", limit: FileReader.pictureLimit)
        return try decode([UInt8](data), channels: channels, name: path)
    }

    /// Decodes the bytes of a JPEG, PNG, WebP or PPM file; the format is found from the first bytes.
    ///
    /// JPEG: grey, YCbCr, RGB, CMYK and YCCK of 8 bits, with any sampling, sequential or progressive. PNG: every colour
    /// type and depth; of 16-bit samples the high byte. WebP: lossy and lossless. Of an animation the first frame is
    /// read. PPM and PGM: of bytes, with any maximum up to 255. Pictures are turned upright by the orientation in their EXIF or XMP metadata. Transparency is composited
    /// on white. Colour profiles and gamma are not applied. With one channel, colour becomes ITU-R 601 luma; with
    /// three, grey is repeated.
    ///
    /// A JPEG whose pixels are all there is read, whatever the library warns of (a missing end mark, bytes between
    /// segments, a wrong scan header); one that lacks some is refused, as are cut-off files of the other formats.
    ///
    /// The pixels are those of Pillow 13's `ImageOps.exif_transpose(Image.open(f))`, then `Image.alpha_composite` over
    /// white, then `convert("L")` or `convert("RGB")`, except in two kinds of PNG, in which Pillow does not follow the
    /// specification and this function does:
    ///
    /// - Grey of 16 bits: `convert` clips it at 255 instead of scaling it.
    /// - Grey of 2, 4 or 16 bits or RGB of 16 bits with a transparent colour (`tRNS`): Pillow looks for that colour
    ///   among samples that it has scaled already.
    ///
    /// Metadata that cannot be read are passed over; Pillow raises an error for some of them.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - channels: 1 or 3.
    ///   - name: What errors call the bytes.
    /// - Throws: ``ImageError``. The header's sizes are checked before memory is taken for the pixels.
    public static func decode(_ bytes: [UInt8], channels: Int, name: String) throws -> PixelImage {
        try decodeReduced(bytes, channels: channels, name: name, toCover: nil).image
    }

    /// Decodes, and lets the decoder shrink a picture that is to be scaled to cover a size.
    static func decodeReduced(
        _ bytes: [UInt8], channels: Int, name: String, toCover target: (width: Int, height: Int)?
    ) throws -> (image: PixelImage, reduction: Reduction?) {
        guard channels == 1 || channels == 3 else {
            throw ImageError.impossible(
                operation: "decode \(name)", reason: "\(channels) channels were asked for", expected: "1 or 3")
        }
        let pixels: DecodedPixels
        switch ImageFormat(magic: bytes) {
        case .jpeg: pixels = try JPEGDecoder(bytes: bytes, name: name, target: target).decode()
        case .png: pixels = try PNGDecoder(bytes: bytes, name: name).decode()
        case .webP: pixels = try WebPDecoder(bytes: bytes, name: name).decode()
        case .ppm: pixels = try PPMDecoder(bytes: bytes, name: name).decode()
        case nil:
            let start = bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            throw ImageError.unknownFormat(
                name: name, reason: bytes.isEmpty ? "it is empty" : "it starts with the bytes \(start)")
        }
        return (pixels.flattened(channels: channels), pixels.reduction)
    }
}
