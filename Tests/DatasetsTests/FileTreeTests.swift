import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileTreeTests {
    func link(_ name: String, to target: String, in folder: URL) throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.appendingPathComponent(name).path, withDestinationPath: target)
    }

    @Test("Kinds of file are told by content where the name does not say")
    func kindsAreToldByContent() throws {
        try withTemporaryFolder { folder in
            let png = try ImageFolderTests.picture(1)
            let jpeg = Data([0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 0, count: 12))
            for (name, data) in [
                ("a.jfif", jpeg), ("b.JPE", jpeg), ("c", png), ("d.data", png), ("e.PNG", png), ("f.png", Data()),
                ("g.WebP", Data("RIFF0000WEBP".utf8)), ("h.txt", Data("text".utf8)), ("i.gif", Data("GIF89a".utf8)),
                ("j", Data()), ("k.", png), ("cats.png/1.png", png), ("cats.png/Thumbs.db", Data([1])),
            ] { try write(data, to: name, in: folder) }
            let tree = try FileTree(folder.path, kind: .images)
            #expect(
                tree.files == ["a.jfif", "b.JPE", "c", "cats.png/1.png", "d.data", "e.PNG", "f.png", "g.WebP", "k."])
            #expect(tree.folders == ["cats.png"])
            #expect(
                tree.leftOut.texts == [
                    "4 files that are not JPEG, PNG, WebP or PPM: cats.png/Thumbs.db, h.txt, i.gif, and 1 more"
                ])
        }
    }

    @Test("Nothing is left out without being counted and named", .timeLimit(.minutes(1)))
    func whatIsLeftOutIsNamed() throws {
        try withTemporaryFolder { folder in
            for name in ["a/1.png", ".hidden.png", ".git/2.png"] {
                try write(try ImageFolderTests.picture(1), to: name, in: folder)
            }
            #expect(mkfifo(folder.appendingPathComponent("pipe.png").path, 0o600) == 0)
            try link("broken.png", to: "nowhere.png", in: folder)
            try link("round.png", to: "round.png", in: folder)
            try link("null.png", to: "/dev/null", in: folder)
            try link("up", to: ".", in: folder)
            // Names of any bytes but a slash and zero are names on Linux.
            let descriptor = (Array(folder.path.utf8) + [0x2F, 0xFF, 0x2E, 0x70, 0x6E, 0x67, 0]).map(
                CChar.init(bitPattern:)
            )
            .withUnsafeBufferPointer { Foundation.open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600) }
            try #require(descriptor >= 0)
            close(descriptor)
            let tree = try FileTree(folder.path, kind: .images)
            #expect(tree.files == ["a/1.png"] && tree.leftOut.count == 8)
            #expect(
                tree.leftOut.texts == [
                    "2 hidden: .git, .hidden.png", "2 pipes, sockets or devices: null.png, pipe.png",
                    "2 links that lead nowhere: broken.png, round.png",
                    "1 folder that is listed under another name: up", "1 name that is not UTF-8: \\377.png",
                ])
        }
    }

    @Test("Links are followed, and paths are in the order of their bytes")
    func linksAreFollowed() throws {
        try withTemporaryFolder { folder in
            let png = try ImageFolderTests.picture(1)
            for name in ["real/cat/1.png", "data/a.b/1.png", "data/a/1.png", "data/a/Ä.png", "data/B.png"] {
                try write(png, to: name, in: folder)
            }
            try link("data/z", to: "../real", in: folder)
            try link("data/c.png", to: "../real/cat/1.png", in: folder)
            try link("linked", to: "data", in: folder)
            let tree = try FileTree(folder.appendingPathComponent("linked").path, kind: .images)
            #expect(tree.files == ["B.png", "a.b/1.png", "a/1.png", "a/Ä.png", "c.png", "z/cat/1.png"])
            #expect(tree.files == tree.files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            #expect(tree.leftOut.count == 0)
        }
    }

    @Test("A folder that cannot be listed is an error that names it")
    func foldersThatCannotBeListed() throws {
        try withTemporaryFolder { folder in
            try write(Data(), to: "file", in: folder)
            #expect {
                try FileTree(folder.appendingPathComponent("file").path, kind: .images)
            } throws: { "\($0)".contains("file: cannot be read: the folder cannot be listed: Not a directory") }
            // For root every folder can be listed.
            guard geteuid() != 0 else { return }
            try write(try ImageFolderTests.picture(1), to: "closed/1.png", in: folder)
            let closed = folder.appendingPathComponent("closed").path
            #expect(chmod(closed, 0) == 0)
            defer { chmod(closed, 0o700) }
            #expect { try FileTree(folder.path, kind: .images) } throws: { "\($0)".contains("closed") }
        }
    }
}
