import Foundation
import HRVQ
import TestSupport
import Testing

/// Every row of what users get wrong: an error with exit code 1 that names the file or key, and nothing written.
@Suite("Bad input", .serialized)
struct BadInputTests {
    /// Training that must fail before its output folder appears.
    private func expectRefusal(
        _ preset: String, data: URL?, _ words: [String], overrides: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try withTemporaryFolder { folder in
            var arguments = ["train", "--preset", preset, "--steps", "2", "--output", "run", "--quiet"]
            if let data { arguments += ["--data", data.path] }
            for override in overrides { arguments += ["--set", override] }
            let answer = try Shell.finish(Shell.start(arguments, in: folder))
            #expect(answer.status == 1, "\(answer)", sourceLocation: sourceLocation)
            for word in words {
                #expect(answer.error.contains(word), "\(answer.error)", sourceLocation: sourceLocation)
            }
            #expect(names(folder).isEmpty, sourceLocation: sourceLocation)
        }
    }

    @Test("Data that is missing, empty or cut off")
    func data() throws {
        try withTemporaryFolder { folder in
            try expectRefusal("hrvqvae-mnist", data: nil, ["pass --data FOLDER"])
            try expectRefusal("hrvqvae-mnist", data: folder.appendingPathComponent("no"), ["train-images-idx3-ubyte"])
            try expectRefusal("hrvqvae-mnist", data: folder, ["train-images-idx3-ubyte"])
            try expectRefusal("hrvqvae-cifar10", data: folder, ["data_batch_1.bin"])
            try expectRefusal("hrvqvae-imagenet", data: folder, ["JPEG, PNG, WebP or PPM"])
            for name in ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"] {
                try Data([0x1F, 0x8B, 8, 0]).write(to: folder.appendingPathComponent(name))
            }
            try expectRefusal("hrvqvae-mnist", data: folder, ["train-images-idx3-ubyte.gz"])
            for number in 1...5 {
                try Data(repeating: 0, count: 3072).write(to: folder.appendingPathComponent("data_batch_\(number).bin"))
            }
            try expectRefusal("hrvqvae-cifar10", data: folder, ["data_batch_1.bin", "3073"])
        }
    }

    @Test("Images that do not decode: few are skipped and counted, many end the run")
    func badImages() throws {
        try withTemporaryFolder { folder in
            let good = try PixelImage(
                width: 40, height: 36, channels: 3, pixels: (0..<40 * 36 * 3).map { UInt8(truncatingIfNeeded: $0) }
            ).pngData()
            for index in 0..<30 { try good.write(to: folder.appendingPathComponent("good-\(index).png")) }
            try good.prefix(60).write(to: folder.appendingPathComponent("bad.png"))
            try Data().write(to: folder.appendingPathComponent("empty.jpg"))
            let arguments = [
                "train", "--preset", "hrvqvae-tiny", "--data", folder.path, "--quiet", "--set", "data.kind=folder",
                "--set", "data.testShare=0.2", "--steps", "8", "--set", "evaluation.every=100", "--output",
            ]
            try withTemporaryFolder { out in
                let lenient = try Shell.finish(
                    Shell.start(arguments + ["lenient", "--set", "data.maximumSkippedShare=0.5"], in: out))
                #expect(lenient.status == 0, "\(lenient.error)")
                let log = try String(
                    contentsOf: out.appendingPathComponent("lenient/metrics.jsonl"), encoding: .utf8)
                #expect(log.contains("\"skippedImages\":"))
                let strict = try Shell.finish(
                    Shell.start(arguments + ["strict", "--set", "data.maximumSkippedShare=0.01"], in: out))
                expectFailure(strict, "could not be read", ".png")
                #expect(names(out) == ["lenient"])
                // A folder that was there before stays, with what is in it.
                let kept = out.appendingPathComponent("kept")
                try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: true)
                try Data("mine".utf8).write(to: kept.appendingPathComponent("notes.txt"))
                for place in ["kept", "deep/er/run"] {
                    let again = try Shell.finish(
                        Shell.start(arguments + [place, "--set", "data.maximumSkippedShare=0.01"], in: out))
                    expectFailure(again, "could not be read")
                }
                #expect(names(out) == ["kept", "lenient"] && names(kept) == ["notes.txt"])
            }
        }
    }

    @Test("Presets, keys, types and ranges that do not exist")
    func settings() throws {
        try expectRefusal("hrvqvae-minst", data: nil, ["did you mean 'hrvqvae-mnist'?"])
        let cases: [(String, String)] = [
            ("optimizer.learnigRate=1", "optimizer.learningRate"), ("learningRate=1", "optimizer.learningRate"),
            ("quantizer.branching=0", "quantizer.branching"), ("quantizer.branching=many", "an integer"),
            ("training.epochs=-1", "training.epochs"), ("data.height=29", "model.downsampling"),
            ("quantizer.decay=1.5", "quantizer.decay"), ("quantizer.learning=sgd", "movingAverage"),
            ("quantizer.layers=40", "quantizer.layers"), ("training.batchSize=0", "training.batchSize"),
            ("nonsense", "key=value"),
        ]
        for (override, word) in cases {
            try expectRefusal("hrvqvae-tiny", data: nil, [word], overrides: [override])
        }
        try expectRefusal(
            "hrvqvae-tiny", data: nil, ["quantizer.layers", "training.batchSize", "optimizer.beta1"],
            overrides: ["quantizer.layers=0", "training.batchSize=0", "optimizer.beta1=2"])
    }

    @Test("Models that are missing, cut off or do not fit, in every command that reads one")
    func models() throws {
        let run = try TinyRun.folder.get()
        try withTemporaryFolder { folder in
            let model = folder.appendingPathComponent("model")
            let commands = [
                ["evaluate", model.path, "--limit", "2"],
                ["tokenize", model.path, "--limit", "2", "--output", folder.appendingPathComponent("codes").path],
                [
                    "reconstruct", model.path, run.appendingPathComponent("samples").path, "--output",
                    folder.path + "/o",
                ],
            ]
            func expectAll(_ words: String...) throws {
                for command in commands {
                    let answer = try Shell.finish(Shell.start(command, in: folder))
                    #expect(answer.status == 1, "\(answer)")
                    for word in words { #expect(answer.error.contains(word), "\(answer.error)") }
                    #expect(names(folder).allSatisfy { $0 == "model" })
                }
            }
            try expectAll("model", "no such file or folder")
            try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
            try expectAll("config.json")
            let configuration = try Data(contentsOf: run.appendingPathComponent("config.json"))
            try configuration.write(to: model.appendingPathComponent("config.json"))
            try expectAll("model.safetensors")
            let weights = try Data(contentsOf: run.appendingPathComponent("model.safetensors"))
            try weights.prefix(1000).write(to: model.appendingPathComponent("model.safetensors"))
            try expectAll("model.safetensors", "cut off")
            try weights.write(to: model.appendingPathComponent("model.safetensors"))
            try Data(
                String(decoding: configuration, as: UTF8.self)
                    .replacingOccurrences(of: "\"dimension\" : 4", with: "\"dimension\" : 6").utf8
            ).write(to: model.appendingPathComponent("config.json"))
            try expectAll("encoder.project.weight", "quantizer.codebooks.0", "decoder.conv.weight")
            try configuration.prefix(50).write(to: model.appendingPathComponent("config.json"))
            try expectAll("config.json", "not JSON")
        }
    }

    @Test("An output folder that holds another run, and nothing to resume")
    func outputs() throws {
        let run = try TinyRun.folder.get()
        let before = try Data(contentsOf: run.appendingPathComponent("model.safetensors"))
        expectFailure(
            try Shell.hrvq("train", "--preset", "hrvqvae-tiny", "--output", run.path), "--continue", "--force")
        #expect(try Data(contentsOf: run.appendingPathComponent("model.safetensors")) == before)
        try withTemporaryFolder { folder in
            expectFailure(try Shell.hrvq("train", "--output", "new", "--resume", in: folder), "no checkpoint")
            #expect(names(folder).isEmpty)
        }
    }

    @Test("A limit to the size of files is an error like a full disk, and nothing is left behind")
    func limitedFiles() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            let arguments = ["tokenize", run, "--limit", "64", "--output", "codes.safetensors", "--quiet"]
            let answer = try Shell.finish(Shell.start(arguments, in: folder, after: "ulimit -f 4"))
            expectFailure(answer, "codes.safetensors", "File too large")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("Files that cannot be written are refused before the work")
    func unwritable() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            for arguments in [
                ["evaluate", run, "--json", "none/a.json"], ["tokenize", run, "--output", "none/codes.safetensors"],
                ["sample", run, "prior", "--output", "none/a.png"],
                ["complete", run, "prior", "--keep", "top:0.5", "--output", "none/a.png"],
                ["train-classifier", "--kind", "glyphs", "--output", "out", "--json", "none/a.json"],
                ["bench", "--json", "none/a.json"],
            ] {
                expectFailure(try Shell.finish(Shell.start(arguments, in: folder)), "there is no folder", "none")
            }
            expectFailure(
                try Shell.hrvq("evaluate", run, "--json", ".", in: folder), "is a directory; expected a file")
            #expect(names(folder).isEmpty)
        }
    }

    @Test("A loss that is not a number ends the run, names the term, and keeps the checkpoint")
    func notANumber() throws {
        try withTemporaryFolder { folder in
            let answer = try Shell.hrvq(
                "train", "--preset", "hrvqvae-tiny", "--output", "run", "--quiet", "--set",
                "optimizer.learningRate=1e30",
                "--set", "checkpoint.every=1", in: folder)
            expectFailure(
                answer, "not a finite number", "reconstruction", "checkpoints/step-", "optimizer.learningRate")
        }
    }

    @Test(
        "A disk that is full: an error with the system's words, and no half-written file",
        .enabled(if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/bin/mount")))
    func fullDisk() throws {
        let run = try TinyRun.folder.get()
        try withTemporaryFolder { folder in
            let disk = folder.appendingPathComponent("disk")
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            let mount = try Process.run(
                URL(fileURLWithPath: "/bin/mount"), arguments: ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.path])
            mount.waitUntilExit()
            // Containers may forbid mounting; the sink's own test stands then.
            guard mount.terminationStatus == 0 else { return }
            defer {
                let unmount = try? Process.run(URL(fileURLWithPath: "/bin/umount"), arguments: [disk.path])
                unmount?.waitUntilExit()
            }
            let answer = try Shell.hrvq(
                "tokenize", run.path, "--limit", "2000", "--output", disk.path + "/codes.safetensors", "--quiet")
            expectFailure(answer, "No space left on device", "codes.safetensors")
            #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).isEmpty)
            let training = try Shell.hrvq(
                "train", "--preset", "hrvqvae-tiny", "--output", disk.path + "/run", "--quiet")
            expectFailure(training, "No space left on device")
        }
    }

    @Test("A device that is not there", .enabled(if: Engine.cudaUnavailability != nil))
    func device() throws {
        try withTemporaryFolder { folder in
            expectFailure(
                try Shell.hrvq(
                    "train", "--preset", "hrvqvae-tiny", "--output", "run", "--device", "cuda", in: folder),
                "not available", "--device cpu")
            #expect(names(folder).isEmpty)
        }
    }
}
