import Files
import Foundation
import Testing

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
            #expect(throws: FileError.missing(path: file.path, cure: "make one")) {
                try FileReader.read(file, cure: "make one")
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
        let error = #expect(throws: FileError.self) { try FileReader.read(zeros, path: "zeros", limit: 5 << 20) }
        #expect("\(try #require(error))".contains("zeros: cannot be read: it has more than 5242880 bytes"))
    }
}
