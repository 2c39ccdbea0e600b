import Testing

@testable import Figures

@Suite struct NumberTextTests {
    @Test func readsAsPeopleWrite() {
        #expect(NumberText.fixed(-1234.5, decimals: 2) == "−1,234.50")
        #expect(NumberText.fixed(-0.001, decimals: 1) == "0.0")
        #expect(NumberText.significant(0.012345, digits: 3) == "0.0123")
        #expect(NumberText.significant(9.999, digits: 3) == "10.0")
        #expect(NumberText.significant(12_345, digits: 3) == "12,345")
        #expect(NumberText.significant(1.5e-7, digits: 2) == "1.5×10⁻⁷")
        #expect(NumberText.significant(-2.25e12, digits: 3) == "−2.25×10¹²")
        #expect(NumberText.significant(.nan, digits: 3) == "n/a")
        #expect(NumberText.count(32_768) == "32,768")
    }

    @Test func coordinatesAreShort() {
        #expect(SVGCanvas.number(1.5) == "1.5")
        #expect(SVGCanvas.number(-0.049) == "-0.05")
        #expect(SVGCanvas.number(-0.001) == "0")
        #expect(SVGCanvas.number(12.34567) == "12.35")
        #expect(SVGCanvas.number(.infinity) == "1000000")
        #expect(SVGCanvas.number(.nan) == "0")
    }

    @Test func breaksLines() {
        let lines = TextWidth.lines("one two three four", size: 10, width: 60)
        #expect(lines.joined(separator: " ") == "one two three four" && lines.count > 1)
        let word = TextWidth.lines(String(repeating: "x", count: 50), size: 10, width: 60)
        #expect(word.joined() == String(repeating: "x", count: 50))
        #expect(word.allSatisfy { TextWidth.pixels($0, size: 10) <= 60 })
        let cut = TextWidth.lines("one two three four five six", size: 10, width: 60, maximumLines: 2)
        #expect(cut.count == 2 && cut[1].hasSuffix("…"))
        #expect(TextWidth.lines("", size: 10, width: 60).isEmpty)
    }
}
