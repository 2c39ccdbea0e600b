import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("Which file a path leads to")
struct FileIdentityTests {
    @Test("Links, hard ones and others, and other ways to write a path lead to one file")
    func links() throws {
        try withTemporaryFolder { folder in
            let manager = FileManager.default
            let inner = folder.appendingPathComponent("inner")
            try manager.createDirectory(at: inner, withIntermediateDirectories: true)
            let file = folder.appendingPathComponent("file").path
            try Data("x".utf8).write(to: URL(fileURLWithPath: file))
            try Data("x".utf8).write(to: folder.appendingPathComponent("other"))
            try manager.createSymbolicLink(atPath: folder.path + "/soft", withDestinationPath: "file")
            try manager.linkItem(atPath: file, toPath: folder.path + "/hard")
            let identity = try #require(FileIdentity(file))
            #expect(FileStatus.kind(of: file) == .file)
            for name in ["soft", "hard", "inner/../file", "./file"] {
                #expect(FileIdentity(folder.path + "/" + name) == identity, "\(name)")
            }
            #expect(FileIdentity(folder.path + "/other") != identity)
            #expect(FileIdentity(folder.path + "/none") == nil)
            #expect(FileStatus.kind(of: "/dev/null") == .other)
        }
    }

    @Test("A folder that may not be looked at is an error, and not an empty one")
    func listing() throws {
        try withTemporaryFolder { folder in
            #expect(try FolderContents.namesIfPresent(of: folder.appendingPathComponent("none")).isEmpty)
            try Data("x".utf8).write(to: folder.appendingPathComponent("file"))
            #expect(try FolderContents.namesIfPresent(of: folder.appendingPathComponent("file")).isEmpty)
            #expect(try FolderContents.namesIfPresent(of: folder) == ["file"])
            try FileManager.default.createSymbolicLink(atPath: folder.path + "/loop", withDestinationPath: "loop")
            #expect(throws: FileError.self) {
                try FolderContents.namesIfPresent(of: folder.appendingPathComponent("loop"))
            }
        }
    }

    @Test("A path lies in its folders, also where it does not exist yet, and through links")
    func folders() throws {
        try withTemporaryFolder { folder in
            let manager = FileManager.default
            let data = folder.appendingPathComponent("data")
            try manager.createDirectory(
                at: data.appendingPathComponent("deep"), withIntermediateDirectories: true)
            try manager.createSymbolicLink(
                atPath: folder.path + "/link", withDestinationPath: data.appendingPathComponent("deep").path)
            let identity = try #require(FileIdentity(data.path))
            for name in ["data", "data/deep", "data/new/er/run", "link/new", "data/../data/x"] {
                #expect(FileIdentity.folders(around: folder.path + "/" + name).contains(identity), "\(name)")
            }
            for name in ["", "other", "data2/x", "data/../x"] {
                #expect(!FileIdentity.folders(around: folder.path + "/" + name).contains(identity), "\(name)")
            }
        }
    }

    @Test("Files are told by their content")
    func contents() {
        let header = Data(#"{"__metadata__":{"a":"b"}}"#.utf8)
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        for (bytes, expected) in [
            (Data(), FileContent.empty), (Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]), .png),
            (Data([0xFF, 0xD8, 0xFF]), .other), (Data(" {\"a\": 1}".utf8), .json), (Data("{\"a\": ".utf8), .other),
            (Data("<svg xmlns=\"\"/>".utf8), .svg), (Data("<!DOCTYPE html>\n<html>".utf8), .html),
            (length + header, .safetensors), (length + header.dropLast(2), .other), (Data("notes".utf8), .other),
            (Data([0x89, 0x48, 0x52, 0x56, 0x51, 1]), .hrvq),
            (Data(repeating: 0xFF, count: 16), .other),
        ] {
            #expect(FileContent(bytes) == expected)
        }
        #expect(FileContent.metadata(ofSafetensors: length + header) == ["a": "b"])
    }
}
