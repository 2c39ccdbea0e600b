import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("What is wrong with a file is told in the system's words and ours", .serialized)
struct FileErrorTests {
    private func run(_ arguments: [String], after command: String? = nil, in folder: URL) throws -> Answer {
        let answer = try Shell.finish(Shell.start(arguments, in: folder, after: command))
        for word in ["Cocoa", "NSPOSIX", "operation could", "couldn’t", "NSError", "Swift."] {
            #expect(!answer.error.contains(word), "\(arguments): \(answer.error)")
        }
        #expect(answer.status < 126, "\(arguments): \(answer)")
        if answer.status != 0 { #expect(!answer.error.isEmpty, "\(arguments)") }
        return answer
    }

    private func copy(into folder: URL) throws -> URL {
        let copy = folder.appendingPathComponent("run")
        try FileManager.default.copyItem(at: TinyRun.folder.get(), to: copy)
        return copy
    }

    private func picture(_ name: String, in folder: URL) throws {
        try PixelImage(width: 28, height: 28, channels: 1, pixels: [UInt8](repeating: 9, count: 784))
            .writePNG(to: folder.appendingPathComponent(name).path)
    }

    @Test("A file of 30 GB in the place of each kind of file")
    func large() throws {
        try withTemporaryFolder { folder in
            let model = try copy(into: folder)
            func enlarge(_ url: URL) throws {
                if !FileManager.default.fileExists(atPath: url.path) { try Data().write(to: url) }
                #expect(truncate(url.path, 30 << 30) == 0)
            }
            try enlarge(folder.appendingPathComponent("p.png"))
            let limit = "32212254720 bytes; expected at most"
            expectFailure(try run(["encode", "run", "p.png", "-o", "x.hrvq"], in: folder), limit)
            expectFailure(try run(["reconstruct", "run", "p.png", "--output", "x"], in: folder), limit)
            expectFailure(try run(["inspect", "p.png"], in: folder), "of a kind that is not known")
            expectFailure(try run(["decode", "run", "p.png", "-o", "x.png"], in: folder), limit)
            expectFailure(
                try run(["train", "--config", "p.png", "--output", "x"], in: folder), limit)
            try enlarge(model.appendingPathComponent("model.safetensors"))
            expectFailure(
                try run(["evaluate", "run", "--limit", "1"], in: folder), "model.safetensors", "bytes follow")
            try enlarge(model.appendingPathComponent("config.json"))
            expectFailure(try run(["evaluate", "run", "--limit", "1"], in: folder), "config.json", limit)
            #expect(names(folder) == ["p.png", "run"])
        }
    }

    @Test("JSON that is none: where it stops to be, or which key holds what it should not")
    func json() throws {
        try withTemporaryFolder { folder in
            let model = try copy(into: folder)
            func damage(_ name: String, _ text: String) throws {
                try Data(text.utf8).write(to: model.appendingPathComponent(name))
            }
            try damage("checkpoints/step-10/state.json", "{\n  \"step\": x")
            expectFailure(
                try run(["train", "--output", "run", "--resume", "--steps", "12"], in: folder), "state.json",
                "is not JSON (line 2")
            try damage("checkpoints/step-10/state.json", "{\"formatVersion\": 1, \"step\": \"x\"}")
            expectFailure(
                try run(["train", "--output", "run", "--resume", "--steps", "12"], in: folder), "'step'", "integer")
            try damage("model.safetensors", "\u{9}\0\0\0\0\0\0\0{nonsense")
            expectFailure(try run(["evaluate", "run"], in: folder), "model.safetensors", "header is not JSON (line 1")
            try damage("config.json", "{\n nonsense")
            expectFailure(try run(["evaluate", "run"], in: folder), "config.json", "is not JSON (line 2")
            try damage("prior.json", "{\"formatVersion\": 1}")
            expectFailure(try run(["inspect", "run"], in: folder), "prior.json", "lacks the key 'codes'")
        }
    }

    @Test("Too few file descriptors")
    func descriptors() throws {
        try withTemporaryFolder { folder in
            let model = try copy(into: folder).path
            try picture("p.png", in: folder)
            for count in [5, 8, 15, 30, 40] {
                for arguments in [
                    ["evaluate", model, "--limit", "4"], ["encode", model, "p.png", "-o", "x.hrvq", "--force"],
                    ["train", "--preset", "hrvqvae-tiny", "--output", "new", "--steps", "1", "--force"],
                ] {
                    let answer = try run(
                        arguments + ["--quiet", "--threads", "1"], after: "ulimit -n \(count)", in: folder)
                    // With so few the system's libraries end the process, or wait for ever.
                    if count < 24 { expectFailure(answer, "\(count) files may be open", "ulimit -n") }
                }
            }
        }
    }

    @Test("A folder without permission is not called missing")
    func permissions() throws {
        try withTemporaryFolder { folder in
            let model = try copy(into: folder)
            chmod(model.path, 0)
            defer { chmod(model.path, 0o700) }
            chmod(folder.path, 0o755)
            // Nothing is forbidden to root, which may be another user for a while.
            let other =
                geteuid() == 0
                ? "exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" \"$@\"" : nil
            for arguments in [
                ["evaluate", "run"], ["inspect", "./run"],
                ["export", "run", "--to", "rosinality", "--output", "../hrvq-\(UUID().uuidString)"],
            ] {
                expectFailure(try run(arguments, after: other, in: folder), "run", "Permission denied")
            }
        }
    }

    @Test("Links in a circle, a file in a folder's place, and a name that is too long")
    func paths() throws {
        try withTemporaryFolder { folder in
            let model = try copy(into: folder).path
            try FileManager.default.createSymbolicLink(
                atPath: folder.appendingPathComponent("loop.png").path, withDestinationPath: "loop.png")
            try picture("p.png", in: folder)
            let long = String(repeating: "long", count: 75) + ".png"
            for (path, words) in [
                ("loop.png", "loop.png"), ("p.png/q.png", "p.png/q.png"), (long, "longlong"),
            ] {
                expectFailure(try run(["encode", model, path, "-o", "x.hrvq"], in: folder), words)
            }
            expectFailure(
                try run(["evaluate", model, "--limit", "1", "--json", long + ".json"], in: folder), "309 bytes",
                "at most 255"
            )
            expectFailure(
                try run(["tokenize", model, "--limit", "1", "--output", "p.png/x"], in: folder),
                "p.png is not a directory; expected a directory")
        }
    }

    @Test("A name as long as the file system allows, and a result whose name is longer")
    func longNames() throws {
        try withTemporaryFolder { folder in
            let model = try copy(into: folder).path
            for count in [240, 251] {
                let name = String(repeating: "x", count: count)
                try picture(name + ".png", in: folder)
                let answer = try run(["encode", model, name + ".png", "--quiet"], in: folder)
                if count == 240 {
                    #expect(answer.status == 0, "\(answer)")
                    #expect(names(folder).contains(name + ".hrvq"))
                } else {
                    expectFailure(answer, "256 bytes; expected at most 255")
                }
            }
        }
    }

    @Test("inspect says on the error stream why it ends with 1")
    func damage() throws {
        try withTemporaryFolder { folder in
            let model = try copy(into: folder).path
            try picture("p.png", in: folder)
            #expect(try run(["encode", model, "p.png", "--quiet"], in: folder).status == 0)
            let bytes = try Data(contentsOf: folder.appendingPathComponent("p.hrvq"))
            try bytes.dropLast(3).write(to: folder.appendingPathComponent("cut.hrvq"))
            for arguments in [["inspect", "cut.hrvq"], ["inspect", "cut.hrvq", "--json"]] {
                expectFailure(try run(arguments, in: folder), "cut.hrvq", "cut off")
            }
        }
    }

    @Test("Files follow the umask as folders do", arguments: [(0o002, 0o664, 0o775), (0o077, 0o600, 0o700)])
    func permissionsOfFiles(_ mask: Int, _ file: mode_t, _ directory: mode_t) throws {
        try withTemporaryFolder { folder in
            let arguments = ["train", "--preset", "hrvqvae-tiny", "--output", "run", "--steps", "1", "--quiet"]
            let answer = try run(arguments, after: "umask " + String(mask, radix: 8), in: folder)
            #expect(answer.status == 0)
            for name in FileManager.default.enumerator(atPath: folder.path)?.compactMap({ $0 as? String }) ?? [] {
                var information = stat()
                #expect(stat(folder.appendingPathComponent(name).path, &information) == 0)
                let isFolder = information.st_mode & S_IFMT == S_IFDIR
                #expect(information.st_mode & 0o777 == (isFolder ? directory : file), "\(name)")
            }
        }
    }
}
