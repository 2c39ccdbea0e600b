import Foundation
import HRVQ
import TestSupport
import Testing

/// What commands refuse to write over, with and without `--force`.
@Suite("Inputs and users' files stay", .serialized)
struct GuardTests {
    /// A command that writes with `--force` to the place that an option names.
    private struct Row {
        var command: String
        var option: String
        /// The input that the option names.
        var input: String

        init(_ command: String, _ option: String, _ input: String) {
            self.command = command
            self.option = option
            self.input = input
        }
    }

    private static let rows = [
        Row("tokenize run --limit 2", "--output", "run/model.safetensors"),
        Row("tokenize run --limit 2", "--output", "run/checkpoints/step-1/weights.safetensors"),
        Row("tokenize run --limit 2 --data pictures", "--output", "pictures/a.png"),
        Row("evaluate run --limit 2", "--json", "run/config.json"),
        Row("evaluate run --limit 2", "--json", "run/metrics.jsonl"),
        Row("evaluate run --limit 2", "--layer-sheet", "run/model.safetensors"),
        Row("evaluate prior --codes codes", "--json", "codes"),
        Row("evaluate prior --codes codes", "--json", "prior/prior.json"),
        Row("train-entropy run --codes codes", "--output", "codes"),
        Row("train-entropy run --codes codes", "--output", "run/model.safetensors"),
        Row("train-entropy run --codes codes --held-out held", "--json", "held"),
        Row("sample run prior --count 1", "--output", "prior/layer-1/model.safetensors"),
        Row("sample run prior --count 1 --output s.png", "--codes", "run/model.safetensors"),
        Row("sample run prior --count 1 --output s.png --nearest pictures", "--json", "pictures/a.png"),
        Row("complete run prior p.png --keep top:0.5", "--output", "p.png"),
        Row("complete run prior p.png --keep mask", "--output", "mask"),
        Row("encode run p.png", "--output", "run/model.safetensors"),
        Row("encode run p", "--output", "p"),
        Row("encode run pictures/a.png", "--output", "run/entropy.safetensors"),
        Row("decode run q", "--output", "q"),
        Row("decode run q", "--output", "run/entropy.safetensors"),
        Row("inspect run --image p", "--codebook-figure", "p"),
        Row("inspect run", "--codebook-figure", "run/config.json"),
        Row("inspect run", "--json", "run/config.json"),
        Row("inspect q", "--json", "q"),
        Row("inspect hrvqvae-tiny --codebook-figure c.svg --image p", "--json", "p"),
        Row("export run --to rosinality", "--output", "run/model.safetensors"),
        Row("train-classifier --kind folder --data pictures --output c", "--json", "pictures/a.png"),
    ]

    /// All files below a folder with their bytes.
    private func contents(_ folder: URL) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
            let url = folder.appendingPathComponent(name)
            if (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == false {
                found[name] = try Data(contentsOf: url)
            }
        }
        return found
    }

    private func write(_ text: String, _ name: String, in folder: URL) throws {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func picture(_ name: String, in folder: URL) throws {
        try write("", name, in: folder)
        try PixelImage(
            width: 32, height: 32, channels: 1, pixels: (0..<1024).map { UInt8(truncatingIfNeeded: $0 * 7) }
        ).writePNG(to: folder.appendingPathComponent(name).path)
    }

    /// A folder of inputs of all kinds.
    private func withInputs(_ body: (URL) throws -> Void) throws {
        let run = try TinyRun.folder.get()
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(at: run, to: folder.appendingPathComponent("run"))
            for name in ["codes", "held", "q", "prior/prior.json", "prior/layer-1/model.safetensors"] {
                try write("an input", name, in: folder)
            }
            try write("an input", "run/entropy.safetensors", in: folder)
            try write("an input", "run/checkpoints/step-1/weights.safetensors", in: folder)
            for name in ["p.png", "p", "mask", "pictures/a.png"] { try picture(name, in: folder) }
            try body(folder)
        }
    }

    @Test("No command writes over what it reads, by its path, a symbolic link or a hard link")
    func inputs() throws {
        try withInputs { folder in
            let before = try contents(folder)
            let manager = FileManager.default
            for (index, row) in Self.rows.enumerated() {
                let input = folder.appendingPathComponent(row.input).path
                try manager.createSymbolicLink(
                    atPath: folder.path + "/soft", withDestinationPath: row.input)
                try manager.linkItem(atPath: input, toPath: folder.path + "/hard")
                for output in [row.input, ["./run/../" + row.input, "soft", "hard"][index % 3]] {
                    // A picture's name would be refused for its ending already.
                    if output.hasSuffix(".png"), row.option == "--json" { continue }
                    let arguments = row.command.split(separator: " ").map(String.init)
                    let answer = try Shell.finish(
                        Shell.start(
                            arguments
                                + [row.option, output, "--force"]
                                .filter { $0 != "--force" || !arguments.contains("--force") },
                            in: folder))
                    // A name that another kind of file has is refused for that already.
                    let isRefused = answer.status == 1 && answer.error.contains("is one of the inputs")
                    let isMisnamed = answer.status == 64 && answer.error.contains("the result is a")
                    let mayBeMisnamed = !(output as NSString).pathExtension.isEmpty
                    #expect(isRefused || (mayBeMisnamed && isMisnamed), "\(row) \(output): \(answer)")
                }
                for name in ["soft", "hard"] { try manager.removeItem(atPath: folder.path + "/" + name) }
                #expect(try contents(folder) == before, "\(row)")
            }
        }
    }

    @Test("No folder of results is put over inputs or among the images of a data set")
    func folders() throws {
        try withInputs { folder in
            try write("training:\n  steps: 1\n", "config.json", in: folder)
            try write("{}", "samples/codes", in: folder)
            try write("{}", "layer-1/codes", in: folder)
            let declaration = try Shell.hrvq("experiment", "--preset", "claims-tiny", "--print", in: folder).output
            try write(declaration, "runs/declaration", in: folder)
            for name in ["sheet.png", "run/samples/a.png", "before-after.png"] { try picture(name, in: folder) }
            let before = try contents(folder)
            let settings = "--preset hrvqvae-tiny --steps 1 --set data.kind=folder"
            for (command, words) in [
                ("train \(settings) --data pictures --output pictures/run", "lies in the data folder pictures"),
                ("train \(settings) --data pictures --output pictures --force", "lies in the data folder"),
                ("train \(settings) --data run/samples --output run --force", "the input run/samples lies in it"),
                ("train --config config.json --output . --force", "is one of the inputs"),
                (
                    "train-prior --preset prior-tiny --codes layer-1/codes --output . --force",
                    "layer-1/codes lies in it"
                ),
                ("train-classifier --kind folder --data pictures --output pictures/c", "lies in the data folder"),
                ("import run/model.safetensors --from rosinality --output run --force", "is one of the inputs"),
                ("compare run --inception sheet.png --output . --force", "is one of the inputs"),
                ("rate-distortion --images sheet.png --output . --force", "is one of the inputs"),
                ("reconstruct run p.png before-after.png --output . --force", "is one of the inputs"),
                ("experiment --config runs/declaration --output . --force", "runs/declaration"),
            ] {
                let answer = try Shell.finish(Shell.start(command.split(separator: " ").map(String.init), in: folder))
                #expect(answer.status == 1, "\(command): \(answer)")
                #expect(answer.error.contains(words), "\(command): \(answer.error)")
                #expect(try contents(folder) == before, "\(command)")
            }
        }
    }

    @Test("A result does not take the place of another result, in a folder of results too")
    func distinct() throws {
        try withTemporaryFolder { folder in
            for name in ["c/config.json", "./c/../c/config.json"] {
                expectFailure(
                    try Shell.hrvq(
                        "train-classifier", "--kind", "glyphs", "--steps", "1", "--output", "c", "--json", name,
                        in: folder), status: 64, "the place of two results")
            }
            #expect(names(folder).isEmpty)
        }
    }

    @Test("--force replaces a file of the same kind, by its content, and says so; other kinds stay")
    func kinds() throws {
        try withInputs { folder in
            let run = folder.appendingPathComponent("run").path
            try FileManager.default.removeItem(atPath: run + "/entropy.safetensors")
            #expect(try Shell.hrvq("tokenize", run, "--limit", "2", "--output", "mine", in: folder).status == 0)
            try write("{\"a\": 1}", "report", in: folder)
            try write("notes", "notes", in: folder)
            try write("", "empty", in: folder)
            let weights = try Data(contentsOf: folder.appendingPathComponent("run/model.safetensors"))
            try weights.write(to: folder.appendingPathComponent("other.safetensors"))
            try FileManager.default.copyItem(
                at: folder.appendingPathComponent("run/config.json"), to: folder.appendingPathComponent("settings"))
            let outputs: [(command: [String], replaced: String, refused: [String])] = [
                (
                    ["tokenize", run, "--limit", "2", "--output"], "mine",
                    ["report", "p", "notes", "other.safetensors"]
                ),
                (["evaluate", run, "--limit", "2", "--json"], "report", ["p", "notes", "mine", "settings"]),
                (["evaluate", run, "--limit", "2", "--layer-sheet"], "p", ["report", "notes", "mine"]),
                (["encode", run, "p.png", "--output"], "empty", ["report", "notes", "p", "other.safetensors"]),
            ]
            for (command, replaced, refused) in outputs {
                for name in refused {
                    let file = folder.appendingPathComponent(name)
                    let before = try Data(contentsOf: file)
                    let answer = try Shell.finish(Shell.start(command + [name, "--force"], in: folder))
                    let isOtherKind = answer.status == 1 && answer.error.contains("--force replaces only")
                    let isMisnamed = answer.status == 64 && answer.error.contains("the result is a")
                    #expect(isOtherKind || (name.contains(".") && isMisnamed), "\(name): \(answer)")
                    #expect(try Data(contentsOf: file) == before)
                }
                let answer = try Shell.finish(Shell.start(command + [replaced, "--force"], in: folder))
                #expect(answer.status == 0 && answer.error.contains("will replace \(replaced)"), "\(answer)")
            }
            // A folder is no file, even by force.
            let answer = try Shell.hrvq("evaluate", run, "--limit", "2", "--json", "pictures", "--force", in: folder)
            #expect(answer.status == 1 && names(folder.appendingPathComponent("pictures")) == ["a.png"])
        }
    }

    @Test("demo, experiment and reports leave a folder of a user's alone, by force too")
    func userFolders() throws {
        try withInputs { folder in
            let run = folder.appendingPathComponent("run").path
            for name in [
                "mine/samples.png", "mine/index.html", "mine/results.json", "mine/layer-1/config.json",
                "mine/config.json",
            ] {
                try write("mine", name, in: folder)
            }
            let before = try contents(folder)
            for command in [
                ["demo", "--steps", "1", "--output", "mine"],
                ["experiment", "--preset", "claims-tiny", "--output", "mine"],
                ["compare", run, "--limit", "2", "--output", "mine"],
                ["rate-distortion", "--images", "p.png", "--output", "mine"],
                ["train", "--preset", "hrvqvae-tiny", "--steps", "1", "--output", "mine"],
                ["train-classifier", "--kind", "glyphs", "--steps", "1", "--output", "mine"],
                ["import", "codes", "--from", "rosinality", "--output", "mine"],
            ] {
                for force in [[], ["--force"]] {
                    let answer = try Shell.finish(Shell.start(command + force, in: folder))
                    #expect(answer.status == 1, "\(command): \(answer)")
                    if !force.isEmpty { #expect(answer.error.contains("is not a"), "\(command): \(answer.error)") }
                    #expect(try contents(folder) == before, "\(command)")
                }
            }
        }
    }

    @Test("Single pictures of 'sample' replace those of an earlier call, and no others")
    func samples() throws {
        let folder = try PriorCommandTests.trained.get()
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { out in
            func sample(_ count: Int) throws -> Answer {
                try Shell.finish(
                    Shell.start(
                        [
                            "sample", run, folder.appendingPathComponent("prior").path, "--count", "\(count)", "--seed",
                            "1", "--output", "s.png", "--images", "single", "--force",
                        ], in: out))
            }
            let single = out.appendingPathComponent("single")
            #expect(try sample(3).status == 0)
            let fewer = try sample(2)
            #expect(fewer.status == 0 && fewer.error.contains("replaced 3 pictures"), "\(fewer)")
            #expect(names(single) == ["0000.png", "0001.png"])
            // A call that was killed left its new pictures, and a part of one.
            try write("half", ".hrvq-0123456789abcdef.tmp", in: single)
            try FileManager.default.createDirectory(
                at: single.appendingPathComponent(".hrvq-replacing"), withIntermediateDirectories: false)
            try FileManager.default.moveItem(
                at: single.appendingPathComponent("0001.png"),
                to: single.appendingPathComponent(".hrvq-replacing/0001.png"))
            let after = try sample(2)
            #expect(after.status == 0, "\(after)")
            #expect(names(single) == ["0000.png", "0001.png"])
            try picture("0002.png", in: single)
            try PixelImage(width: 2, height: 2, channels: 1, pixels: [0, 1, 2, 3])
                .writePNG(to: single.appendingPathComponent("0003.png").path)
            for foreign in ["0003.png", "2017.png", "notes.txt"] {
                if foreign != "0003.png" { try picture(foreign, in: single) }
                let answer = try sample(1)
                #expect(answer.status == 1 && answer.error.contains("is not a folder of pictures"), "\(answer)")
                #expect(names(single).contains("0000.png") && names(single).contains(foreign))
                try FileManager.default.removeItem(at: single.appendingPathComponent(foreign))
            }
        }
    }

    @Test("doctor and inspect replace a JSON report, not a model's settings, and never write two results to one file")
    func questions() throws {
        try withInputs { folder in
            let before = try contents(folder)
            for (command, words) in [
                ("doctor --json run/config.json --force", "replaces only a JSON report"),
                ("doctor --json none/doctor.json", "no folder"),
                ("inspect hrvqvae-tiny --json run/config.json --force", "replaces only a JSON report"),
                ("inspect hrvqvae-tiny --json p.png --force", "the result is a .json file"),
                ("inspect hrvqvae-tiny --json one --codebook-figure one", "two results"),
            ] {
                let answer = try Shell.finish(Shell.start(command.split(separator: " ").map(String.init), in: folder))
                #expect(answer.status != 0 && answer.error.contains(words), "\(command): \(answer)")
                #expect(try contents(folder) == before, "\(command)")
            }
            #expect(try Shell.hrvq("doctor", "--json", "d.json", in: folder).status == 0)
            expectFailure(try Shell.hrvq("doctor", "--json", "d.json", in: folder), "--force")
            #expect(try Shell.hrvq("inspect", "run", "--json", "d.json", "--force", in: folder).status == 0)
        }
    }

    @Test("Names with control characters and line breaks are shown as escapes")
    func terminal() throws {
        try withTemporaryFolder { folder in
            let name = "x\u{1B}[31m\nerror: all is lost\u{202E}\u{9B}"
            let shown = "x\\x1b[31m\\nerror: all is lost\\u{202e}\\u{9b}"
            let run = try TinyRun.folder.get().path
            try write("no image", name + ".png", in: folder)
            for command in [
                ["evaluate", name], ["inspect", name + "/"], ["tokenize", run, "--data", name, "--output", "c"],
                ["encode", run, name + ".png"], ["reconstruct", run, name + ".png", "--output", "out"],
                ["train", "--preset", name, "--output", "r"],
                ["compare", "\(name)=\(run)", run, "--data", name, "--output", "c"],
                ["train", "--preset", "hrvqvae-tiny", "--set", "\(name)=1", "--output", "r"],
                ["evaluate", run, "--limit", "1", "--json", name + "/x"], [name],
                ["import", name, "--from", "rosinality", "--output", "m"], ["evaluate", run, "--split", name],
                ["demo", "--output", name],
            ] {
                if command[0] == "demo" { try write("x", name + "/mine", in: folder) }
                let answer = try Shell.finish(Shell.start(command, in: folder))
                #expect(answer.status != 0, "\(command)")
                let text = answer.error + answer.output
                #expect(
                    !text.unicodeScalars.contains {
                        $0 != "\n" && $0 != "\t" && $0.properties.generalCategory == .control
                    },
                    "\(text)")
                #expect(!text.unicodeScalars.contains("\u{202E}"), "\(text)")
                #expect(!text.contains("\nerror: all"), "\(command): \(text)")
                #expect(text.contains(shown), "\(command): \(text)")
            }
        }
    }
}
