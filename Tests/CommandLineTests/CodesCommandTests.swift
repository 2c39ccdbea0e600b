import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("Codes from the command line, and what inspect takes", .serialized)
struct CodesCommandTests {
    @Test("decode turns codes into the pictures that a reconstruction shows: a folder, or one picture of all")
    func decode() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            #expect(
                try Shell.hrvq("tokenize", run, "--limit", "5", "--output", "c.safetensors", in: folder).status == 0)
            let answer = try Shell.hrvq("decode", run, "c.safetensors", in: folder)
            #expect(answer.status == 0 && answer.error.contains("c.safetensors → c: 5 images of 28x28"), "\(answer)")
            let file = try CodesFile(folder.appendingPathComponent("c.safetensors"))
            let pictures = names(folder.appendingPathComponent("c"))
            #expect(pictures.map { Int($0.dropLast(4)) } == file.indices.map { $0 })
            let (configuration, model) = try ModelFolder(URL(fileURLWithPath: run)).load()
            let direct = try CodeDecoder(model, configuration, device: .cpu).images(file.codes)
            for (name, image) in zip(pictures, direct) {
                #expect(try PixelImage.read(folder.appendingPathComponent("c/\(name)").path, channels: 1) == image)
            }
            let grid = try Shell.hrvq("decode", run, "c.safetensors", "--layers", "1", "-o", "all.png", in: folder)
            #expect(grid.status == 0 && grid.error.contains("1 of 2 layers"), "\(grid)")
            #expect(try PixelImage.read(folder.appendingPathComponent("all.png").path, channels: 1).width == 3 * 30 + 2)
            // A folder of results holds a folder of the file's pictures, whether it exists or its name ends in a slash.
            for place in ["new/", "new"] {
                let inner = try Shell.hrvq("decode", run, "c.safetensors", "-o", place, "--force", "-q", in: folder)
                #expect(inner.status == 0, "\(inner)")
                #expect(names(folder.appendingPathComponent("new")) == ["c"], "\(place)")
                #expect(names(folder.appendingPathComponent("new/c")) == pictures, "\(place)")
            }
            // Another program's file: the tensor alone.
            try Safetensors.write(
                [("codes", try file.codes.grids[0].to(.int64))], to: folder.appendingPathComponent("own.safetensors"))
            let own = try Shell.hrvq("decode", run, "own.safetensors", in: folder)
            #expect(own.status == 0 && own.error.contains("does not say which model"), "\(own)")
            #expect(names(folder.appendingPathComponent("own")) == (0..<5).map { "\($0).png" })
            expectFailure(
                try Shell.hrvq("decode", run, "c.safetensors", "-o", "y", "--layers", "3", in: folder), status: 64,
                "2 layers")
            let levels = try ComparisonCommandTests.levels.get().path
            expectFailure(
                try Shell.hrvq("decode", levels, "c.safetensors", "-o", "z", in: folder), "do not belong together")
        }
    }

    @Test("inspect tells every kind of file and folder apart, and says how far a run got")
    func inspect() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            func text(_ path: String) throws -> String {
                let answer = try Shell.hrvq("inspect", path, in: folder)
                #expect(answer.status == 0, "\(path): \(answer)")
                return answer.output
            }
            #expect(
                try Shell.hrvq("tokenize", run, "--limit", "40", "--output", "c.safetensors", in: folder).status == 0)
            #expect(try text("c.safetensors").contains("40 images, test split"))
            let whole = try text(run)
            #expect(whole.contains("10 of 10 steps, newest checkpoint step-10") && whole.contains("last evaluation"))
            #expect(try text(run + "/checkpoints/step-10").contains("checkpoint            step 10"))
            #expect(try text(run + "/model.safetensors").contains("decoder.conv.bias  float32 [8]"))
            #expect(try text("prior-tiny").contains("network.hiddenUnits=16"))
            #expect(try text("claims-tiny").contains("runs                  11"))
            try Data("preset: hrvqvae-tiny\nquantizer:\n  branching: 8\n".utf8)
                .write(to: folder.appendingPathComponent("run.yaml"))
            #expect(try text("run.yaml").contains("of 8 codewords"))
            // The ninth byte is that of a safetensors file.
            try Data("models: {a: {preset: hrvqvae-tiny}}\n".utf8).write(to: folder.appendingPathComponent("flow.yaml"))
            let flow = try Shell.hrvq("inspect", "flow.yaml", in: folder)
            expectFailure(flow, "flow.yaml: unknown key 'models.a'; did you mean 'models'?")
            try Data("preset: prior-tiny\n".utf8).write(to: folder.appendingPathComponent("prior.yaml"))
            #expect(try text("prior.yaml").contains("network.groups"))
            let printed = try Shell.hrvq("experiment", "--preset", "claims-tiny", "--print", in: folder).output
            try Data(printed.utf8).write(to: folder.appendingPathComponent("claims.yml"))
            #expect(try text("claims.yml").contains("runs                  11"))
            #expect(
                try Shell.hrvq(
                    "train-classifier", "--kind", "glyphs", "--height", "12", "--width", "10", "--steps", "1",
                    "--output",
                    "cls", "-q", in: folder
                ).status == 0)
            #expect(try text("cls").contains("10×12×1"))
            let json = try Shell.hrvq("inspect", run, "--json", in: folder).output
            let values = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            #expect(
                (values["progress"] as? [String: Any])?["step"] as? Int == 10 && values["kind"] as? String == "hrvqvae")
            try Data("a,b".utf8).write(to: folder.appendingPathComponent("x.csv"))
            for path in ["x.csv", ".", run + "/config.json"] {
                expectFailure(try Shell.hrvq("inspect", path, in: folder), "expected a preset, the folder of a run")
            }
            expectFailure(try Shell.hrvq("inspect", "--json", run, in: folder), status: 64, "is the file of --json")
        }
    }

    @Test("Of a file that is cut off, inspect says how much of which layer is there")
    func cutFile() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            try PixelImage(width: 40, height: 40, channels: 1, pixels: [UInt8](repeating: 90, count: 1600))
                .writePNG(to: folder.appendingPathComponent("p.png").path)
            #expect(try Shell.hrvq("encode", run, "p.png", "--coding", "packed", in: folder).status == 0)
            var bytes = try Data(contentsOf: folder.appendingPathComponent("p.hrvq"))
            try bytes.dropLast(14).write(to: folder.appendingPathComponent("cut.hrvq"))
            let answer = try Shell.hrvq("inspect", "cut.hrvq", in: folder)
            expectFailure(answer, "cut.hrvq")
            #expect(answer.output.contains("grid 22×22"), "\(answer.output)")
            // Its last four bytes are the checksum.
            #expect(answer.output.contains("not whole: 111 of 121 bytes"), "\(answer.output)")
            #expect(answer.output.contains("of a file of \(bytes.count - 14) bytes"), "\(answer.output)")
            expectFailure(try Shell.hrvq("decode", run, "cut.hrvq", "-o", "x.png", in: folder), "--layers 1")
            #expect(try Shell.hrvq("decode", run, "cut.hrvq", "-o", "x.png", "--layers", "1", in: folder).status == 0)
            // A file of 123 layers has the ninth byte of a safetensors file.
            bytes[8] = 123
            try bytes.write(to: folder.appendingPathComponent("many.hrvq"))
            let many = try Shell.hrvq("decode", run, "many.hrvq", "-o", "y.png", in: folder)
            expectFailure(many, "fetch the file again")
        }
    }

    @Test("A mistyped command or option is answered by the nearest one; usage lines name what is required")
    func usage() throws {
        expectFailure(try Shell.hrvq("trian"), status: 64, "did you mean 'train'?")
        expectFailure(try Shell.hrvq("enocde", "x"), status: 64, "did you mean 'encode'?")
        expectFailure(try Shell.hrvq("xyzzy"), status: 64, "the commands are train,")
        expectFailure(
            try Shell.hrvq("train", "--preset", "hrvqvae-tiny", "--outptu", "x"), status: 64, "Did you mean '--output'?"
        )
        expectFailure(
            try Shell.hrvq("train", "--output", "nope", "--continue"), status: 64, "nope holds no run to continue")
        for (command, required) in [
            ("train", "--preset <name> --data <folder> --output <folder>"), ("train", "--output <folder> --continue"),
            ("train-prior", "--preset <name> --codes <file> --output <folder>"), ("encode", "<run> <images> ..."),
            ("decode", "<run> <files> ..."), ("sample", "--output <output>"),
            ("tokenize", "--output <file.safetensors>"),
            ("inspect", "<model>"), ("experiment", "--preset <name>"),
            ("complete", "--keep <area> --output <file.png>"),
        ] {
            let help = try Shell.hrvq(command, "--help").output
            let usage = help.components(separatedBy: "USAGE: ").last?.components(separatedBy: "\n\n").first ?? ""
            #expect(usage.contains(required), "\(command): \(usage)")
        }
    }

    @Test("--json is one option in all commands")
    func json() throws {
        for command in [
            "inspect", "doctor", "compare", "rate-distortion", "evaluate", "sample", "train-classifier",
            "train-entropy",
            "bench",
        ] {
            #expect(try Shell.hrvq(command, "--help").output.contains("--json [<file>]"), "\(command)")
        }
        try withTemporaryFolder { folder in
            #expect(try Shell.hrvq("doctor", "--json", "d.json", in: folder).output.contains("LibTorch"))
            #expect(names(folder) == ["d.json"])
            expectFailure(try Shell.hrvq("doctor", "--json", "d.json", in: folder), "--force")
            #expect(try Shell.hrvq("doctor", "--json", "-", in: folder).output.hasPrefix("{"))
        }
    }
}
