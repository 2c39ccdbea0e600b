import Testing

@testable import Figures

@Suite struct TextTableTests {
    private func table() throws -> TextTable {
        try TextTable(
            caption: "Results", columns: [.init("model"), .init("MSE", .right), .init("note", .center)],
            rows: [["HR-VQVAE", "0.1", "a"], ["量化 é", "12.25", "b|c_d"]])
    }

    @Test func alignsTextByTerminalCells() throws {
        #expect(
            try table().text == """
                Results
                model       MSE  note
                ────────  ─────  ─────
                HR-VQVAE    0.1    a
                量化 é    12.25  b|c_d

                """)
        #expect(TextWidth.cells("e\u{301}🙂👩‍👩‍👧ﬁ") == 1 + 2 + 2 + 1)
    }

    @Test func rendersMarkdown() throws {
        #expect(
            try table().markdown == """
                **Results**

                | model | MSE | note |
                | --- | ---: | :---: |
                | HR-VQVAE | 0.1 | a |
                | 量化 é | 12.25 | b\\|c\\_d |

                """)
    }

    @Test func rendersHTML() throws {
        var table = try table()
        try table.append(["<b> & \"c\"", "1\n2", ""])
        let document = try MarkupDocument(table.html)
        #expect(document.elements.first?.name == "table")
        #expect(document.texts("caption") == ["Results"])
        #expect(document.texts("th") == ["model", "MSE", "note"])
        #expect(document.texts("td").suffix(3) == ["<b> & \"c\"", "1\n2", ""])
        #expect(document.elements("td")[1].attributes["style"] == "text-align: right")
        #expect(document.elements("tr").count == 4)
    }

    @Test func rowsStayOneLine() throws {
        let table = try TextTable(columns: [.init("a\r\nb")], rows: [["c\nd\u{1B}[31m"]])
        #expect(table.text == "a b\n───────\nc d [31m\n".replacing("───────", with: "────────"))
        #expect(table.markdown == "| a b |\n| --- |\n| c d \\[31m |\n")
    }

    @Test func refusesRowsOfAnotherLength() throws {
        #expect(throws: FigureError.empty(figure: "c", expected: "at least one column")) {
            try TextTable(caption: "c", columns: [])
        }
        var table = try table()
        #expect(throws: FigureError.wrongCount(figure: "Results", item: "row 3", count: 1, expected: 3)) {
            try table.append(["only"])
        }
        #expect(table.rows.count == 2)
    }
}
