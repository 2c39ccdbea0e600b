import Testing

@testable import HRVQCommands

@Suite("Counters of commands")
struct ProgressCounterTests {
    private final class Screen {
        var text: [String] = []
        var now = 0.0
    }

    private func counter(_ screen: Screen, rewrites: Bool, width: Int) -> ProgressCounter {
        ProgressCounter(
            "evaluating", quiet: false, isTerminal: true, rewrites: rewrites, width: { width }, clock: { screen.now },
            sink: { screen.text.append($0) })
    }

    @Test("A line fits the terminal, and the count stays when there is no room for words", arguments: [5, 12, 30, 80])
    func width(_ width: Int) {
        let screen = Screen()
        counter(screen, rewrites: true, width: width).show(640, of: 10000, "a model of a long name: ")
        let line = screen.text[0].dropFirst().dropLast("\u{1B}[K".count)
        #expect(line.count < width)
        #expect(line.hasSuffix(width == 5 ? "640/" : "640/10000"))
    }

    @Test("A terminal that cannot rewrite a line gets plain lines, and not many")
    func dumb() {
        let screen = Screen()
        let counter = counter(screen, rewrites: false, width: 80)
        for done in 1...120 {
            screen.now = Double(done) / 10
            counter.show(done, of: 120)
        }
        counter.finish()
        #expect(screen.text == ["evaluating 50/120\n", "evaluating 100/120\n"])
    }
}
