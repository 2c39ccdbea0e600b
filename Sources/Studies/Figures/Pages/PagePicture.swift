import Foundation

/// A PNG picture inside of a page.
package struct PagePicture: Sendable, Equatable {
    /// The file's bytes.
    package let png: Data
    /// The text below the picture, which is also read out in its place; empty for none.
    package let caption: String
    /// Pixels across, from the file's header.
    package let width: Int
    /// Pixels down, from the file's header.
    package let height: Int

    /// A picture.
    ///
    /// Only the header is looked at: signature, and a width and height that are not zero.
    ///
    /// - Throws: ``FigureError/notPNG(caption:reason:)``.
    package init(png: Data, caption: String = "") throws {
        let header = [UInt8](png.prefix(24))
        guard header.count == 24 else {
            throw FigureError.notPNG(caption: caption, reason: "there are \(png.count) of them")
        }
        guard Array(header[0..<8]) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],
            Array(header[12..<16]) == Array("IHDR".utf8)
        else {
            throw FigureError.notPNG(caption: caption, reason: "they do not begin with its signature and header")
        }
        width = header[16..<20].reduce(0) { $0 << 8 | Int($1) }
        height = header[20..<24].reduce(0) { $0 << 8 | Int($1) }
        guard width > 0, height > 0, width <= Int32.max, height <= Int32.max else {
            throw FigureError.notPNG(caption: caption, reason: "the header tells a size of \(width) by \(height)")
        }
        self.png = png
        self.caption = caption
    }

    /// How many times each pixel is repeated in both directions, so that small pictures are seen: 1 to 8.
    var enlargement: Int { min(max(320 / max(width, height), 1), 8) }

    /// The `img` element, so large that small pictures are seen.
    var html: String { html(enlargement: enlargement) }

    /// The `img` element. Small pictures keep their pixels sharp; large ones are smoothed where they are made smaller.
    func html(enlargement: Int) -> String {
        let style = max(width, height) <= 320 ? " class=\"pixels\"" : ""
        return "<img\(style) src=\"data:image/png;base64,\(png.base64EncodedString())\""
            + " width=\"\(width * enlargement)\" height=\"\(height * enlargement)\""
            + " alt=\"\(XMLText.escaped(caption))\" />"
    }
}
