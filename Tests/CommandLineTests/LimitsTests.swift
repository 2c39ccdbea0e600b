import ArgumentParser
import Features
import Foundation
import HRVQ
import TestSupport
import Testing

@testable import HRVQCommands

/// Little memory, little address space, and numbers at their extremes: an answer or a typed error, in time.
@Suite("Limits", .serialized)
struct LimitsTests {
    /// Runs a command under a limit to the address space, in kilobytes, and for twenty seconds at most.
    private func limited(_ kilobytes: Int, _ arguments: [String], in folder: URL) throws -> Answer {
        let started = try Shell.start(
            arguments, in: folder, after: "ulimit -v \(kilobytes); exec timeout -s KILL 20 \"$0\" \"$@\"")
        return try Shell.finish(started)
    }

    @Test("inspect tells a large model's parameters without memory for them, and then that the weights do not fit")
    func inspect() throws {
        try withTemporaryFolder { folder in
            let run = folder.appendingPathComponent("run")
            try FileManager.default.copyItem(at: TinyRun.folder.get(), to: run)
            let file = run.appendingPathComponent("config.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing(#/"hiddenUnits" : \d+/#, with: "\"hiddenUnits\" : 16384")
                .write(to: file, atomically: true, encoding: .utf8)
            let answer = try limited(4_000_000, ["inspect", "run"], in: folder)
            expectFailure(answer, "weights do not fit", "encoder.")
            #expect(answer.output.contains("encoder parameters") && answer.output.contains("bits per pixel"))
            #expect(!answer.output.contains("encoder parameters    0"))
        }
    }

    @Test("--memory refuses work that needs more, and a size that is none is wrong usage")
    func memory() throws {
        try withTemporaryFolder { folder in
            let run = try TinyRun.folder.get().path
            expectFailure(
                try Shell.hrvq("evaluate", run, "--limit", "4", "--memory", "10KB", in: folder), "may be used",
                "--memory")
            expectFailure(
                try Shell.hrvq(
                    "train", "--preset", "hrvqvae-tiny", "--output", "x", "--memory", "1KiB", in: folder),
                "training a model", "1.0 KiB")
            expectFailure(
                try Shell.hrvq("evaluate", run, "--memory", "much", in: folder), status: 64, "much", "--memory")
            #expect(try Shell.hrvq("evaluate", run, "--limit", "4", "--memory", "8GiB", in: folder).status == 0)
            #expect(names(folder).isEmpty)
        }
    }

    @Test("A classifier that is only used needs memory for its weights, and not for a training")
    func classifier() throws {
        try withTemporaryFolder { folder in
            let run = try TinyRun.folder.get().path
            // 24 MB of weights.
            var settings = ClassifierConfiguration()
            (settings.kind, settings.classNames, settings.hiddenUnits) = (.glyphs, (0..<10).map(String.init), 128)
            let classifier = try ImageClassifier(settings)
            #expect((20_000_000...40_000_000).contains(classifier.parameters.trainableCount * 4))
            try ClassifierFolder(folder.appendingPathComponent("c")).save(classifier)
            func compare(_ memory: String) throws -> Answer {
                try Shell.hrvq(
                    "compare", run, "--classifier", "c", "--limit", "4", "--memory", memory, "--output", "r", "-q",
                    in: folder)
            }
            expectFailure(try compare("15MB"), "c/model.safetensors", "14.3 MiB")
            #expect(try compare("80MB").status == 0)
        }
    }

    @Test("A thousand workers are as many as are useful")
    func workers() throws {
        try withTemporaryFolder { folder in
            let answer = try limited(
                4_000_000,
                [
                    "train", "--preset", "hrvqvae-tiny", "--steps", "1", "--set", "data.workers=1024", "--output",
                    "run",
                    "--quiet",
                ], in: folder)
            #expect(answer.status == 0, "\(answer)")
        }
    }

    @Test("Little address space is an error or suffices; nothing aborts or waits")
    func addressSpace() throws {
        try withTemporaryFolder { folder in
            let run = try TinyRun.folder.get().path
            // With less, the libraries that the program is linked with end it before its first line.
            for kilobytes in stride(from: 550_000, through: 950_000, by: 100_000) {
                for command in [
                    ["inspect", run], ["evaluate", run, "--limit", "2"],
                    ["rate-distortion", run, "--limit", "1", "--output", "report", "--force"],
                    ["train", "--preset", "hrvqvae-tiny", "--steps", "1", "--output", "run", "--quiet", "--force"],
                ] {
                    let answer = try limited(kilobytes, command, in: folder)
                    #expect([0, 1].contains(answer.status), "\(kilobytes) \(command) \(answer)")
                    if answer.status == 1 { #expect(answer.error.contains("Error: "), "\(answer)") }
                }
            }
        }
    }

    @Test("Every number among the options of every command takes extremes without a trap")
    func options() throws {
        let extremes = [
            "0", "-1", "1", "2147483648", "9223372036854775807", "-9223372036854775808", "1e308", "nan", "inf",
        ]
        var tried = 0
        for command in HRVQCommand.configuration.subcommands {
            let name = command.configuration.commandName ?? ""
            let help = HRVQCommand.helpMessage(for: command, columns: 200)
            for match in help.matches(of: #/(--[a-z-]+) <(count|number|numbers|pixels|size|row,column)>/#) {
                for value in extremes {
                    // What the parser refuses is refused in words; a trap ends the tests.
                    _ = try? HRVQCommand.parseAsRoot([name, "x", "y", String(match.1), value])
                    tried += 1
                }
            }
        }
        #expect(tried > 200)
    }
}
