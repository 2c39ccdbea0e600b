import Files
import Foundation
import TestSupport
import Testing

@testable import Archives

@Suite(.serialized) struct ArchiveFileTests {
    static let archives = [
        "ustar.tar", "pax.tar", "gnu.tar", "stored.zip", "deflated.zip", "streamed.zip", "nested.tar", "hostile.tar",
        "compressed.tar.gz", "compressed.tar.zst",
    ]

    @Test("Members have the names, sizes and bytes that Python wrote, read in any order", arguments: archives)
    func members(name: String) throws {
        let archive = try ArchiveFile(ArchiveFixtures.path(name))
        let expected = try ArchiveFixtures.members(of: name)
        #expect(!expected.isEmpty && Array(archive.index.names) == expected.map(\.name))
        #expect(archive.index.sizes == expected.map(\.size))
        for member in expected.indices.reversed() {
            #expect(try ArchiveFixtures.sha256(archive.read(member)) == expected[member].sha256)
        }
    }

    @Test(
        "Compressed archives give the same members to a reader of one after another",
        arguments: archives.filter { $0 != "nested.tar" })
    func streaming(name: String) throws {
        let path = try ArchiveFixtures.path(name)
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        let size = try #require(try FileStatus.of(path)).size
        let reader = try ArchiveReader(descriptor: descriptor, range: 0..<size, path: path)
        var found: [ArchiveFixtures.Member] = []
        while let member = try reader.next() {
            guard member.kind == .file else { continue }
            let bytes = try reader.read(limit: 1 << 20)
            found.append(.init(name: member.path, size: bytes.count, sha256: try ArchiveFixtures.sha256(bytes)))
        }
        #expect(try found == ArchiveFixtures.members(of: name))
    }

    @Test("What is no file, or leads out of the archive, is named and not read")
    func hostile() throws {
        let texts = try ArchiveFile(ArchiveFixtures.path("hostile.tar")).index.leftOut.texts
        #expect(
            texts == [
                #"2 × link: symbolic.jpg, hard.jpg"#,
                #"1 × name that is not UTF-8: \#u{FFFD}\#u{FFFD}.jpg"#,
                #"3 × name that leads out of the archive: /etc/absolute.jpg, ../outside.jpg, inside/../../outside.jpg"#,
                #"1 × pipe, socket or device: pipe.jpg"#,
            ])
    }

    @Test("A member larger than the limit is refused, whatever its header says")
    func limit() throws {
        let path = try ArchiveFixtures.path("compressed.tar.gz")
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        let reader = try ArchiveReader(
            descriptor: descriptor, range: 0..<(try #require(try FileStatus.of(path)).size), path: path)
        while let member = try reader.next(), member.size != 70000 {}
        #expect {
            try reader.read(limit: 69999)
        } throws: { "\($0)".contains("0006.jpg: the member has more than 69999 bytes") }
    }

    @Test("A tar that is cut off at any byte is an error that names it")
    func cut() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: ArchiveFixtures.path("ustar.tar")))
        // Two blocks of zeros end an archive; what follows them is padding.
        let end = whole.count - whole.reversed().prefix { $0 == 0 }.count
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("cut.tar")
            for length in Array(stride(from: 0, through: end, by: 257))
                + Array(stride(from: 512, through: end, by: 512))
            {
                try whole.prefix(length).write(to: file)
                let error = #expect(throws: FileError.self, "after \(length) bytes") { try ArchiveFile(file.path) }
                #expect("\(error as Any)".contains("cut.tar"))
            }
        }
    }

    @Test(
        "Damaged archives of every kind give members or a typed error, and never end the process", arguments: archives)
    func damaged(name: String) throws {
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: ArchiveFixtures.path(name))))
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("damaged")
            for seed in 0..<200 {
                var bytes = whole
                for change in 0..<(1 + seed % 4) {
                    bytes[(seed * 7919 + change * 104_729) % bytes.count] ^= 1 << (seed % 8)
                }
                try Data(bytes).write(to: file)
                do {
                    let archive = try ArchiveFile(file.path)
                    for member in 0..<archive.index.count {
                        do { #expect(try archive.read(member).count == archive.index.sizes[member]) } catch let error {
                            #expect(error is FileError || error is MemoryError)
                        }
                    }
                } catch { #expect(error is FileError, "\(error)") }
            }
        }
    }

    @Test("An archive that is compressed as a whole and too large for memory says what to do")
    func compressed() throws {
        MemoryLimit.set(400_000)
        defer { MemoryLimit.set(nil) }
        #expect {
            try ArchiveFile(ArchiveFixtures.path("compressed.tar.gz"))
        } throws: { "\($0)".contains("expected an uncompressed tar (gunzip or unzstd make one of it)") }
    }

    @Test("An archive that became shorter after it was listed is an error of the member")
    func changed() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a.tar")
            try FileManager.default.copyItem(atPath: ArchiveFixtures.path("ustar.tar"), toPath: file.path)
            let archive = try ArchiveFile(file.path)
            truncate(file.path, 2000)
            #expect {
                try archive.read(archive.index.count - 2)
            } throws: { "\($0)".contains("a.tar:labels.txt: the archive ends in it") }
        }
    }
}
