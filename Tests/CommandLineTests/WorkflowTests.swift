import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("From training to codes", .serialized)
struct WorkflowTests {
    @Test("train, evaluate, tokenize, inspect on one run")
    func workflow() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            let json = folder.appendingPathComponent("figures.json")
            let evaluation = try Shell.hrvq("evaluate", run, "--limit", "32", "--json", json.path)
            #expect(evaluation.status == 0 && evaluation.output.contains("MSE"))
            let report = try JSONDecoder().decode(EvaluationReport.self, from: Data(contentsOf: json))
            #expect(report.images == 32 && report.mse > 0 && report.layers.map(\.codewords) == [4, 16])
            expectFailure(try Shell.hrvq("evaluate", run, "--limit", "32", "--json", json.path), "--force")
            #expect(
                try Shell.hrvq("evaluate", run, "--limit", "8", "--json", json.path, "--force").status == 0)
            #expect(
                try JSONDecoder().decode(EvaluationReport.self, from: Data(contentsOf: json)).images == 8)
            #expect(try Shell.hrvq("evaluate", run, "--limit", "8", "--json", "/dev/null").status == 0)
            let printed = try Shell.hrvq("evaluate", run, "--limit", "32", "--json", "-")
            let again = try JSONDecoder().decode(EvaluationReport.self, from: Data(printed.output.utf8))
            #expect(again.mse == report.mse)
            let train = try Shell.hrvq("evaluate", run, "--split", "train", "--limit", "32", "--json", "-")
            #expect(try JSONDecoder().decode(EvaluationReport.self, from: Data(train.output.utf8)).mse != report.mse)

            #expect(report.prefixes?.map(\.layers) == [1, 2] && evaluation.output.contains("from layers 1–2"))
            let sheet = folder.appendingPathComponent("layers.png").path
            let coarse = try Shell.hrvq(
                "evaluate", run, "--limit", "32", "--layers", "1", "--json", "-", "--layer-sheet", sheet)
            // Originals, the first layer, both.
            let drawn = try PixelImage.read(sheet, channels: 1)
            #expect(drawn.width > 3 * drawn.height)
            #expect(
                try JSONDecoder().decode(EvaluationReport.self, from: Data(coarse.output.utf8)).mse
                    == report.prefixes?[0].mse)
            expectFailure(try Shell.hrvq("evaluate", run, "--limit", "8", "--layer-sheet", sheet), sheet, "--force")
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/here", withDestinationPath: folder.path)
            try FileManager.default.createSymbolicLink(atPath: folder.path + "/to.json", withDestinationPath: "nowhere")
            for (words, arguments) in [
                ("two results", ["--json", "here/q", "--layer-sheet", "q"]), ("--force", ["--json", "to.json"]),
                (".json file", ["--json", "a.jpg"]), (".png file", ["--layer-sheet", "a.jpg"]),
                ("--layer-sheet", ["--layer-sheet", "-"]),
            ] {
                let answer = try Shell.finish(Shell.start(["evaluate", run, "--limit", "8"] + arguments, in: folder))
                expectFailure(answer, status: words == "--force" ? 1 : 64, words)
            }
            expectFailure(try Shell.hrvq("evaluate", run, "--layers", "3"), "1 to 2")
            expectFailure(try Shell.hrvq("evaluate", run, "--layers", "0"), status: 64, "--layers")

            let codes = folder.appendingPathComponent("codes.safetensors")
            #expect(try Shell.hrvq("tokenize", run, "--limit", "9", "--output", codes.path).status == 0)
            #expect(try Safetensors.read(codes).tensors["codes"]?.shape == [9, 2, 16, 16])
            expectFailure(try Shell.hrvq("tokenize", run, "--limit", "9", "--output", codes.path), "--force")
            #expect(try Shell.hrvq("tokenize", run, "--limit", "5", "--output", codes.path, "--force").status == 0)
            #expect(try Shell.hrvq("inspect", run).output.contains("hrvqvae"))
        }
    }

    @Test("reconstruct keeps sizes, writes a sheet, and goes on past a file that is no image")
    func reconstruct() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            let images = folder.appendingPathComponent("images")
            try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
            for (name, width, height) in [("a", 31, 17), ("b", 64, 64)] {
                try PixelImage(
                    width: width, height: height, channels: 3,
                    pixels: (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0) }
                ).writePNG(to: images.appendingPathComponent("\(name).png").path)
            }
            try Data("no image".utf8).write(to: images.appendingPathComponent("c.jpg"))
            let output = folder.appendingPathComponent("out")
            let answer = try Shell.hrvq("reconstruct", run, images.path, "--output", output.path)
            #expect(answer.status == 0 && answer.error.contains("skipped") && answer.error.contains("c.jpg"))
            #expect(names(output) == ["a.png", "b.png", "before-after.png"])
            let back = try PixelImage.read(output.appendingPathComponent("a.png").path, channels: 1)
            #expect(back.width == 31 && back.height == 17)
            expectFailure(try Shell.hrvq("reconstruct", run, images.path, "--output", output.path), "--force")
            #expect(try Shell.hrvq("reconstruct", run, images.path, "--output", output.path, "--force").status == 0)
            let none = folder.appendingPathComponent("none")
            expectFailure(
                try Shell.hrvq("reconstruct", run, images.path + "/c.jpg", "--output", none.path), "c.jpg")
        }
    }

    @Test("A run killed by force and resumed gives the model of one that was not, byte for byte")
    func killed() throws {
        try withTemporaryFolder { folder in
            let common = ["--preset", "hrvqvae-tiny", "--steps", "40", "--seed", "5", "--quiet"]
            let changes = ["--set", "checkpoint.every=7", "--set", "evaluation.every=50", "--set", "checkpoint.keep=3"]
            let whole = try Shell.finish(
                Shell.start(["train"] + common + changes + ["--output", "whole"], in: folder))
            #expect(whole.status == 0, "\(whole.error)")
            let started = try Shell.start(["train"] + common + changes + ["--output", "parts"], in: folder)
            let log = folder.appendingPathComponent("parts/metrics.jsonl")
            while started.process.isRunning,
                ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n").count < 25
            {
                usleep(2000)
            }
            kill(started.process.processIdentifier, SIGKILL)
            #expect(try Shell.finish(started).status == 128 + SIGKILL)
            let resumed = try Shell.hrvq("train", "--output", "parts", "--resume", in: folder)
            #expect(resumed.status == 0, "\(resumed.error)")
            #expect(
                try Data(contentsOf: folder.appendingPathComponent("whole/model.safetensors"))
                    == Data(contentsOf: folder.appendingPathComponent("parts/model.safetensors")))
        }
    }

    @Test("SIGINT, SIGTERM and SIGHUP save and end; --resume goes on", arguments: [SIGINT, SIGTERM, SIGHUP])
    func interrupted(_ number: Int32) throws {
        try withTemporaryFolder { folder in
            let started = try Shell.start(
                ["train", "--preset", "hrvqvae-tiny", "--steps", "3000", "--output", "run"], in: folder)
            let log = folder.appendingPathComponent("run/metrics.jsonl")
            while started.process.isRunning,
                ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n").count < 5
            {
                usleep(2000)
            }
            kill(started.process.processIdentifier, number)
            let answer = try Shell.finish(started)
            #expect(answer.status == 128 + number && answer.error.contains("--continue"), "\(answer)")
            let step = try #require(RunFolder(folder.appendingPathComponent("run")).checkpointSteps().last)
            #expect(names(folder.appendingPathComponent("run")).contains("model.safetensors"))
            let resumed = try Shell.hrvq("train", "--output", "run", "--resume", "--steps", "\(step + 2)", in: folder)
            #expect(resumed.status == 0, "\(resumed.error)")
        }
    }

    @Test("demo leaves pictures and says where")
    func demo() throws {
        try withTemporaryFolder { folder in
            let answer = try Shell.hrvq("demo", "--output", "demo", "--steps", "2", "--quiet", in: folder)
            #expect(answer.status == 0, "\(answer.error)")
            let written = names(folder.appendingPathComponent("demo"))
            #expect(written.contains("layers.png") && written.contains("samples.png"))
            let sheet = try PixelImage.read(
                folder.appendingPathComponent("demo/reconstructions.png").path, channels: 1)
            #expect(sheet.width > 500 && answer.output.contains("reconstructions.png"))
            expectFailure(try Shell.hrvq("demo", "--output", "demo", "--steps", "2", in: folder), "--force")
        }
    }

    @Test("A YAML file of settings, changed by --set, ends in config.json")
    func configuration() throws {
        try withTemporaryFolder { folder in
            try Data("preset: hrvqvae-tiny\ntraining:\n  steps: 2\n  batchSize: 4\n".utf8)
                .write(to: folder.appendingPathComponent("mine.yaml"))
            let answer = try Shell.hrvq(
                "train", "--config", "mine.yaml", "--set", "training.batchSize=5", "--output", "run", "--quiet",
                in: folder)
            #expect(answer.status == 0 && answer.error.isEmpty, "\(answer.error)")
            let configuration = try ModelFolder(folder.appendingPathComponent("run")).configuration()
            #expect(configuration.training.batchSize == 5 && configuration.training.steps == 2)
        }
    }
}

/// The Python that `make setup` filled, for the one test that runs PyTorch itself.
enum PyTorch {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let site = root.appendingPathComponent(".libtorch/site")
    static let isThere =
        FileManager.default.fileExists(atPath: site.appendingPathComponent("torch/__init__.py").path)
        && FileManager.default.fileExists(atPath: site.appendingPathComponent("safetensors").path)
}

@Suite("Models in Python", .enabled(if: PyTorch.isThere, "needs the torch wheel that 'make setup' installs"))
struct PythonTests {
    @Test("A model written here loads in Python, and a plain PyTorch model reconstructs the same")
    func reconstruction() throws {
        let run = try TinyRun.folder.get()
        try withTemporaryFolder { folder in
            let images = try Tensor.uniform([3, 1, 32, 32], in: -0.5...0.5, generator: Generator(seed: 4))
            let input = folder.appendingPathComponent("images.safetensors")
            let output = folder.appendingPathComponent("output.safetensors")
            try Safetensors.write([("images", images)], to: input)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [
                "python3", PyTorch.root.appendingPathComponent("Tools/fixtures/reconstruct.py").path, run.path,
                input.path, output.path,
            ]
            process.environment = ProcessInfo.processInfo.environment.merging(
                ["PYTHONPATH": PyTorch.site.path, "PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let theirs = try Safetensors.read(output).tensors
            let model = try ModelFolder(run).load().model
            model.precision = .float32
            let ours = try model.forward(images.channelsLast())
            let expected = try #require(theirs["reconstruction"]).array(of: Float.self)
            let found = try ours.reconstruction.array(of: Float.self)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 + 1e-4 * abs($1) })
            let codes = try model.encode(images.channelsLast()).grids[0].array(of: Int64.self)
            #expect(try codes == #require(theirs["codes"]).array(of: Int64.self))
        }
    }
}
