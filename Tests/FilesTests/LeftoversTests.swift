import Foundation
import TestSupport
import Testing

@testable import Files

private func names(_ folder: URL) throws -> [String] { try FolderContents.names(of: folder).sorted() }

@Suite("Temporary files that a process left behind")
struct LeftoversTests {
    private let left = ".hrvq-0123456789abcdef.tmp"

    @Test("The next write in a folder removes them, and nothing of a user's")
    func removed() throws {
        try withTemporaryFolder { folder in
            let users = [".hrvq-notes.tmp", ".a.tmp", ".hrvq-0123456789abcdeg.tmp", "hrvq-0123456789abcdef.tmp"]
            for name in users + [left] { try Data("x".utf8).write(to: folder.appendingPathComponent(name)) }
            let temporary = folder.appendingPathComponent(".hrvq-00000000000000ff.tmp")
            try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: temporary.appendingPathComponent("weights"))
            try AtomicFile.write("new", to: folder.appendingPathComponent("a"))
            #expect(try names(folder) == (users + ["a"]).sorted())
        }
    }

    @Test("Those that a process still writes stay")
    func locked() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent(left)
            try Data("x".utf8).write(to: file)
            let descriptor = open(file.path, O_RDONLY)
            #expect(flock(descriptor, LOCK_EX) == 0)
            Leftovers.remove(in: folder)
            #expect(try names(folder) == [left])
            close(descriptor)
            Leftovers.remove(in: folder)
            #expect(try names(folder).isEmpty)
        }
    }

    @Test("A file that is being written is not taken for a leftover")
    func own() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(to: folder.appendingPathComponent("a")) { sink in
                try sink.write(Data("half".utf8))
                Leftovers.remove(in: folder, isOwned: true)
                try sink.write(Data(" whole".utf8))
            }
            #expect(try String(contentsOf: folder.appendingPathComponent("a"), encoding: .utf8) == "half whole")
            try AtomicFolder.write(to: folder.appendingPathComponent("b")) {
                Leftovers.remove(in: folder, isOwned: true)
                try AtomicFile.write("x", to: $0.appendingPathComponent("c"))
            }
            #expect(try names(folder) == ["a", "b"])
        }
    }

    @Test(
        "Names of earlier versions are left alone but in a folder that the caller owns; an only copy moves back there")
    func earlierForms() throws {
        try withTemporaryFolder { folder in
            let uuid = "01234567-89AB-CDEF-0123-456789ABCDEF"
            let (file, old) = (".config.json.\(uuid).tmp", ".step-5.\(uuid).tmp.old")
            try Data("x".utf8).write(to: folder.appendingPathComponent(file))
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(old), withIntermediateDirectories: true)
            var times = [
                timeval(tv_sec: time(nil) - 90_000, tv_usec: 0), timeval(tv_sec: time(nil) - 90_000, tv_usec: 0),
            ]
            #expect(utimes(folder.appendingPathComponent(file).path, &times) == 0)
            Leftovers.remove(in: folder)
            #expect(try names(folder) == [file, old])
            Leftovers.remove(in: folder, isOwned: true)
            #expect(try names(folder) == ["step-5"])
        }
    }

    @Test("What was moved away moves back at once where its replacement did not arrive, and is removed where it did")
    func shelters() throws {
        try withTemporaryFolder { folder in
            for name in [".hrvq-0123456789abcdef.old/model/old", ".hrvq-0123456789abcde0.old/other/old", "other/new"] {
                let url = folder.appendingPathComponent(name)
                try AtomicFolder.create(url.deletingLastPathComponent())
                try Data("x".utf8).write(to: url)
            }
            Leftovers.remove(in: folder)
            #expect(try names(folder) == ["model", "other"])
            #expect(try names(folder.appendingPathComponent("model")) == ["old"])
            #expect(try names(folder.appendingPathComponent("other")) == ["new"])
        }
    }

    @Test("A folder goes with names in it that are not UTF-8")
    func namesOfBytes() throws {
        try withTemporaryFolder { folder in
            let inner = folder.appendingPathComponent("a/b")
            try AtomicFolder.create(inner)
            let name = Array(inner.path.utf8CString.dropLast()) + [0x2F, -1, 0x78, 0]
            let descriptor = open(name, O_WRONLY | O_CREAT, 0o666)
            // Some file systems have no such names.
            guard descriptor >= 0 else { return }
            close(descriptor)
            try AtomicFile.remove(folder.appendingPathComponent("a"))
            #expect(try names(folder).isEmpty)
        }
    }

    @Test("A name may be as long as the file system allows, and a longer one is an error before the work")
    func longNames() throws {
        try withTemporaryFolder { folder in
            let longest = String(repeating: "x", count: 251) + ".png"
            try AtomicFile.write("x", to: folder.appendingPathComponent(longest))
            #expect(try names(folder) == [longest])
            try AtomicFolder.write(to: folder.appendingPathComponent(String(repeating: "y", count: 255))) { _ in }
            for write in [
                { try AtomicFile.write(to: $0) { _ in Issue.record("the work was done") } },
                { try AtomicFolder.write(to: $0) { _ in Issue.record("the work was done") } },
                { try AtomicFile.requireWritable($0) },
            ] as [(URL) throws -> Void] {
                let error = #expect(throws: FileError.self) {
                    try write(folder.appendingPathComponent(String(repeating: "x", count: 252) + ".hrvq"))
                }
                #expect("\(try #require(error))".contains("257 bytes; expected at most 255"))
            }
        }
    }
}
