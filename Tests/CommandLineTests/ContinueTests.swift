import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("The same command again goes on", .serialized)
struct ContinueTests {
    private static let command = [
        "train", "--preset", "hrvqvae-tiny", "--steps", "40", "--seed", "5", "--threads", "1", "--precision", "float32",
        "--set", "checkpoint.every=7", "--set", "evaluation.every=50", "--set", "checkpoint.keep=3", "--quiet",
    ]

    private func run(_ arguments: [String], in folder: URL) throws -> Answer {
        try Shell.finish(Shell.start(arguments, in: folder))
    }

    private func model(_ name: String, in folder: URL) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent("\(name)/model.safetensors"))
    }

    /// Starts a command, waits until a file has so many lines (0: until it exists), and kills it.
    private func kill(_ arguments: [String], when file: String, lines: Int, in folder: URL) throws {
        let started = try Shell.start(arguments, in: folder)
        let log = folder.appendingPathComponent(file)
        while started.process.isRunning {
            let text = try? String(contentsOf: log, encoding: .utf8)
            if let text, text.split(separator: "\n").count >= lines { break }
            usleep(500)
        }
        Foundation.kill(started.process.processIdentifier, SIGKILL)
        #expect(try Shell.finish(started).status == 128 + SIGKILL)
    }

    @Test("A run that is begun, killed and gone on with by one command is one that was not, byte for byte")
    func killed() throws {
        try withTemporaryFolder { folder in
            let continued = Self.command + ["--continue", "--output", "parts"]
            #expect(try run(Self.command + ["--output", "whole"], in: folder).status == 0)
            try kill(continued, when: "parts/metrics.jsonl", lines: 2, in: folder)
            let again = try run(continued + ["--threads", "2"], in: folder)
            #expect(again.status == 0, "\(again.error)")
            #expect(try model("whole", in: folder) == model("parts", in: folder))
            // A complete run stays as it is.
            #expect(try run(continued, in: folder).status == 0)
            #expect(try model("whole", in: folder) == model("parts", in: folder))
        }
    }

    @Test("A run that is killed before its first checkpoint is begun again")
    func killedEarly() throws {
        try withTemporaryFolder { folder in
            let continued = Self.command + ["--continue", "--output", "parts"]
            #expect(try run(Self.command + ["--output", "whole"], in: folder).status == 0)
            try kill(continued, when: "parts/config.json", lines: 0, in: folder)
            try FileManager.default.removeItem(at: folder.appendingPathComponent("parts/checkpoints"), ifThere: true)
            let again = try run(continued, in: folder)
            #expect(again.status == 0, "\(again.error)")
            #expect(try model("whole", in: folder) == model("parts", in: folder))
            // What earlier versions left that were killed before they had written their settings.
            let older = folder.appendingPathComponent("older")
            try FileManager.default.createDirectory(at: older, withIntermediateDirectories: true)
            try Data().write(to: older.appendingPathComponent("metrics.jsonl"))
            let begun = try run(Self.command + ["--continue", "--output", "older"], in: folder)
            #expect(begun.status == 0, "\(begun.error)")
            #expect(try model("whole", in: folder) == model("older", in: folder))
        }
    }

    @Test("Equal settings go on with --continue and --resume; others are errors that name key, before and now")
    func settings() throws {
        try withTemporaryFolder { folder in
            #expect(try run(Self.command + ["--output", "run"], in: folder).status == 0)
            for way in ["--continue", "--resume"] {
                let same = try run(Self.command + ["--output", "run", way], in: folder)
                #expect(same.status == 0, "\(same.error)")
                expectFailure(
                    try run(Self.command + ["--output", "run", way, "--seed", "6"], in: folder),
                    "training.seed: 5 before, 6 now")
                // Models are the same with any number of threads.
                let threads = try run(["train", "--output", "run", way, "--threads", "2"], in: folder)
                #expect(
                    threads.status == 0 && threads.error.contains("training.threads: 1 before, 2 now"), "\(threads)")
                #expect(try run(["train", "--output", "run", way, "--threads", "1"], in: folder).status == 0)
                expectFailure(
                    try run(
                        [
                            "train", "--output", "run", way, "--preset", "hrvqvae-glyphs", "--seed", "5", "--threads",
                            "1",
                        ], in: folder), "model.hiddenUnits: ", " before, ", "quantizer.layers: ")
                #expect(try run(["train", "--output", "run", way], in: folder).status == 0)
            }
            let more = try run(["train", "--output", "run", "--continue", "--steps", "42"], in: folder)
            #expect(more.status == 0 && more.error.contains("training.steps: 40 before, 42 now"), "\(more.error)")
            expectFailure(try run(["train", "--output", "new", "--continue"], in: folder), status: 64, "--preset")
            expectFailure(
                try run(["train", "--output", "run", "--continue", "--force"], in: folder), status: 64, "exclude")
            #expect(!names(folder).contains("new"))
        }
    }

    @Test("Priors go on with the command that began them")
    func priors() throws {
        let trained = try PriorCommandTests.trained.get()
        let codes = trained.appendingPathComponent("codes.safetensors").path
        try withTemporaryFolder { folder in
            let command = [
                "train-prior", "--preset", "prior-tiny", "--codes", codes, "--steps", "12", "--threads", "1", "--seed",
                "3", "--set", "checkpoint.every=4", "--set", "logging.every=1", "--quiet",
            ]
            #expect(try run(command + ["--output", "whole"], in: folder).status == 0)
            let continued = command + ["--continue", "--output", "parts"]
            try kill(continued, when: "parts/layer-2/metrics.jsonl", lines: 5, in: folder)
            let again = try run(continued, in: folder)
            #expect(again.status == 0, "\(again.error)")
            for layer in 1...2 {
                #expect(
                    try model("whole/layer-\(layer)", in: folder) == model("parts/layer-\(layer)", in: folder))
            }
            expectFailure(try run(continued + ["--seed", "4"], in: folder), "training.seed: 3 before, 4 now")
            expectFailure(
                try run(["train-prior", "--codes", codes, "--output", "new", "--continue"], in: folder), status: 64,
                "--preset")
            // Killed between the two files that say what the priors are.
            try FileManager.default.removeItem(at: folder.appendingPathComponent("parts/config.json"))
            for layer in 1...2 {
                try FileManager.default.removeItem(at: folder.appendingPathComponent("parts/layer-\(layer)"))
            }
            #expect(try run(continued, in: folder).status == 0)
            #expect(try model("whole/layer-2", in: folder) == model("parts/layer-2", in: folder))
        }
    }

    @Test("The run remembers the folder of its images; without one, --data is asked for")
    func data() throws {
        try withTemporaryFolder { folder in
            let images = folder.appendingPathComponent("my images")
            try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
            for number in 0..<10 {
                try PixelImage(
                    width: 32, height: 32, channels: 3,
                    pixels: (0..<32 * 32 * 3).map { UInt8(truncatingIfNeeded: $0 * (number + 3)) }
                ).writePNG(to: images.appendingPathComponent("\(number).png").path)
            }
            let command = [
                "train", "--preset", "hrvqvae-tiny", "--set", "data.kind=folder", "--set", "data.channels=3", "--set",
                "data.height=32", "--set", "data.width=32", "--set", "data.padding=0", "--set", "data.testShare=0.3",
                "--threads", "1", "--output", "run",
            ]
            expectFailure(try run(command + ["--steps", "2"], in: folder), "pass --data FOLDER")
            #expect(!names(folder).contains("run"))
            let first = try run(command + ["--steps", "2", "--data", "my images"], in: folder)
            #expect(first.status == 0, "\(first.error)")
            // Where the next command is given does not matter.
            let run = folder.appendingPathComponent("run").path
            let more = try Shell.hrvq("train", "--continue", "--output", run, "--steps", "4")
            #expect(more.status == 0 && more.error.contains(images.path), "\(more.error)")
            let figures = try Shell.hrvq("evaluate", run)
            #expect(figures.status == 0 && figures.error.contains(images.path), "\(figures.error)")
            #expect(try Shell.hrvq("tokenize", run, "--output", folder.path + "/codes.safetensors").status == 0)
            // A model that is passed on is complete without it.
            let passed = folder.appendingPathComponent("passed")
            try FileManager.default.createDirectory(at: passed, withIntermediateDirectories: true)
            for name in ["config.json", "model.safetensors"] {
                try FileManager.default.copyItem(
                    atPath: "\(run)/\(name)", toPath: passed.appendingPathComponent(name).path)
            }
            #expect(try Shell.hrvq("evaluate", passed.path, "--data", images.path).status == 0)
            expectFailure(try Shell.hrvq("evaluate", passed.path), "pass --data FOLDER")
            let moved = folder.appendingPathComponent("moved")
            try FileManager.default.moveItem(at: images, to: moved)
            expectFailure(
                try Shell.hrvq("train", "--continue", "--output", run, "--steps", "5"), images.path,
                "pass --data FOLDER")
            #expect(
                try Shell.hrvq("train", "--continue", "--output", run, "--steps", "5", "--data", moved.path).status == 0
            )
            #expect(try Shell.hrvq("train", "--continue", "--output", run, "--steps", "6").status == 0)
        }
    }
}

@Suite("Signals and what is said of going on", .serialized)
struct SignalTests {
    /// Starts a long run and waits until it makes steps.
    private func start(
        _ output: String, in folder: URL, after command: String? = nil
    ) throws -> (process: Process, output: URL, error: URL) {
        let started = try Shell.start(
            [
                "train", "--preset", "hrvqvae-tiny", "--steps", "100000", "--output", output, "--threads", "1", "--set",
                "evaluation.every=100000",
            ], in: folder, after: command)
        waitForSteps(started.process, output, in: folder, lines: 3)
        return started
    }

    private func waitForSteps(_ process: Process, _ output: String, in folder: URL, lines: Int) {
        let log = folder.appendingPathComponent("\(output)/metrics.jsonl")
        while process.isRunning,
            ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n").count < lines
        {
            usleep(2000)
        }
    }

    @Test("A closed terminal saves the run, but not under nohup")
    func hangUp() throws {
        try withTemporaryFolder { folder in
            let started = try start("run", in: folder)
            kill(started.process.processIdentifier, SIGHUP)
            let answer = try Shell.finish(started)
            #expect(answer.status == 129 && answer.error.contains("and saved"), "\(answer)")
            #expect(!RunFolder(folder.appendingPathComponent("run")).checkpointSteps().isEmpty)
            // What nohup does.
            let ignoring = try start("ignoring", in: folder, after: "trap '' HUP")
            kill(ignoring.process.processIdentifier, SIGHUP)
            let log = folder.appendingPathComponent("ignoring/metrics.jsonl")
            let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").count
            waitForSteps(ignoring.process, "ignoring", in: folder, lines: lines + 20)
            #expect(ignoring.process.isRunning)
            kill(ignoring.process.processIdentifier, SIGTERM)
            #expect(try Shell.finish(ignoring).status == 128 + SIGTERM)
        }
    }

    @Test("The command to go on with is one that a shell reads back, whatever the folder's name")
    func quoting() throws {
        try withTemporaryFolder { folder in
            let started = try start("Nicola's $run", in: folder)
            kill(started.process.processIdentifier, SIGINT)
            let answer = try Shell.finish(started)
            let line = try #require(
                answer.error.split(separator: "\n").first { $0.hasPrefix("go on with: hrvq ") }, "\(answer.error)")
            let step = try #require(
                RunFolder(folder.appendingPathComponent("Nicola's $run")).checkpointSteps().last)
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            let words = line.dropFirst("go on with: hrvq ".count)
            shell.arguments = ["-c", "'\(Shell.executable.path)' \(words) --quiet --steps \(step + 2)"]
            shell.currentDirectoryURL = folder
            try shell.run()
            shell.waitUntilExit()
            #expect(shell.terminationStatus == 0)
            #expect(
                RunFolder(folder.appendingPathComponent("Nicola's $run")).checkpointSteps().last == step + 2)
        }
    }

    @Test("Training ends with its time, its figures and the next command")
    func end() throws {
        try withTemporaryFolder { folder in
            let answer = try Shell.hrvq(
                "train", "--preset", "hrvqvae-tiny", "--steps", "3", "--output", "a run", in: folder)
            let lines = answer.error.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("done: 3 steps, 0:0") }, "\(answer.error)")
            #expect(lines.contains { $0.hasPrefix("test MSE 0.") && $0.contains("PSNR") && $0.contains("usage ") })
            #expect(lines.last == "next: hrvq evaluate 'a run'")
            #expect(lines.contains { $0.contains("(averaged weights)") })
            #expect(lines.contains { $0.hasPrefix("placing codewords by k-means") })
            // Lines of steps fit a terminal by leaving columns out, which no pipe needs; what was found has its own length.
            let long = lines.filter { $0.count > 80 && !$0.hasPrefix("step ") && !$0.hasPrefix("data: ") }
            #expect(long.isEmpty, "\(long)")
        }
    }
}

extension FileManager {
    fileprivate func removeItem(at url: URL, ifThere: Bool) throws {
        if fileExists(atPath: url.path) { try removeItem(at: url) }
    }
}
