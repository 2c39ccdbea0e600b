import Testing

@testable import Figures

@Suite struct WideTableTests {
    private func table() throws -> TextTable {
        var table = try TextTable(
            columns: [.init("figure")] + (1...6).map { .init("column \($0)", .right) })
        try table.append(["error"] + (1...6).map { "0.12345\($0)" }, emphasized: [3])
        return table
    }

    @Test("A table that is too wide goes on in blocks that repeat the names of rows")
    func blocks() throws {
        #expect(
            try table().text(width: 40) == """
                figure  column 1  column 2  column 3
                ──────  ────────  ────────  ─────────
                error   0.123451  0.123452  0.123453*

                figure  column 4  column 5  column 6
                ──────  ────────  ────────  ────────
                error   0.123454  0.123455  0.123456

                """)
    }

    @Test("Texts wider than a line go on in the next one")
    func wrapping() throws {
        let word = String(repeating: "x", count: 50)
        let table = try TextTable(columns: [.init("a"), .init("b")], rows: [["name", "two words " + word]])
        let lines = table.text(width: 40).split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { TextWidth.cells($0) <= 40 })
        #expect(lines.joined().filter { $0 == "x" }.count == 50)
    }

    @Test("On a page each text of a wide table carries its column's header, for narrow screens")
    func labels() throws {
        let html = try table().html
        let document = try MarkupDocument(html)
        #expect(document.elements("td")[3].attributes["data-label"] == "column 3")
        #expect(document.elements("td")[0].attributes["data-label"] == nil)
        #expect(document.elements("table")[0].attributes["class"] == "wide")
        #expect(HTMLPage.styleSheet.contains(".wide td[data-label]::before"))
        #expect(try table().markdown.contains("| **0.123453** |"))
    }
}
