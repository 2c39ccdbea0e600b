import Foundation
import TestSupport
import Testing

@testable import Files

private struct Interrupted: Error {}

private func names(_ folder: URL) throws -> [String] { try FolderContents.names(of: folder).sorted() }

private func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

@Suite("Files that belong together are replaced together")
struct FolderReplacementTests {
    private func old(in folder: URL, users: Bool) throws {
        for name in ["config", "weights", "log"] + (users ? ["mine"] : []) {
            try Data("old".utf8).write(to: folder.appendingPathComponent(name))
        }
    }

    @Test("The new set is there, the old one is gone, and a user's files stay", arguments: [true, false])
    func replaced(users: Bool) throws {
        try withTemporaryFolder { parent in
            let folder = parent.appendingPathComponent("model")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try old(in: folder, users: users)
            chmod(folder.path, 0o750)
            try FolderReplacement.write(in: folder, replacing: ["config", "weights", "log"]) {
                for name in ["config", "weights"] { try AtomicFile.write("new", to: $0.appendingPathComponent(name)) }
            }
            #expect(try names(folder) == ["config"] + (users ? ["mine"] : []) + ["weights"])
            #expect(try text(folder.appendingPathComponent("weights")) == "new")
            #expect(try names(parent) == ["model"])
            #expect(try FileStatus.of(folder.path)?.permissions == 0o750)
        }
    }

    @Test("Where writing fails the old set stays", arguments: [true, false])
    func failed(users: Bool) throws {
        try withTemporaryFolder { parent in
            let folder = parent.appendingPathComponent("model")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try old(in: folder, users: users)
            #expect(throws: Interrupted.self) {
                try FolderReplacement.write(in: folder, replacing: ["config", "weights", "log"]) {
                    try AtomicFile.write("new", to: $0.appendingPathComponent("config"))
                    throw Interrupted()
                }
            }
            #expect(try names(folder) == ["config", "log"] + (users ? ["mine"] : []) + ["weights"])
            #expect(try text(folder.appendingPathComponent("config")) == "old")
            #expect(try names(parent) == ["model"])
        }
    }

    @Test("A replacement that was stopped in between is read as new, and completed")
    func completed() throws {
        try withTemporaryFolder { parent in
            let folder = parent.appendingPathComponent("model")
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(".hrvq-replacing/weights"), withIntermediateDirectories: true)
            try old(in: folder, users: true)
            try Data("new".utf8).write(to: folder.appendingPathComponent("config"))
            let pending = folder.appendingPathComponent(".hrvq-replacing")
            try Data("new".utf8).write(to: pending.appendingPathComponent("weights/part"))
            try Data("log\0sub/log\0../outside\0/\0".utf8).write(to: pending.appendingPathComponent(".removals"))
            try Data("a user's".utf8).write(to: parent.appendingPathComponent("outside"))
            #expect(
                FolderReplacement.current("weights", in: folder).path == pending.appendingPathComponent("weights").path)
            #expect(
                FolderReplacement.current("config", in: folder).path == folder.appendingPathComponent("config").path)

            // Another process has the lock, and completes it itself.
            let lock = open(folder.path, O_RDONLY)
            #expect(flock(lock, LOCK_EX) == 0)
            #expect(try !FolderReplacement.finish(folder))
            #expect(try names(folder).contains(".hrvq-replacing"))
            let error = #expect(throws: FileError.self) {
                try FolderReplacement.write(in: folder, replacing: ["config"]) { _ in Issue.record("the work was done")
                }
            }
            #expect("\(try #require(error))".contains("another process is writing in this folder"))
            close(lock)

            #expect(try FolderReplacement.finish(folder))
            #expect(try names(folder) == ["config", "mine", "weights"])
            #expect(try names(folder.appendingPathComponent("weights")) == ["part"])
            #expect(try names(parent) == ["model", "outside"])
            try FolderReplacement.finish(folder)
        }
    }

    @Test("Another process that begins after this one is an error that says so")
    func together() throws {
        try withTemporaryFolder { folder in
            try old(in: folder, users: true)
            let error = #expect(throws: FileError.self) {
                try FolderReplacement.write(in: folder, replacing: ["config"]) {
                    try AtomicFile.write("new", to: $0.appendingPathComponent("config"))
                    try AtomicFolder.create(folder.appendingPathComponent(".hrvq-replacing/config"))
                }
            }
            #expect("\(try #require(error))".contains("another process is writing in this folder"))
            #expect(try text(folder.appendingPathComponent("config")) == "old")
        }
    }

    @Test("Where the file system cannot exchange folders, one is replaced all the same")
    func withoutExchange() throws {
        try withTemporaryFolder { parent in
            let folder = parent.appendingPathComponent("model")
            try AtomicFolder.create(folder)
            try old(in: folder, users: true)
            try PathExchange.$isSupported.withValue(false) {
                try AtomicFolder.write(to: folder) {
                    try AtomicFile.write("new", to: $0.appendingPathComponent("config"))
                }
            }
            #expect(try names(parent) == ["model"])
            #expect(try names(folder) == ["config"])
        }
    }

    @Test(
        "Files in different folders appear together, or none does and what they replaced is back",
        arguments: [true, false])
    func groups(canExchange: Bool) throws {
        try PathExchange.$isSupported.withValue(canExchange) { try groups() }
    }

    private func groups() throws {
        try withTemporaryFolder { folder in
            let (a, b) = (folder.appendingPathComponent("a"), folder.appendingPathComponent("sub/b"))
            try AtomicFolder.create(folder.appendingPathComponent("sub"))
            try AtomicFile.write("old", to: a)
            #expect(throws: Interrupted.self) {
                try AtomicGroup.write {
                    try AtomicFile.write("new", to: a)
                    throw Interrupted()
                }
            }
            #expect(try text(a) == "old")
            // The second name cannot be given.
            #expect(throws: FileError.self) {
                try AtomicGroup.write {
                    try AtomicFile.write("new", to: a)
                    try AtomicFile.write("new", to: b)
                    try FileManager.default.createDirectory(
                        at: b.appendingPathComponent("folder"), withIntermediateDirectories: true)
                    try FileManager.default.createDirectory(
                        at: folder.appendingPathComponent("other"), withIntermediateDirectories: true)
                    rename(folder.appendingPathComponent("sub").path, folder.appendingPathComponent("moved").path)
                }
            }
            #expect(try text(a) == "old")
            try AtomicFile.remove(folder.appendingPathComponent("moved"))
            try AtomicFolder.create(folder.appendingPathComponent("sub"))
            try AtomicGroup.write {
                try AtomicFile.write("new", to: a)
                try AtomicFile.write("new", to: b)
                try AtomicFolder.write(to: folder.appendingPathComponent("other")) {
                    try AtomicFile.write("new", to: $0.appendingPathComponent("c"))
                }
                #expect(try text(a) == "old")
            }
            #expect(try text(a) == "new" && text(b) == "new")
            #expect(try names(folder) == ["a", "other", "sub"])
            #expect(try names(folder.appendingPathComponent("other")) == ["c"])
        }
    }
}
