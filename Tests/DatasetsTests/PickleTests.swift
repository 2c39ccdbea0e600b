import Files
import Foundation
import Images
import TestSupport
import Testing

@testable import Datasets

@Suite("Pickles of CIFAR") struct PickleTests {
    /// A batch as Python 2 and the NumPy of its day wrote it, with the memos that they put behind everything.
    static func batch(labels: [UInt8], key: String = "labels") -> [UInt8] {
        func string(_ text: String) -> [UInt8] { [0x55, UInt8(text.utf8.count)] + Array(text.utf8) + [0x71, 0x01] }
        func number(_ value: Int) -> [UInt8] { [0x4A] + (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let pixels = labels.flatMap { label in (0..<3072).map { UInt8(truncatingIfNeeded: $0 + Int(label)) } }
        var bytes: [UInt8] = [0x80, 2, 0x7D, 0x71, 0, 0x28]
        bytes += string("data") + Array("cnumpy.core.multiarray\n_reconstruct\nq\u{02}cnumpy\nndarray\nq\u{03}".utf8)
        bytes += [0x4B, 0, 0x85, 0x71, 4] + string("b") + [0x87, 0x71, 5, 0x52, 0x71, 6, 0x28, 0x4B, 1]
        bytes +=
            number(labels.count) + [0x4D, 0, 12, 0x86, 0x71, 7] + Array("cnumpy\ndtype\nq\u{08}".utf8) + string("u1")
        bytes += [0x4B, 0, 0x4B, 1, 0x87, 0x71, 9, 0x52, 0x71, 10, 0x28, 0x4B, 3] + string("|") + [0x4E, 0x4E, 0x4E]
        bytes += number(-1) + number(-1) + [0x4B, 0, 0x74, 0x62, 0x89, 0x54]
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: pixels.count >> (8 * $0)) } + pixels + [0x74, 0x62]
        bytes += string(key) + [0x5D, 0x71, 11, 0x28] + labels.flatMap { [0x4B, $0] } + [0x65]
        return bytes + string("batch_label") + string("one of one") + [0x75, 0x2E]
    }

    @Test("A batch has the labels and planes that are in it")
    func planes() throws {
        let dataset = try CIFARDataset(
            files: [("one", Data(Self.batch(labels: [3, 9])))], names: nil, isPickled: true)
        #expect(dataset.count == 2 && dataset.label(at: 0) == 3 && dataset.label(at: 1) == 9)
        let pixels = try dataset.item(at: 1, crop: .centre).pixels
        #expect(pixels.prefix(4) == [9, UInt8((1024 + 9) & 255), UInt8((2048 + 9) & 255), 10])
        let binary =
            Data([3] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 + 3) })
            + Data([9] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 + 9) })
        // Both versions are one data set, so that a run may go on with the other.
        #expect(try CIFARDataset(files: [("one", binary)], names: nil).fingerprint() == dataset.fingerprint())
    }

    @Test("The files of CIFAR-100 have fine labels; taken for CIFAR-10, or the other way round, they are an error")
    func hundred() throws {
        let data = Data(Self.batch(labels: [99], key: "fine_labels"))
        #expect(try CIFARDataset(.hundred, files: [("train", data)], names: nil, isPickled: true).label(at: 0) == 99)
        #expect(throws: FileError.self) { try CIFARDataset(files: [("train", data)], names: nil, isPickled: true) }
        let files = ["cifar-100-python/train", "cifar-100-python/test", "cifar-100-python/meta"]
        let source = MemoryFiles(Dictionary(uniqueKeysWithValues: files.map { ($0, "") }))
        let error = try #require(throws: DatasetError.self) { try CIFARDataset(.ten, source, split: .train) }
        #expect("\(error)".contains("CIFAR-100") && "\(error)".contains("data.kind=cifar100"), "\(error)")
        #expect(DatasetKind.auto.recognized(source) == .cifar100)
    }

    @Test("Bytes that Python 3 wrote as a text are those bytes")
    func latin1() throws {
        let text = Array("\u{80}\u{FF}a".utf8)
        func encoded(_ text: [UInt8], _ code: String) -> [UInt8] {
            Array("c_codecs\nencode\n".utf8) + [0x58, UInt8(text.count), 0, 0, 0] + text
                + [0x58, UInt8(code.utf8.count), 0, 0, 0] + Array(code.utf8) + [0x86, 0x52, 0x2E]
        }
        guard case .bytes(let bytes) = try PickleReader.read(encoded(text, "latin1"), path: "p") else {
            Issue.record("no bytes")
            return
        }
        #expect(Array(bytes) == [0x80, 0xFF, 0x61])
        for (text, code) in [(Array("€".utf8), "latin1"), ([0xC2], "latin1"), (text, "rot13")] {
            #expect(throws: FileError.self) { try PickleReader.read(encoded(text, code), path: "p") }
        }
    }

    @Test("Nothing that a pickle names or calls is run")
    func hostile() throws {
        for (text, word) in [
            ("\u{80}\u{02}cos\nsystem\n(S'true'\ntR.", "'os.system'"), ("cposix\nsystem\n", "'posix.system'"),
            ("c__builtin__\neval\n", "'__builtin__.eval'"), ("(i__main__\nx\n", "0x69"), ("S'text'\n.", "0x53"),
            ("P1\n.", "0x50"), ("\u{80}\u{05}", "protocol is 5"),
        ] {
            let bytes = text.unicodeScalars.map { UInt8($0.value) }
            let error = try #require(throws: FileError.self) { try PickleReader.read(bytes, path: "batch") }
            #expect("\(error)".contains(word), "\(error)")
        }
    }

    @Test("Files cut off anywhere, single opcodes, and lists in one another without end are errors")
    func damage() throws {
        let whole = Self.batch(labels: [1])
        for length in Array(0..<300) + [1000, 3000, whole.count - 1] where length < whole.count {
            #expect(throws: FileError.self) { try PickleReader.read(Array(whole.prefix(length)), path: "batch") }
        }
        for opcode in UInt8.min...UInt8.max where opcode != UInt8(ascii: ".") {
            #expect(throws: FileError.self) { try PickleReader.read([opcode], path: "batch") }
            #expect(throws: FileError.self) { try PickleReader.read([0x5D, opcode], path: "batch") }
        }
        let deep = [0x5D] + [UInt8](repeating: 0x85, count: 2_000_000) + [0x2E]
        let error = try #require(throws: FileError.self) { try PickleReader.read(deep, path: "batch") }
        #expect("\(error)".contains("deep"), "\(error)")
        // The numbers of one list are no depth.
        let flat =
            [0x5D] + [UInt8](repeating: 0, count: 0) + (0..<1000).flatMap { _ in [0x4B, 1, 0x61] as [UInt8] } + [0x2E]
        guard case .list(let numbers) = try PickleReader.read(flat, path: "batch") else {
            Issue.record("no list")
            return
        }
        #expect(numbers.count == 1000)
    }
}
