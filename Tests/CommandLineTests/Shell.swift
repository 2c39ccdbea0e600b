import Foundation
import Testing

/// What a command said.
struct Answer {
    var status: Int32
    var output: String
    var error: String
}

/// The `hrvq` that was built beside the tests.
enum Shell {
    static let executable: URL = {
        let own = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folder = own.deletingLastPathComponent()
        // On macOS the test bundle is a folder beside the program.
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.appendingPathComponent("hrvq").path) {
            folder.deleteLastPathComponent()
        }
        return folder.appendingPathComponent("hrvq")
    }()

    /// Starts the program; output goes to files, so that no pipe fills up.
    static func start(
        _ arguments: [String], in folder: URL, after command: String? = nil
    ) throws -> (process: Process, output: URL, error: URL) {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        if let command {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "\(command); exec \"$0\" \"$@\"", executable.path] + arguments
        }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let name = UUID().uuidString
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("\(name).out")
        let error = FileManager.default.temporaryDirectory.appendingPathComponent("\(name).err")
        for url in [output, error] { try Data().write(to: url) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
        return (process, output, error)
    }

    /// Waits for a program that was started.
    static func finish(_ started: (process: Process, output: URL, error: URL)) throws -> Answer {
        started.process.waitUntilExit()
        defer {
            try? FileManager.default.removeItem(at: started.output)
            try? FileManager.default.removeItem(at: started.error)
        }
        // A signal is told as shells tell it.
        let status = started.process.terminationStatus
        return Answer(
            status: started.process.terminationReason == .uncaughtSignal ? 128 + status : status,
            output: try String(contentsOf: started.output, encoding: .utf8),
            error: try String(contentsOf: started.error, encoding: .utf8))
    }

    /// Runs `hrvq` with arguments.
    @discardableResult
    static func hrvq(_ arguments: String..., in folder: URL = FileManager.default.temporaryDirectory) throws -> Answer {
        try finish(start(arguments, in: folder))
    }
}

/// The names in a folder that are not hidden; none if it is not there.
func names(_ folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
}

/// A command that a user got wrong: its exit code, its words, and nothing written.
func expectFailure(
    _ answer: Answer, status: Int32 = 1, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
    for word in words { #expect(answer.error.contains(word), "\(answer.error)", sourceLocation: sourceLocation) }
}

/// A run of the smallest preset that other tests read; trained once.
enum TinyRun {
    static let folder: Result<URL, any Error> = Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hrvq-tiny-\(UUID().uuidString)")
        let answer = try Shell.hrvq("train", "--preset", "hrvqvae-tiny", "--output", folder.path, "--quiet")
        guard answer.status == 0 else { throw ShellError.failed(answer.error) }
        return folder
    }
}

enum ShellError: Error { case failed(String) }
