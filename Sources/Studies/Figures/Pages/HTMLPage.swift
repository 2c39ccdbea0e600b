import Files
import Foundation

/// A report as one HTML file that needs no other: no script, no style sheet, no font, no picture from elsewhere.
///
/// It reads on a desk, on a phone and on paper, in light and dark colours; figures and pictures stay on white ground.
/// The markup is well-formed XML too. The same page gives the same text.
package struct HTMLPage: Sendable, Equatable {
    /// A part of the page.
    package indirect enum Block: Sendable, Equatable {
        /// A heading of the first level below the page's title.
        case heading(String)
        /// A heading one level below `heading`.
        case subheading(String)
        /// Running text.
        case paragraph(String)
        /// A command or a program's output, in a font of fixed width with its line breaks.
        case preformatted(String)
        /// A table with its own caption.
        case table(TextTable)
        /// What ``Figure/svg()`` gave, and a text below it; empty for none. The drawing is put in as it is.
        case figure(svg: String, caption: String)
        /// A picture with its own caption.
        case picture(PagePicture)
        /// Blocks beside each other where there is room, below each other where there is not.
        case sideBySide([Block])
        /// Small pictures of one size to compare, as many beside each other as fit; at most 192 pixels wide, so that no
        /// pixel is lost on a desk.
        case gallery([PagePicture])
    }

    /// The title, on the page and in the window's frame.
    package var title: String
    /// The text below the title; empty for none.
    package var subtitle: String
    /// The parts of the page, from top to bottom.
    package var blocks: [Block]
    /// The language of the texts as an IETF tag, such as "en": for hyphenation and for reading aloud.
    package var language: String

    /// A page.
    package init(title: String, subtitle: String = "", blocks: [Block] = [], language: String = "en") {
        self.title = title
        self.subtitle = subtitle
        self.blocks = blocks
        self.language = language
    }

    /// The whole file. Every text in it is escaped.
    package func html() -> String {
        var page = "<!DOCTYPE html>\n"
        page += "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"\(XMLText.escaped(language))\">\n<head>\n"
        page += "<meta charset=\"utf-8\" />\n"
        page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n"
        page += "<meta name=\"color-scheme\" content=\"light dark\" />\n"
        page += "<title>\(XMLText.escaped(title))</title>\n<style>\n\(Self.styleSheet)</style>\n</head>\n<body>\n"
        page += "<header>\n<h1>\(XMLText.escaped(title))</h1>\n"
        if !subtitle.isEmpty { page += "<p class=\"subtitle\">\(XMLText.escaped(subtitle))</p>\n" }
        page += "</header>\n<main>\n"
        for block in blocks { page += Self.html(of: block) }
        return page + "</main>\n</body>\n</html>\n"
    }

    /// Writes ``html()`` to a file, whole or not at all.
    ///
    /// - Throws: `FileError.unwritable(path:reason:)`.
    package func write(to url: URL) throws { try AtomicFile.write(html(), to: url) }

    private static func html(of block: Block) -> String {
        switch block {
        case .heading(let text): "<h2>\(XMLText.escaped(text))</h2>\n"
        case .subheading(let text): "<h3>\(XMLText.escaped(text))</h3>\n"
        case .paragraph(let text): "<p>\(XMLText.escaped(text))</p>\n"
        case .preformatted(let text): "<pre tabindex=\"0\"><code>\(XMLText.escaped(text))</code></pre>\n"
        case .table(let table): "<div class=\"table\" tabindex=\"0\">\n\(table.html)\n</div>\n"
        case .figure(let svg, let caption): figure(drawing(svg), caption: caption)
        case .picture(let picture): figure(picture.html, caption: picture.caption)
        case .sideBySide(let blocks):
            "<div class=\"beside\">\n"
                + blocks.map { "<div>\n" + html(of: $0) + "</div>\n" }.joined() + "</div>\n"
        case .gallery(let pictures):
            "<div class=\"gallery\">\n"
                + pictures.map { figure($0.html(enlargement: 1), caption: $0.caption) }.joined() + "</div>\n"
        }
    }

    private static func figure(_ content: String, caption: String) -> String {
        "<figure>\n<div class=\"ground\">\n\(content)\n</div>\n"
            + (caption.isEmpty ? "" : "<figcaption>\(XMLText.escaped(caption))</figcaption>\n") + "</figure>\n"
    }

    /// The drawing from its first tag on: an XML declaration may only stand at the start of a file.
    private static func drawing(_ svg: String) -> String {
        guard let start = svg.range(of: "<svg"), let end = svg.range(of: "</svg>", options: .backwards),
            start.lowerBound < end.lowerBound
        else { return "<pre>\(XMLText.escaped(svg))</pre>" }
        return String(svg[start.lowerBound..<end.upperBound])
    }
}
