import Comparison
import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("Comparing models from the command line", .serialized)
struct ComparisonCommandTests {
    /// A tiny VQ-VAE-2 beside the tiny HR-VQVAE that other tests share.
    static let levels: Result<URL, any Error> = Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hrvq-levels-\(UUID().uuidString)")
        let changes = ["model.kind=vqvae2", "model.levels=2", "quantizer.layers=1", "quantizer.betaSum=0"]
        let answer = try Shell.finish(
            Shell.start(
                ["train", "--preset", "hrvqvae-tiny", "--output", folder.path, "--quiet"]
                    + changes.flatMap { ["--set", $0] }, in: FileManager.default.temporaryDirectory))
        guard answer.status == 0 else { throw ShellError.failed(answer.error) }
        return folder
    }

    @Test("All commands take a VQ-VAE-2, and its training resumes exactly")
    func levels() throws {
        let run = try Self.levels.get().path
        try withTemporaryFolder { folder in
            #expect(try Shell.hrvq("evaluate", run, "--limit", "8").output.contains("layer 2"))
            let text = try Shell.hrvq("inspect", run).output
            #expect(text.contains("vqvae2") && text.contains("level 2") && text.contains("8×8 grid"))
            let codes = folder.appendingPathComponent("codes.safetensors")
            #expect(try Shell.hrvq("tokenize", run, "--limit", "5", "--output", codes.path).status == 0)
            let tensors = try Safetensors.read(codes).tensors
            #expect(tensors["codes.0"]?.shape == [5, 1, 8, 8] && tensors["codes.1"]?.shape == [5, 1, 16, 16])
            let picture = folder.appendingPathComponent("odd.png")
            try PixelImage(
                width: 33, height: 21, channels: 1, pixels: (0..<33 * 21).map { UInt8(truncatingIfNeeded: $0) }
            ).writePNG(to: picture.path)
            let out = folder.appendingPathComponent("out").path
            #expect(try Shell.hrvq("reconstruct", run, picture.path, "--output", out).status == 0)
            #expect(try PixelImage.read(out + "/odd.png", channels: 1).width == 33)

            let common = [
                "train", "--preset", "hrvqvae-tiny", "--quiet", "--set", "model.kind=vqvae2", "--set", "model.levels=2",
                "--set", "quantizer.layers=1", "--set", "quantizer.betaSum=0", "--set", "evaluation.every=100",
                "--set", "checkpoint.every=3",
            ]
            let whole = try Shell.finish(Shell.start(common + ["--steps", "8", "--output", "whole"], in: folder))
            #expect(whole.status == 0, "\(whole.error)")
            let part = try Shell.finish(Shell.start(common + ["--steps", "3", "--output", "parts"], in: folder))
            #expect(part.status == 0, "\(part.error)")
            #expect(
                try Shell.hrvq("train", "--output", "parts", "--resume", "--steps", "8", "--quiet", in: folder).status
                    == 0)
            #expect(
                try Data(contentsOf: folder.appendingPathComponent("whole/model.safetensors"))
                    == Data(contentsOf: folder.appendingPathComponent("parts/model.safetensors")))
        }
    }

    @Test("compare prints a table and writes a report that is not overwritten by accident")
    func compare() throws {
        let tree = try TinyRun.folder.get().path
        let levels = try Self.levels.get().path
        try withTemporaryFolder { folder in
            let answer = try Shell.hrvq(
                "compare", "tree=\(tree)", "levels=\(levels)", "--limit", "8", "--images", "3", "--output", "report",
                in: folder)
            #expect(answer.status == 0, "\(answer.error)")
            #expect(answer.output.contains("tree") && !answer.output.contains("classifier FD"))
            #expect(names(folder.appendingPathComponent("report")) == ["comparison.json", "index.html", "sheet.png"])
            let data = try Data(contentsOf: folder.appendingPathComponent("report/comparison.json"))
            let report = try JSONDecoder().decode(ComparisonReport.self, from: data)
            #expect(report.images == 8 && report.entries.map(\.kind) == ["hrvqvae", "vqvae2"])
            expectFailure(try Shell.hrvq("compare", tree, "--output", "report", in: folder), "--force")
            let printed = try Shell.hrvq(
                "compare", tree, "--limit", "4", "--output", "report", "--force", "--json", in: folder)
            #expect(try JSONDecoder().decode(ComparisonReport.self, from: Data(printed.output.utf8)).images == 4)
        }
    }

    @Test("compare refuses models of other data, equal names, missing weights and wrong checksums")
    func refused() throws {
        let tree = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            expectFailure(try Shell.hrvq("compare", "--output", "r", in: folder), status: 64, "runs")
            expectFailure(
                try Shell.hrvq("compare", "a=\(tree)", "a=\(tree)", "--output", "r", in: folder), "called 'a'")
            let colour = folder.appendingPathComponent("colour").path
            #expect(
                try Shell.hrvq(
                    "train", "--preset", "hrvqvae-tiny", "--steps", "1", "--set", "data.channels=3", "--output", colour,
                    "--quiet"
                ).status == 0)
            expectFailure(
                try Shell.hrvq("compare", tree, colour, "--output", "r", in: folder), "28×28×1", "28×28×3")
            expectFailure(
                try Shell.hrvq("compare", tree, "--inception", "no.safetensors", "--output", "r", in: folder),
                "no.safetensors")
            try Data("weights".utf8).write(to: folder.appendingPathComponent("w.safetensors"))
            expectFailure(
                try Shell.hrvq(
                    "compare", tree, "--inception", "w.safetensors", "--inception-sha256",
                    String(repeating: "0", count: 64), "--output", "r", in: folder), "w.safetensors")
            expectFailure(
                try Shell.hrvq("compare", tree, "--inception-sha256", "00", "--output", "r", in: folder), status: 64,
                "--inception")
            expectFailure(
                try Shell.hrvq("compare", tree, "--classifier", tree, "--output", "r", in: folder), "autoencoder")
            expectFailure(try Shell.hrvq("compare", tree, "--output", "", in: folder), status: 64, "empty")
            expectFailure(
                try Shell.hrvq("compare", tree, "--data", "nowhere", "--output", "r", in: folder), "glyphs are drawn")
            let spoilt = folder.appendingPathComponent("spoilt")
            try FileManager.default.copyItem(at: URL(fileURLWithPath: tree), to: spoilt)
            let file = spoilt.appendingPathComponent("model.safetensors")
            let tensors = try Safetensors.read(file).tensors
            try tensors["decoder.conv.bias"]?.fillInPlace(.nan)
            try Safetensors.write(tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, to: file)
            expectFailure(
                try Shell.hrvq("compare", tree, "spoilt", "--output", "r", in: folder), "not finite",
                "decoder.conv.bias")
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("r").path))
        }
    }

    @Test("inspect draws the codebooks of a hierarchy and the path of a position")
    func codebookFigure() throws {
        let tree = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            let figure = folder.appendingPathComponent("figure.svg")
            func draw(_ arguments: String...) throws -> String {
                let answer = try Shell.finish(
                    Shell.start(["inspect", tree, "--force", "--codebook-figure", figure.path] + arguments, in: folder))
                #expect(answer.status == 0, "\(answer.error)")
                return try String(contentsOf: figure, encoding: .utf8)
            }
            let random = try draw()
            #expect(random.contains("<svg") && random.contains("layer 2: 16 codewords, 4 available"))
            #expect(try draw() == random)
            #expect(try draw("--seed", "5") != random)
            #expect(try draw("--position", "3,4").contains("row 3, column 4"))
            expectFailure(try Shell.hrvq("inspect", tree, "--codebook-figure", figure.path), "--force")
            expectFailure(
                try Shell.hrvq("inspect", tree, "--force", "--codebook-figure", figure.path, "--position", "16,0"),
                "16 rows")
            expectFailure(
                try Shell.hrvq("inspect", tree, "--codebook-figure", figure.path, "--position", "x"), status: 64)
            expectFailure(try Shell.hrvq("inspect", tree, "--position", "1,1"), status: 64, "--codebook-figure")
            let flat = folder.appendingPathComponent("flat.svg").path
            expectFailure(
                try Shell.hrvq("inspect", Self.levels.get().path, "--codebook-figure", flat), "hrvqvae")
            #expect(!FileManager.default.fileExists(atPath: flat))
        }
    }

    @Test("experiment prints its declaration, runs, and says what is wrong with one")
    func experiment() throws {
        try withTemporaryFolder { folder in
            let printed = try Shell.hrvq("experiment", "--preset", "claims-tiny", "--print", in: folder)
            #expect(printed.status == 0 && printed.output.contains("# Runs:"))
            #expect(names(folder).isEmpty)
            try Data(printed.output.utf8).write(to: folder.appendingPathComponent("mine.yaml"))
            let answer = try Shell.hrvq("experiment", "--config", "mine.yaml", "--quiet", in: folder)
            #expect(answer.status == 0, "\(answer.error)")
            #expect(answer.output.contains("HR-VQVAE is below") && answer.output.contains("of fillable"))
            #expect(names(folder.appendingPathComponent("runs/mine")).contains("index.html"))
            let inspected = try Shell.hrvq("inspect", "runs/mine", in: folder)
            #expect(
                inspected.output.contains("experiment") && inspected.output.contains("4 of 4 steps"), "\(inspected)")
            expectFailure(try Shell.hrvq("evaluate", "runs/mine", in: folder), "holds an experiment")
            let keys = try Shell.hrvq("experiment", "--help-config", "--preset", "claims-tiny", in: folder)
            #expect(keys.status == 0 && keys.output.contains("models.steps=4"), "\(keys)")
            expectFailure(try Shell.hrvq("experiment", in: folder), status: 64, "--preset")
            expectFailure(try Shell.hrvq("experiment", "--preset", "claims-cats", in: folder), "claims-mnist")
            expectFailure(
                try Shell.hrvq("experiment", "--preset", "claims-mnist", "--data", "nowhere", in: folder), "nowhere")
            let names = names(folder.appendingPathComponent("runs"))
            #expect(names == ["mine"])
        }
    }
}
