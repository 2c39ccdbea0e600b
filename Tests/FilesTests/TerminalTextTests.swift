import Testing

@testable import Files

@Suite("Text for terminals")
struct TerminalTextTests {
    @Test(
        "What a terminal would obey is shown as an escape",
        arguments: [
            ("\u{1B}[31mred", "\\x1b[31mred"), ("a\u{7}", "a\\x07"), ("a\rb", "a\\rb"), ("\u{7F}", "\\x7f"),
            ("\u{9B}2J", "\\u{9b}2J"), ("abc\u{202E}gpj.exe", "abc\\u{202e}gpj.exe"), ("\u{2066}x", "\\u{2066}x"),
            ("a\u{2028}b", "a\\u{2028}b"), ("a\u{200B}b", "a\\u{200b}b"), ("\0", "\\x00"),
        ])
    func escapes(_ text: String, _ shown: String) {
        #expect(TerminalText.visible(text) == shown)
        #expect(TerminalText.name(text) == shown)
    }

    @Test("A name stays on its line, and texts keep their lines")
    func lines() {
        #expect(TerminalText.name("a\nerror: b\tc") == "a\\nerror: b\\tc")
        #expect(TerminalText.name("a\r\nb") == "a\\r\\nb")
        #expect(TerminalText.visible("a\n  - b\tc") == "a\n  - b\tc")
        let error = FileError.missing(path: "x\nerror: y\u{1B}[2J", remedy: "check the path")
        #expect(error.description == "x\\nerror: y\\x1b[2J: no such file or folder; check the path")
    }

    @Test(
        "Names of all languages, and of emoji, stay what they are",
        arguments: ["Straße.png", "猫/犬", "می‌خواهم", "👩‍🚀", "e\u{301}", "עברית", "a b'c\"d\\e"])
    func plain(_ text: String) {
        #expect(TerminalText.name(text) == text)
        #expect(TerminalText.visible(text) == text)
    }
}
