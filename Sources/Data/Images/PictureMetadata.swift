/// What the metadata of a picture say of its orientation, whatever file they came in.
///
/// Each decoder collects the blocks of its own format; what they mean is decided here, as Pillow's
/// `ImageOps.exif_transpose` decides: the orientation of the EXIF block counts, and only where it has none, that of the
/// XMP packet. A block that cannot be read counts as absent.
package struct PictureMetadata {
    /// The EXIF block: a TIFF structure, with or without the name `Exif\0\0` before it.
    package var exif: [UInt8]?
    /// The XMP packet: XML text.
    package var xmp: [UInt8]?

    package init(exif: [UInt8]? = nil, xmp: [UInt8]? = nil) {
        self.exif = exif
        self.xmp = xmp
    }

    /// How the picture is to be turned; as it is where the metadata do not say, or say something that has no meaning.
    package var orientation: Orientation {
        let value = exif.flatMap(EXIFBlock.orientation) ?? xmp.flatMap(XMPPacket.orientation) ?? 1
        return Orientation(exif: (1...8).contains(value) ? value : 1)
    }
}

/// The text of an XMP packet.
enum XMPPacket {
    /// The digit of the first `tiff:Orientation="6"` (an attribute) or `<tiff:Orientation>6` (an element).
    static func orientation(_ packet: [UInt8]) -> Int? {
        let name = Array("tiff:Orientation".utf8)
        return packet.withUnsafeBufferPointer { text in
            var start = 0
            while start + name.count + 2 <= text.count {
                defer { start += 1 }
                guard text[start] == name[0], text[start..<(start + name.count)].elementsEqual(name) else { continue }
                var position = start + name.count
                if text[position] == UInt8(ascii: "=") { position += 1 }
                let opening = UInt8(ascii: position == start + name.count ? ">" : "\"")
                guard position + 1 < text.count, text[position] == opening,
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position + 1])
                else { continue }
                return Int(text[position + 1] - UInt8(ascii: "0"))
            }
            return nil
        }
    }
}
