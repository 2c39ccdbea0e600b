import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("Priors from the command line", .serialized)
struct PriorCommandTests {
    /// Codes of the tiny run, and priors of them that were trained for a few steps.
    static let trained: Result<URL, any Error> = Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hrvq-prior-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let run = try TinyRun.folder.get().path
        for arguments in [
            ["tokenize", run, "--split", "train", "--limit", "96", "--output", "codes.safetensors"],
            ["tokenize", run, "--limit", "32", "--output", "test.safetensors"],
            [
                "train-prior", "--preset", "prior-tiny", "--codes", "codes.safetensors", "--output", "prior", "--steps",
                "8",
            ],
        ] {
            let answer = try Shell.finish(Shell.start(arguments + ["--quiet"], in: folder))
            guard answer.status == 0 else { throw ShellError.failed(answer.error) }
        }
        return folder
    }

    @Test("The likelihood of held-out codes, as text and as JSON")
    func evaluate() throws {
        let folder = try Self.trained.get()
        let text = try Shell.hrvq("evaluate", "prior", "--codes", "test.safetensors", in: folder)
        #expect(text.status == 0 && text.output.contains("bits/position") && text.output.contains("32 images"))
        let json = try Shell.hrvq(
            "evaluate", "prior", "--codes", "test.safetensors", "--limit", "16", "--json", "-", in: folder)
        let likelihood = try JSONDecoder().decode(PriorLikelihood.self, from: Data(json.output.utf8))
        #expect(likelihood.images == 16 && likelihood.layers.map(\.choices) == [4, 4])
        #expect(likelihood.layers.allSatisfy { $0.bitsPerPosition > 0 && $0.uniform == 2 })
        expectFailure(try Shell.hrvq("evaluate", "prior", in: folder), status: 64, "--codes")
        for option in [["--split", "test"], ["--data", "x"], ["--layers", "1"]] {
            let answer = try Shell.finish(
                Shell.start(["evaluate", "prior", "--codes", "test.safetensors"] + option, in: folder))
            expectFailure(answer, status: 64, "leave out \(option[0])")
        }
        let run = try TinyRun.folder.get().path
        expectFailure(
            try Shell.hrvq("evaluate", run, "--codes", "test.safetensors", in: folder), status: 64, "--codes")
    }

    @Test("Samples are pictures; the seed is printed and honoured; codes and single images on request")
    func sample() throws {
        let folder = try Self.trained.get()
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { out in
            func sample(_ name: String, _ arguments: [String]) throws -> Answer {
                try Shell.finish(
                    Shell.start(
                        ["sample", run, "prior", "--output", out.appendingPathComponent(name).path] + arguments,
                        in: folder))
            }
            func bytes(_ name: String) throws -> Data { try Data(contentsOf: out.appendingPathComponent(name)) }
            let first = try sample("a.png", ["--count", "6", "--seed", "5"])
            #expect(first.status == 0 && first.output.contains("6 images in") && first.output.contains("seed 5"))
            #expect(try sample("b.png", ["--count", "6", "--seed", "5"]).status == 0)
            #expect(try bytes("a.png") == bytes("b.png"))
            #expect(try sample("c.png", ["--count", "6", "--seed", "6"]).status == 0)
            #expect(try bytes("a.png") != bytes("c.png"))
            for flags in [
                ["--temperature", "0.5,0.7"], ["--top-k", "2"], ["--top-p", "0.6"], ["--class", "1,3"],
                ["--class", "all"],
            ] {
                let name = flags.joined(separator: "_") + ".png"
                #expect(try sample(name, ["--count", "6", "--seed", "5"] + flags).status == 0)
                #expect(try bytes("a.png") != bytes(name), "\(flags)")
            }
            let codes = out.appendingPathComponent("codes.safetensors").path
            let images = out.appendingPathComponent("images").path
            let all = try sample(
                "d.png",
                [
                    "--count", "3", "--seed", "5", "--class", "2", "--codes", codes, "--images", images, "--nearest",
                    "-",
                    "--json", "-", "--columns", "2",
                ])
            #expect(all.status == 0, "\(all.error)")
            let figures = try #require(try JSONSerialization.jsonObject(with: Data(all.output.utf8)) as? [String: Any])
            #expect(figures["seed"] as? Int == 5 && figures["images"] as? Int == 3 && figures["nearest"] != nil)
            let file = try CodesFile(URL(fileURLWithPath: codes))
            #expect(file.count == 3 && file.labels == [2, 2, 2])
            #expect(names(URL(fileURLWithPath: images)) == ["0000.png", "0001.png", "0002.png"])
            let classifier = out.appendingPathComponent("classifier").path
            let learnt = try Shell.hrvq(
                "train-classifier", "--kind", "glyphs", "--steps", "2", "--output", classifier)
            #expect(learnt.status == 0, "\(learnt.error)")
            let recognised = try sample("f.png", ["--count", "4", "--class", "1", "--classifier", classifier])
            #expect(recognised.status == 0 && recognised.output.contains("recognised as the class asked for"))
            expectFailure(try sample("a.png", ["--count", "1"]), "--force")
            let taken = out.appendingPathComponent("taken").path
            expectFailure(try sample("taken", ["--count", "1", "--images", taken]), status: 64, "of two results")
            #expect(try sample("e.png", ["--count", "1", "--quiet"]).output.contains("seed "))
            // No result takes the place of a user's file, or of another result.
            let notes = out.appendingPathComponent("notes.json")
            try Data("mine".utf8).write(to: notes)
            expectFailure(try sample("h.png", ["--count", "1", "--json", notes.path]), "--force")
            expectFailure(
                try sample("h.png", ["--count", "1", "--json", notes.path, "--force"]), "replaces only a JSON report")
            #expect(try Data(contentsOf: notes) == Data("mine".utf8))
            try Data("{}".utf8).write(to: notes)
            #expect(try sample("h.png", ["--count", "1", "--json", notes.path, "--force"]).status == 0)
            #expect(try Data(contentsOf: notes).count > 2)
            let same = out.appendingPathComponent("same").path
            expectFailure(
                try Shell.finish(
                    Shell.start(
                        [
                            "sample", run, "prior", "--count", "1", "--output", same, "--codes",
                            "\(out.path)/./same",
                        ], in: folder)), status: 64, "two results")
            #expect(!FileManager.default.fileExists(atPath: same))
        }
    }

    @Test(
        "What sampling refuses",
        arguments: [
            (["--count", "0"], Int32(64), "--count"), (["--top-p", "0"], 64, "topP"), (["--top-p", "1.5"], 64, "topP"),
            (["--top-k", "0"], 64, "topK"), (["--temperature", "-1"], 64, "temperature"),
            (["--temperature", "warm"], 64, "--temperature"), (["--temperature", "1,2,3"], 1, "--temperature"),
            (["--class", "10"], 1, "there is no class '10'"), (["--class", "zebra"], 1, "there is no class 'zebra'"),
            (["--classifier", "x"], 64, "--class"),
        ])
    func refusals(_ arguments: [String], _ status: Int32, _ word: String) throws {
        let folder = try Self.trained.get()
        let run = try TinyRun.folder.get().path
        let answer = try Shell.finish(
            Shell.start(["sample", run, "prior", "--output", "no.png"] + arguments, in: folder))
        expectFailure(answer, status: status, word)
        #expect(!names(folder).contains("no.png"))
    }

    @Test("Completions of files and of a data set")
    func complete() throws {
        let folder = try Self.trained.get()
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { out in
            let picture = out.appendingPathComponent("picture.png").path
            try PixelImage(width: 40, height: 30, channels: 1, pixels: Array(repeating: 90, count: 1200))
                .writePNG(to: picture)
            let sheet = out.appendingPathComponent("sheet.png").path
            let answer = try Shell.hrvq(
                "complete", run, "prior", picture, "--keep", "top:0.5", "--count", "2", "--seed", "1", "--class", "3",
                "--output", sheet, in: folder)
            #expect(answer.status == 0, "\(answer.error)")
            #expect(try PixelImage.read(sheet, channels: 1).width > 4 * 28)
            let several = try Shell.hrvq(
                "complete", run, "prior", "--limit", "3", "--keep", "left:0.25", "--output",
                out.appendingPathComponent("more.png").path, in: folder)
            #expect(several.status == 0 && several.error.contains("3 images completed with the seed"))
            expectFailure(
                try Shell.hrvq("complete", run, "prior", picture, "--keep", "top:2", "--output", "x.png", in: folder),
                status: 64, "--keep")
            expectFailure(
                try Shell.hrvq("complete", run, "prior", picture, "--keep", picture, "--output", "x.png", in: folder),
                "the mask has 40×30 pixels", "28×28")
        }
    }

    @Test("Training stops, resumes exactly, and refuses what does not fit")
    func training() throws {
        let trained = try Self.trained.get()
        let codes = trained.appendingPathComponent("codes.safetensors").path
        try withTemporaryFolder { folder in
            let common = [
                "train-prior", "--preset", "prior-tiny", "--codes", codes, "--set", "checkpoint.every=3", "--set",
                "training.threads=1",
            ]
            func train(_ arguments: [String]) throws -> Answer {
                try Shell.finish(Shell.start(arguments, in: folder))
            }
            let whole = try train(common + ["--steps", "6", "--output", "whole"])
            #expect(whole.status == 0 && whole.error.contains("bits/position") && whole.error.contains("(uniform 2)"))
            #expect(try train(common + ["--steps", "3", "--layer", "1", "--output", "parts"]).status == 0)
            let resumed = try train(
                ["train-prior", "--codes", codes, "--output", "parts", "--resume", "--steps", "6", "--quiet"])
            #expect(resumed.status == 0, "\(resumed.error)")
            for layer in 1...2 {
                let name = "layer-\(layer)/model.safetensors"
                #expect(
                    try Data(contentsOf: folder.appendingPathComponent("whole/\(name)"))
                        == Data(contentsOf: folder.appendingPathComponent("parts/\(name)")))
            }
            let test = trained.appendingPathComponent("test.safetensors").path
            let held = try train(common + ["--steps", "2", "--held-out", test, "--output", "held"])
            #expect(held.status == 0, "\(held.error)")
            let state = folder.appendingPathComponent("held/layer-1/checkpoints/step-2/state.json")
            #expect(try String(contentsOf: state, encoding: .utf8).contains("\"images\" : 96"))
            expectFailure(try train(common + ["--output", "whole"]), "--continue", "--force")
            expectFailure(
                try train(common + ["--output", try TinyRun.folder.get().path, "--force"]), "no prior")
            expectFailure(try train(common + ["--output", "x", "--layer", "3"]), "the layers 1 to 2")
            expectFailure(
                try train(common + ["--output", "x", "--set", "network.hiddenUnits=[8,8,8]"]), "3 layers")
            expectFailure(try train(common + ["--output", "x", "--set", "network.groops=1"]), "network.groups")
            expectFailure(try train(["train-prior", "--preset", "prior-tiny", "--output", "x"]), status: 64, "--codes")
            #expect(!names(folder).contains("x"))
        }
    }

    @Test("Codes and priors of another model are refused, and a missing layer is named")
    func otherModels() throws {
        let trained = try Self.trained.get()
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            let other = folder.appendingPathComponent("other").path
            let answer = try Shell.hrvq(
                "train", "--preset", "hrvqvae-tiny", "--steps", "2", "--seed", "9", "--output", other, "--quiet")
            #expect(answer.status == 0, "\(answer.error)")
            let prior = trained.appendingPathComponent("prior").path
            expectFailure(
                try Shell.hrvq("sample", other, prior, "--output", "x.png", in: folder), "do not belong together",
                "fingerprints")
            let codes = folder.appendingPathComponent("codes.safetensors").path
            #expect(try Shell.hrvq("tokenize", other, "--limit", "4", "--output", codes).status == 0)
            expectFailure(try Shell.hrvq("evaluate", prior, "--codes", codes), "do not belong together")
            let one = folder.appendingPathComponent("one").path
            #expect(
                try Shell.hrvq(
                    "train-prior", "--preset", "prior-tiny", "--codes", codes, "--output", one, "--layer", "1",
                    "--steps",
                    "1", "--quiet"
                ).status == 0)
            expectFailure(
                try Shell.hrvq("sample", other, one, "--output", "x.png", in: folder), "no prior of layer 2 of 2",
                "--layer 2")
            expectFailure(try Shell.hrvq("sample", run, run, "--output", "x.png", in: folder), "train-prior")
            expectFailure(try Shell.hrvq("sample", prior, prior, "--output", "x.png", in: folder), "prior")
            #expect(names(folder) == ["codes.safetensors", "one", "other"])
        }
    }

    @Test("inspect tells what priors are made of, and which are missing")
    func inspect() throws {
        let folder = try Self.trained.get()
        let text = try Shell.hrvq("inspect", "prior", in: folder)
        #expect(text.status == 0 && text.output.contains("priors of"))
        #expect(text.output.contains("16×16 grid, codebook size 4") && text.output.contains("8 steps"))
        let json = try Shell.hrvq("inspect", "prior", "--json", in: folder).output
        let description = try JSONDecoder().decode(PriorDescription.self, from: Data(json.utf8))
        #expect(description.layers.map(\.step) == [8, 8] && description.layers.allSatisfy(\.isConditional))
        try withTemporaryFolder { other in
            let part = other.appendingPathComponent("part")
            try FileManager.default.copyItem(at: folder.appendingPathComponent("prior"), to: part)
            try FileManager.default.removeItem(at: part.appendingPathComponent("layer-2"))
            #expect(try Shell.hrvq("inspect", part.path).output.contains("not trained"))
        }
    }

    @Test("The help lists every preset, and --help-config every setting")
    func help() throws {
        let help = try Shell.hrvq("train-prior", "--help").output
        for preset in PriorPreset.allCases { #expect(help.contains(preset.rawValue)) }
        let settings = try Shell.hrvq("train-prior", "--help-config", "--preset", "prior-vqvae2-mnist").output
        for key in PriorConfiguration.keys { #expect(settings.contains(key.name + "=")) }
        #expect(settings.contains("network.attentionLayers=[4, 1, 0]") && settings.contains("integer, or one a layer"))
    }
}
