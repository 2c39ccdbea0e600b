import Foundation
import Testing

@Suite("Help, usage and exit codes", .serialized)
struct HelpTests {
    @Test("Help names every command, and every command has help")
    func help() throws {
        let help = try Shell.hrvq("--help")
        #expect(help.status == 0)
        for command in [
            "train", "evaluate", "reconstruct", "tokenize", "train-prior", "sample", "complete", "encode",
            "decode", "train-entropy", "inspect", "compare", "rate-distortion", "experiment", "train-classifier",
            "data",
            "import", "export", "doctor", "demo", "bench",
        ] {
            #expect(help.output.contains("\n  \(command) "))
            let own = try Shell.hrvq(command, "--help")
            #expect(own.status == 0 && own.output.contains("USAGE: hrvq \(command)"))
        }
        #expect(!help.output.contains("bench-worker"))
        #expect(try Shell.hrvq("--version").output == "0.1.0\n")
    }

    @Test("The help of train lists every option and preset")
    func trainHelp() throws {
        let help = try Shell.hrvq("train", "--help").output
        for word in [
            "--preset", "--config", "--data", "--output", "--steps", "--seed", "--set", "--continue", "--resume",
            "--force",
            "--device", "--threads", "--precision", "--quiet", "--help-config", "hrvqvae-ffhq", "hrvqvae-imagenet",
            "hrvqvae-cifar10", "hrvqvae-mnist", "hrvqvae-glyphs", "fsq-cifar10",
        ] {
            #expect(help.contains(word), "\(word)")
        }
        let settings = try Shell.hrvq("train", "--help-config", "--preset", "hrvqvae-mnist").output
        #expect(settings.contains("quantizer.branching=4") && settings.contains("checkpoint.every="))
    }

    @Test("Wrong usage ends with 64 and says what is wrong")
    func usage() throws {
        expectFailure(try Shell.hrvq("tain"), status: 64, "tain")
        expectFailure(try Shell.hrvq("train"), status: 64, "--output")
        expectFailure(try Shell.hrvq("train", "--output", "x"), status: 64, "--preset")
        // A number below zero is a number, and not the next option.
        for (command, option) in [
            ("train", "--steps"), ("train-prior", "--steps"), ("demo", "--steps"), ("train-classifier", "--batch-size"),
            ("evaluate", "--limit"), ("compare", "--images"), ("sample", "--count"), ("bench", "--rounds"),
        ] {
            let needed: [String: [String]] = [
                "train": ["--preset", "hrvqvae-tiny", "--output", "x"],
                "train-prior": ["--preset", "prior-tiny", "--codes", "x", "--output", "x"],
                "train-classifier": ["--kind", "glyphs", "--output", "x"], "evaluate": ["x"],
                "compare": ["x", "--output", "x"], "sample": ["x", "x", "--output", "x"],
            ]
            let answer = try Shell.finish(
                Shell.start(
                    [command] + (needed[command] ?? []) + [option, "-3"], in: FileManager.default.temporaryDirectory))
            expectFailure(answer, status: 64, "\(option) is -3; it must be")
        }
        expectFailure(
            try Shell.hrvq("train", "--preset", "hrvqvae-tiny", "--output", "x", "--steps", "many"), status: 64, "many")
        expectFailure(
            try Shell.hrvq("train", "--preset", "hrvqvae-tiny", "--output", "x", "--resume", "--force"), status: 64,
            "--resume")
        expectFailure(
            try Shell.hrvq("train", "--preset", "hrvqvae-tiny", "--output", "x", "--device", "tpu"), status: 64, "tpu",
            "cuda")
        expectFailure(
            try Shell.hrvq("train", "--preset", "hrvqvae-tiny", "--output", "x", "--threads", "-1"), status: 64,
            "--threads")
        expectFailure(try Shell.hrvq("evaluate"), status: 64, "<run>")
        expectFailure(try Shell.hrvq("evaluate", "x", "--split", "half"), status: 64, "half", "test")
        expectFailure(try Shell.hrvq("evaluate", "x", "--limit", "0"), status: 64, "--limit")
        expectFailure(try Shell.hrvq("reconstruct", "x", "y.png", "--output", "z", "--tile", "3"), status: 64, "--tile")
    }

    @Test(
        "A result that cannot be written is an error", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))
    )
    func fullOutput() throws {
        let process = Process()
        process.executableURL = Shell.executable
        process.arguments = ["inspect", "hrvqvae-tiny", "--json"]
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 1)
    }

    @Test("Completion scripts are generated for three shells", arguments: ["bash", "zsh", "fish"])
    func completion(_ shell: String) throws {
        let script = try Shell.hrvq("--generate-completion-script", shell)
        #expect(script.status == 0 && script.output.contains("hrvqvae-cifar10"))
    }

    @Test("inspect prints the paper's rate, as text and as JSON")
    func inspect() throws {
        let text = try Shell.hrvq("inspect", "hrvqvae-ffhq")
        #expect(text.status == 0 && text.output.contains("170.7") && text.output.contains("3×8"))
        let json = try Shell.hrvq("inspect", "hrvqvae-mnist", "--json").output
        let values = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect((values["layers"] as? [Any])?.count == 3)
        let list = try Shell.hrvq("inspect", "hrvqvae-tiny", "--parameters").output
        #expect(list.contains("quantizer.codebooks.1  [4, 4, 4]  (averaged)"))
        expectFailure(try Shell.hrvq("inspect", "hrvqvae-ffhp"), "hrvqvae-ffhq")
    }

    @Test("doctor tells about LibTorch, threads, bfloat16 and the GPU")
    func doctor() throws {
        let text = try Shell.hrvq("doctor")
        #expect(text.status == 0)
        for word in ["LibTorch", "found in", "threads", "bfloat16", "GPU"] { #expect(text.output.contains(word)) }
        let json = try Shell.hrvq("doctor", "--json").output
        let values = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect((values["libTorch"] as? String)?.hasPrefix("2.") == true && values["supported"] as? Bool == true)
    }
}
