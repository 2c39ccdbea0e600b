import Foundation
import Testing

@testable import Figures

@Suite struct HTMLPageTests {
    private let pixel = Data(
        base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")

    private func page() throws -> HTMLPage {
        let chart = LineChart(title: "t", x: Axis("x"), y: Axis("y"), series: [.init("a & b", [(0, 1), (1, 2)])])
        let png = try #require(pixel)
        return HTMLPage(
            title: "A <title> & more", subtitle: "sub \"title\"",
            blocks: [
                .heading("Heading <1>"), .subheading("Sub & heading"), .paragraph("Text </p><script>alert(1)</script>"),
                .preformatted("hrvq train --set a=b > \"log\" && echo\n  done"),
                .table(try TextTable(caption: "c", columns: [.init("h")], rows: [["<td>"]])),
                .figure(svg: "<?xml version=\"1.0\"?>\n" + (try chart.svg()), caption: "Figure <1>"),
                .sideBySide([
                    .picture(try PagePicture(png: png, caption: "one \"&\" two")), .paragraph("beside"),
                ]),
            ])
    }

    @Test func isWellFormedAndEscaped() throws {
        let text = try page().html()
        let document = try MarkupDocument(text)
        #expect(text.hasPrefix("<!DOCTYPE html>\n<html "))
        #expect(document.texts("title") == ["A <title> & more", "t"])
        #expect(document.texts("h1") == ["A <title> & more"])
        #expect(document.texts("h2") == ["Heading <1>"])
        #expect(document.texts("h3") == ["Sub & heading"])
        #expect(document.texts("p") == ["sub \"title\"", "Text </p><script>alert(1)</script>", "beside"])
        #expect(document.texts("code") == ["hrvq train --set a=b > \"log\" && echo\n  done"])
        #expect(document.texts("td") == ["<td>"])
        #expect(document.texts("figcaption") == ["Figure <1>", "one \"&\" two"])
        #expect(document.elements("img").first?.attributes["alt"] == "one \"&\" two")
        #expect(try page().html() == text)
    }

    @Test func needsNothingElse() throws {
        let document = try MarkupDocument(page().html())
        for name in ["script", "link", "iframe", "object"] { #expect(document.elements(name).isEmpty) }
        for element in document.elements {
            for name in ["src", "href", "xlink:href"] {
                if let value = element.attributes[name] { #expect(value.hasPrefix("data:image/png;base64,")) }
            }
        }
        let style = try #require(document.texts("style").first)
        #expect(!style.contains("url(") && !style.contains("@import") && !style.contains("http"))
        for part in ["@media print", "prefers-color-scheme: dark", "overflow-x: auto", "max-width: 100%", "pixelated"] {
            #expect(style.contains(part))
        }
        #expect(document.elements("meta").contains { $0.attributes["name"] == "viewport" })
    }

    @Test func embedsPictures() throws {
        let png = try #require(pixel)
        let picture = try PagePicture(png: png, caption: "dot")
        #expect(picture.width == 1 && picture.height == 1 && picture.enlargement == 8)
        let image = try #require(try MarkupDocument(picture.html).elements.first)
        #expect(image.attributes["class"] == "pixels")
        #expect(image.attributes["width"] == "8")
        let source = try #require(image.attributes["src"]?.dropFirst("data:image/png;base64,".count))
        #expect(Data(base64Encoded: String(source)) == png)
        // A slice does not start at index 0.
        #expect(try PagePicture(png: (Data([1, 2]) + png).dropFirst(2)).width == 1)
    }

    @Test func galleriesKeepPicturesAtTheirSize() throws {
        let png = try #require(pixel)
        let pictures = try ["one", "two"].map { try PagePicture(png: png, caption: $0) }
        let document = try MarkupDocument(HTMLPage(title: "t", blocks: [.gallery(pictures)]).html())
        #expect(document.elements("img").map { $0.attributes["width"] } == ["1", "1"])
        #expect(document.texts("figcaption") == ["one", "two"])
        #expect(document.elements("div").contains { $0.attributes["class"] == "gallery" })
    }

    @Test func refusesWhatIsNoPNG() {
        #expect(throws: FigureError.notPNG(caption: "c", reason: "there are 3 of them")) {
            try PagePicture(png: Data([1, 2, 3]), caption: "c")
        }
        #expect(
            throws: FigureError.notPNG(caption: "c", reason: "they do not begin with its signature and header")
        ) { try PagePicture(png: Data(count: 100), caption: "c") }
    }

    @Test func showsTextThatIsNoDrawing() throws {
        let page = HTMLPage(title: "t", blocks: [.figure(svg: "not <a> drawing", caption: "")])
        #expect(try MarkupDocument(page.html()).texts("pre") == ["not <a> drawing"])
    }

    @Test func writesAFile() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("page-\(UUID().uuidString).html")
        defer { try? FileManager.default.removeItem(at: file) }
        try page().write(to: file)
        #expect(try String(contentsOf: file, encoding: .utf8) == page().html())
    }
}
