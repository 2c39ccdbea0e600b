import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("Reading files")
struct FileReaderTests {
    @Test("Reasons are the system's words, whatever Foundation wraps them in")
    func reasons() throws {
        let posix = NSError(domain: NSPOSIXErrorDomain, code: Int(ENOSPC))
        let wrapped = NSError(domain: NSCocoaErrorDomain, code: 512, userInfo: [NSUnderlyingErrorKey: posix])
        let bare = NSError(domain: NSCocoaErrorDomain, code: CocoaError.Code.fileReadNoPermission.rawValue)
        #expect(FileReader.reason(of: posix) == "No space left on device")
        #expect(FileReader.reason(of: wrapped) == "No space left on device")
        #expect(FileReader.reason(of: bare) == "Permission denied")
        try withTemporaryFolder { folder in
            for body in [
                { _ = try Data(contentsOf: folder.appendingPathComponent("no")) },
                { try FileManager.default.removeItem(at: folder.appendingPathComponent("no")) },
                { _ = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/no") },
                { _ = try FileHandle(forWritingTo: folder.appendingPathComponent("no")) },
            ] as [() throws -> Void] {
                let error = try #require(throws: (any Error).self) { try body() }
                #expect(FileReader.reason(of: error) == "No such file or directory")
            }
        }
    }

    @Test("What is missing, and a folder in a file's place")
    func errors() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a")
            #expect(throws: FileError.missing(path: file.path, remedy: "make one")) {
                try FileReader.read(file, remedy: "make one")
            }
            #expect(throws: FileError.self) { try FileReader.read(folder) }
            try AtomicFile.write("text", to: file)
            #expect(try FileReader.read(file) == Data("text".utf8))
        }
    }

    @Test("A pipe and a device are read to their end, up to a limit")
    func pipes() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("text".utf8))
        try pipe.fileHandleForWriting.close()
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        #expect(try FileReader.read(URL(fileURLWithPath: path)) == Data("text".utf8))
        #expect(try FileReader.read(URL(fileURLWithPath: "/dev/null")).isEmpty)
        let zeros = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/dev/zero"))
        // Of a file as large as that no more would be read; without a limit, a file may be of any size.
        for (limit, remedy) in [
            (5 << 20, "has more than 5242880 bytes; expected at most 5242880 bytes; give a smaller file"),
            (FileReader.pictureLimit, "expected at most \(FileReader.pictureLimit) bytes; scale the picture down"),
            (4 << 30, "has more than 1073741824 bytes; write them to a file first"),
            (nil, "has more than 1073741824 bytes; write them to a file first"),
        ] {
            let error = #expect(throws: FileError.self) { try FileReader.read(zeros, path: "zeros", limit: limit) }
            #expect("\(try #require(error))".hasSuffix(remedy))
        }
    }

    @Test("The system's cause is told for every way in which a path cannot be opened")
    func causes() throws {
        try withTemporaryFolder { folder in
            let (file, link) = (folder.appendingPathComponent("a"), folder.appendingPathComponent("link"))
            try AtomicFile.write("text", to: file)
            try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "link")
            for (path, word) in [
                ("a/b", "Not a directory"), ("link", "Too many levels of symbolic links"),
                (String(repeating: "x", count: 300), "File name too long"), (".", "is a directory; expected a file"),
            ] {
                let error = #expect(throws: FileError.self) {
                    try FileReader.read(folder.appendingPathComponent(path))
                }
                #expect("\(try #require(error))".contains(word))
            }
            #expect(throws: FileError.unreadable(path: link.path, reason: "Too many levels of symbolic links")) {
                try FileStatus.exists(link)
            }
            #expect(try FileStatus.exists(folder.appendingPathComponent("no/thing")) == false)
        }
    }

    @Test("A file above the limit is refused before memory is taken; a large one is mapped")
    func limits() throws {
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("a")
            try AtomicFile.write("text", to: file)
            #expect(truncate(file.path, 30 << 30) == 0)
            #expect(
                throws: FileError.unreadable(
                    path: file.path,
                    reason: "has \(30 << 30) bytes; expected at most \(FileReader.pictureLimit) bytes;"
                        + " scale the picture down")
            ) { try FileReader.read(file, limit: FileReader.pictureLimit) }
            let all = try FileReader.read(file)
            #expect(all.count == 30 << 30 && all.prefix(5) == Data("text\0".utf8) && all.last == 0)
            for size in [(16 << 20) - 1, 16 << 20, 5, 0] {
                #expect(truncate(file.path, size) == 0)
                #expect(try FileReader.read(file, limit: 16 << 20).count == size)
            }
            #expect(FileReader.start(of: file.path, count: 5).isEmpty)
            // Its size is given as 0.
            if FileManager.default.fileExists(atPath: "/proc/self/status") {
                #expect(try !FileReader.read(URL(fileURLWithPath: "/proc/self/status")).isEmpty)
            }
        }
    }

    @Test("What is wrong with JSON is told in our words, with the place or the key")
    func json() throws {
        struct Inner: Decodable { var width: Int }
        struct Outer: Decodable {
            var inner: Inner
            var list: [Int]
        }
        for (text, problem) in [
            ("{\n  nonsense", "is not JSON (line 2, column 3)"), ("", "is not JSON"), ("[]", "is not a JSON object"),
            (#"{"list": []}"#, "lacks the key 'inner'"), (#"{"inner": {}, "list": []}"#, "lacks the key 'inner.width'"),
            (
                #"{"inner": {"width": "x"}, "list": []}"#,
                "holds under 'inner.width' something else than integer"
            ),
            (#"{"inner": {"width": 1}, "list": [1, "x"]}"#, "holds under 'list[1]' something else than integer"),
            (#"{"inner": null, "list": []}"#, "holds null under 'inner'; expected object"),
        ] {
            let error = try #require(throws: (any Error).self) {
                try JSONDecoder().decode(Outer.self, from: Data(text.utf8))
            }
            #expect(JSONProblem.text(error, in: Data(text.utf8)) == problem, "\(text)")
        }
    }

    @Test("A log is appended to after it was closed, and a new one does not take a name that is there")
    func appending() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("log")
            #expect(throws: FileError.unwritable(path: url.path, reason: "No such file or directory")) {
                try AppendingFile(url)
            }
            let file = try #require(try AppendingFile(new: url))
            #expect(try AppendingFile(new: url) == nil)
            let full = try AppendingFile(URL(fileURLWithPath: "/dev/full"))
            let error = #expect(throws: FileError.self) { try full.write(Data("a".utf8)) }
            #expect("\(try #require(error))" == "/dev/full: cannot be written: No space left on device")
            try file.write(Data("a".utf8))
            try file.close()
            try file.write(Data("b".utf8))
            try file.synchronize()
            #expect(try String(contentsOf: url, encoding: .utf8) == "ab")
        }
    }
}
