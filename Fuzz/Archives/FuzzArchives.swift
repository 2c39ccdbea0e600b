import Archives
import Files
import Foundation
import FuzzSupport

/// Archives through our calls of libarchive, and our own reads of members in any order. The first byte says what the rest
/// is: 1 a gzip frame that is made here, else as it is.
enum ArchivesTarget: FuzzTarget {
    nonisolated(unsafe) private static let file = FuzzFile()

    static func read(_ bytes: [UInt8]) throws {
        let (packing, content) = FuzzInput.choice(bytes, of: 2)
        guard !content.isEmpty else { return }
        let path = file.holding(packing == 1 ? GzipFrame.stored(content) : content).path
        let archive = try ArchiveFile(path)
        let count = archive.index.names.count
        require(archive.index.sizes.count == count && archive.index.places.count == count)
        // From behind, as no archive is read by a stream.
        for member in (0..<count).reversed().prefix(64) where archive.index.sizes[member] <= 1 << 20 {
            do {
                let bytes = try archive.read(member)
                require(bytes.count == archive.index.sizes[member])
                _ = try archive.read(member, first: 16)
            } catch  where isDocumented(error) {}
        }
    }

    static func isDocumented(_ error: any Error) -> Bool { error is FileError || error is MemoryError }

    static func seeds() -> [String: [UInt8]] {
        func header(_ name: String, _ size: Int) -> [UInt8] {
            var block = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, _ place: Int) {
                block.replaceSubrange(place..<(place + text.utf8.count), with: text.utf8)
            }
            func octal(_ number: Int, _ digits: Int) -> String {
                let text = String(number, radix: 8)
                return String(repeating: "0", count: digits - text.count) + text
            }
            put(name, 0)
            put("0000644", 100)
            put(octal(size, 11), 124)
            put("00000000000", 136)
            put("        ", 148)
            put("0", 156)
            put("ustar\u{0}00", 257)
            put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\u{0}", 148)
            return block
        }
        func padded(_ bytes: [UInt8]) -> [UInt8] {
            bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
        }
        func tar(_ members: [(String, [UInt8])]) -> [UInt8] {
            members.flatMap { header($0.0, $0.1.count) + padded($0.1) } + [UInt8](repeating: 0, count: 1024)
        }
        let inner = tar([("a.jpg", [1, 2, 3])])
        return [
            "tar": [0] + tar([("0.jpg", Array(0...200)), ("0.cls", [0x33]), ("folder/1.png", [])]),
            "packed": [1] + tar([("0.jpg", [1, 2, 3])]), "nested": [0] + tar([("class.tar", inner)]),
            "hostile": [0] + tar([("../a.jpg", [1]), ("/b.jpg", [2]), ("c.jpg", [3]), ("c.jpg", [4])]),
        ]
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<ArchivesTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { FuzzRunner<ArchivesTarget>.test(start, count) }
