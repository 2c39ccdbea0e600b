import Files
import Foundation
import TestSupport
import Testing

private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

private struct Interrupted: Error {}

@Suite("Files appear whole or not at all")
struct AtomicFileTests {
    @Test("A file is written and replaced")
    func replaces() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.txt")
            try AtomicFile.write("one", to: url)
            try AtomicFile.write("two", to: url)
            #expect(try String(contentsOf: url, encoding: .utf8) == "two")
            #expect(try names(folder) == ["a.txt"])
        }
    }

    @Test("A file that is replaced keeps its permissions, a new one has the usual ones", arguments: [true, false])
    func permissions(isGroup: Bool) throws {
        try withTemporaryFolder { folder in
            let (url, new) = (folder.appendingPathComponent("a.txt"), folder.appendingPathComponent("b.txt"))
            try AtomicFile.write("one", to: url)
            #expect(chmod(url.path, 0o640) == 0)
            func write() throws { for url in [url, new] { try AtomicFile.write("two", to: url) } }
            try isGroup ? AtomicGroup.write(write) : write()
            #expect(try FileStatus.of(url.path)?.permissions == 0o640)
            let usual = folder.appendingPathComponent("c.txt").path
            #expect(FileManager.default.createFile(atPath: usual, contents: nil))
            #expect(try FileStatus.of(new.path)?.permissions == FileStatus.of(usual)?.permissions)
        }
    }

    @Test("A write that fails half-way leaves the old file and no other")
    func failsCleanly() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("a.txt")
            try AtomicFile.write("old", to: url)
            #expect(throws: Interrupted.self) {
                try AtomicFile.write(to: url) { sink in
                    try sink.write(Data("half".utf8))
                    throw Interrupted()
                }
            }
            #expect(try String(contentsOf: url, encoding: .utf8) == "old")
            #expect(try names(folder) == ["a.txt"])
        }
    }

    @Test(
        "A full disk is an error with the system's words",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func fullDisk() throws {
        let sink = FileSink(descriptor: open("/dev/full", O_WRONLY), path: "/dev/full")
        let error = #expect(throws: FileError.self) { try sink.write(Data(repeating: 0, count: 10_000)) }
        #expect("\(try #require(error))".contains("No space left on device"))
    }

    @Test("What cannot be written is known before the work")
    func requireWritable() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a.txt")
            try AtomicFile.requireWritable(file)
            #expect(try names(folder).isEmpty)
            try AtomicFile.write("one", to: file)
            try AtomicFile.requireWritable(file)
            try AtomicFile.requireWritable(URL(fileURLWithPath: "/dev/null"))
            for (path, word) in [
                ("no/a.txt", "no folder"), ("a.txt/b", "a.txt is not a directory; expected a directory"),
                (".", "is a directory"),
            ] {
                let error = #expect(throws: FileError.self) {
                    try AtomicFile.requireWritable(folder.appendingPathComponent(path))
                }
                #expect("\(try #require(error))".contains(word), "\(path)")
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
            // Nothing is forbidden to root.
            guard geteuid() != 0 else { return }
            #expect(throws: FileError.unwritable(path: file.path, reason: "Permission denied")) {
                try AtomicFile.requireWritable(file)
            }
        }
    }

    @Test("A link is followed, and a device is written to, not replaced")
    func linksAndDevices() throws {
        try withTemporaryFolder { folder in
            let target = folder.appendingPathComponent("target.txt")
            let link = folder.appendingPathComponent("link.txt")
            try AtomicFile.write("old", to: target)
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
            try AtomicFile.write("new", to: link)
            #expect(try String(contentsOf: target, encoding: .utf8) == "new")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path).hasSuffix("target.txt"))
            try AtomicFile.write("gone", to: URL(fileURLWithPath: "/dev/null"))
            var information = stat()
            #expect(stat("/dev/null", &information) == 0 && information.st_mode & S_IFMT == S_IFCHR)
        }
    }

    @Test("A folder that does not exist is an error that names it")
    func missingFolder() throws {
        let error = #expect(throws: FileError.self) {
            try AtomicFile.write("x", to: URL(fileURLWithPath: "/nonexistent-folder/a.txt"))
        }
        #expect("\(try #require(error))".contains("/nonexistent-folder/a.txt"))
    }

    @Test("A folder below a file is an error that names the file")
    func folderBelowFile() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a.txt")
            try AtomicFile.write("x", to: file)
            let error = #expect(throws: FileError.self) {
                try AtomicFolder.create(file.appendingPathComponent("b/c"))
            }
            #expect("\(try #require(error))".contains("a.txt is not a directory; expected a directory"))
            try AtomicFolder.create(folder.appendingPathComponent("b/c"))
            #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("b/c").path))
        }
    }

    @Test("A folder is replaced whole, and left alone when filling it fails")
    func folders() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("step-1")
            try AtomicFolder.write(to: url) { try AtomicFile.write("1", to: $0.appendingPathComponent("a")) }
            #expect(throws: Interrupted.self) {
                try AtomicFolder.write(to: url) {
                    try AtomicFile.write("2", to: $0.appendingPathComponent("b"))
                    throw Interrupted()
                }
            }
            #expect(try names(url) == ["a"])
            try AtomicFolder.write(to: url) { try AtomicFile.write("3", to: $0.appendingPathComponent("c")) }
            #expect(try names(url) == ["c"])
            #expect(try names(folder) == ["step-1"])
        }
    }

    @Test("Reading says what is missing and what is a folder")
    func reading() throws {
        try withTemporaryFolder { folder in
            #expect(throws: FileError.missing(path: folder.path + "/x", remedy: "check the path")) {
                try FileReader.read(folder.appendingPathComponent("x"))
            }
            #expect(throws: FileError.self) { try FileReader.read(folder) }
        }
    }
}
