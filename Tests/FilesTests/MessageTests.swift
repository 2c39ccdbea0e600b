import Foundation
import Testing

@testable import Files

@Suite("Messages and their wording")
struct MessageTests {
    private let shell = Wording { phrase in
        switch phrase {
        case .output: "--output"
        case .override(let text): "--set \(text)"
        default: "?"
        }
    }

    @Test("A message is worded by whoever shows it, through other messages and lists of them")
    func wording() {
        let inner: Message = "choose another \(phrase: .output)"
        let outer: Message = "\(name: "a\nb"): \(2) files; \(inner)" + ", or none"
        #expect(outer.description == "a\\nb: 2 files; choose another output folder, or none")
        #expect(outer.text(in: shell) == "a\\nb: 2 files; choose another --output, or none")
        let list = Listing.message([inner, inner, inner], limit: 2, separator: "\n")
        #expect(list.text(in: shell) == "choose another --output\nchoose another --output\n  and 1 more")
        #expect(list == Listing.message([inner, inner, inner], limit: 2, separator: "\n"))
        #expect(outer.isWorded && !Message("choose another").isWorded)
    }

    @Test("An error that holds what another one says is worded throughout")
    func nested() {
        let memory = MemoryError(use: "a picture", needed: 2, available: 1, remedy: "scale it down")
        let outer = FileError.missing(path: "a", remedy: Message(memory))
        #expect(outer.description.hasSuffix("scale it down, or free some memory"))
        let flags = Wording { $0 == .moreMemory ? "allow more with --memory SIZE" : "?" }
        #expect(outer.message.text(in: flags).hasSuffix("scale it down, or allow more with --memory SIZE"))
        #expect(Message(DigestError()).description == "\(DigestError())")
    }

    @Test("Names in texts and in phrases stay on their line")
    func names() {
        let message: Message = "\(name: "a\nb" as Message): \(phrase: .override("c\nd"))"
        #expect(message.text(in: shell) == "a\\nb: --set c\\nd")
    }

    @Test("Reports hold messages as texts, in the words that they are written in")
    func reports() throws {
        let message: [Message] = ["choose another \(phrase: .output)"]
        #expect(try String(decoding: ReportJSON.data(message), as: UTF8.self).contains("another output folder"))
        let data = try ReportJSON.data(message, in: shell)
        #expect(try JSONDecoder().decode([Message].self, from: data) == ["choose another --output"])
    }
}
