import Foundation
import HRVQ
import TestSupport
import Testing

/// Data sets as people have them, from the command line.
@Suite struct DataLayoutTests {
    static let settings = [
        "--preset", "hrvqvae-tiny", "--set", "data.kind=folder", "--set", "data.channels=3", "--set", "data.height=32",
        "--set", "data.width=32", "--set", "data.padding=0", "--threads", "1", "--seed", "1",
    ]

    static func picture(_ value: UInt8) throws -> Data {
        let pixels = (0..<32 * 32 * 3).map { UInt8(truncatingIfNeeded: $0 / 96 * 3 + Int(value)) }
        return try PixelImage(width: 32, height: 32, channels: 3, pixels: pixels).pngData()
    }

    static func write(_ data: Data, to name: String, in folder: URL) throws {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
    }

    static func train(
        _ folder: URL, data: String = "data", run: String = "run", _ more: String...
    ) throws -> Answer {
        try Shell.finish(
            Shell.start(
                ["train"] + settings + ["--data", data, "--output", run] + more, in: folder))
    }

    @Test("train, tokenize and evaluate begin with what they found", .timeLimit(.minutes(3)))
    func commandsSayWhatTheyFound() throws {
        try withTemporaryFolder { folder in
            for number in 0..<8 {
                let picture = try Self.picture(UInt8(number))
                for name in ["cat", "dog"] {
                    try Self.write(picture, to: "data/Train/\(name)/\(number).jfif", in: folder)
                }
            }
            for name in ["data/Val/cat/1.png", "data/test/1.png"] {
                try Self.write(try Self.picture(9), to: name, in: folder)
            }
            try Self.write(Data("text".utf8), to: "data/Train/cat/notes.txt", in: folder)
            let trained = try Self.train(folder, run: "run", "--steps", "1")
            #expect(trained.status == 0, "\(trained.error)")
            for text in [
                "data: 16 images to train on, 1 of 17 to measure on (test split, 5.88 %)",
                "data: training images are those in Train/, test images those in Val/",
                "data: labels: 2 classes (cat, dog), the names of folders in Train/",
                "data: test/ is not used: the test images are those in Val/",
                "data: left out: in Train/ 1 file that is not JPEG, PNG, WebP or PPM: cat/notes.txt",
            ] { #expect(trained.error.contains(text), "\(trained.error)") }
            for (split, line, count) in [
                ("train", "data: 16 of 17 images (train split, 94.12 %)", 16),
                ("test", "data: 1 of 17 images (test split, 5.88 %)", 1), ("all", "data: 17 images (all splits)", 17),
            ] {
                let codes = folder.appendingPathComponent("\(split).safetensors")
                let answer = try Shell.hrvq(
                    "tokenize", "run", "--data", "data", "--split", split, "--output", codes.path, in: folder)
                #expect(answer.status == 0 && answer.error.contains(line), "\(answer.error)")
                #expect(answer.error.contains("\(count) images became codes"), "\(answer.error)")
                let header = String(decoding: try Data(contentsOf: codes).prefix(4000), as: UTF8.self)
                #expect(header.contains("\"labels\":{") && header.contains("\"classes\":\"cat,dog\""), "\(header)")
            }
            let evaluated = try Shell.hrvq(
                "evaluate", "run", "--data", "data", "--split", "train", "--limit", "5", in: folder)
            #expect(evaluated.error.contains("data: 5 of 17 images (train split of 16, 29.41 %)"), "\(evaluated.error)")
            let quiet = try Shell.hrvq("evaluate", "run", "--data", "data", "--quiet", in: folder)
            #expect(quiet.status == 0 && !quiet.error.contains("data:"), "\(quiet.error)")
            try Self.write(try Self.picture(9), to: "data/Val/bird/1.png", in: folder)
            expectFailure(try Self.train(folder, run: "other", "--steps", "1"), "bird", "cat, dog")
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("other").path))
        }
    }

    @Test("A run goes on with its own data alone, wherever they lie", .timeLimit(.minutes(3)))
    func resumeTellsDataApart() throws {
        try withTemporaryFolder { folder in
            for number in 0..<8 {
                try Self.write(try Self.picture(UInt8(number)), to: "data/\(number).png", in: folder)
                try Self.write(try Self.picture(UInt8(number)) + Data([0]), to: "sizes/\(number).png", in: folder)
                try Self.write(try Self.picture(UInt8(number)), to: "names/\(number)b.png", in: folder)
            }
            #expect(try Self.train(folder, "--steps", "2", "--quiet").status == 0)
            func resume(_ data: String) throws -> Answer {
                try Shell.hrvq(
                    "train", "--resume", "--output", "run", "--data", data, "--steps", "3", in: folder)
            }
            expectFailure(try resume("sizes"), "sizes of images are others")
            try FileManager.default.removeItem(at: folder.appendingPathComponent("data/7.png"))
            expectFailure(try resume("data"), "it was started with")
            try Self.write(try Self.picture(7), to: "data/7.png", in: folder)
            try FileManager.default.moveItem(
                at: folder.appendingPathComponent("data"), to: folder.appendingPathComponent("moved"))
            // A checkpoint of an earlier version does not say what it was trained on.
            let state = folder.appendingPathComponent("run/checkpoints/step-2/state.json")
            let own = try Data(contentsOf: state)
            var fields = try #require(JSONSerialization.jsonObject(with: own) as? [String: Any])
            #expect(fields.removeValue(forKey: "data") != nil)
            try JSONSerialization.data(withJSONObject: fields).write(to: state)
            let old = try resume("moved")
            #expect(old.status == 0 && old.error.contains("does not say which images"), "\(old.error)")
            let again = try resume("moved")
            #expect(again.status == 0 && !again.error.contains("does not say which images"), "\(again.error)")
        }
    }

    @Test("An image that does not decode costs no training, sheet, completion or figure", .timeLimit(.minutes(5)))
    func badImagesAreLeftOut() throws {
        try withTemporaryFolder { folder in
            for number in 0..<40 {
                try Self.write(try Self.picture(UInt8(number)), to: "data/train/\(number).png", in: folder)
            }
            // All 120 test images but one are read; the sheet of 120 takes the bad one too.
            for number in 0..<120 {
                try Self.write(try Self.picture(UInt8(number)), to: "data/test/\(number + 100).png", in: folder)
            }
            try Self.write(Data("broken".utf8), to: "data/test/100.png", in: folder)
            let trained = try Self.train(
                folder, "--steps", "2", "--set", "evaluation.samples=120", "--quiet")
            #expect(trained.status == 0, "\(trained.error)")
            let sheet = try Shell.hrvq(
                "evaluate", "run", "--data", "data", "--layer-sheet", "layers.png", in: folder)
            #expect(sheet.status == 0 && sheet.output.contains("1 skipped"), "\(sheet)")
            let compared = try Shell.hrvq(
                "compare", "run", "--data", "data", "--images", "64", "--output", "report", "--quiet", in: folder)
            #expect(compared.status == 0, "\(compared.error)")
            try Self.write(Data("broken".utf8), to: "data/test/bad/1.png", in: folder)
            let figure = try Shell.hrvq(
                "inspect", "run", "--data", "data", "--codebook-figure", "figure.svg", in: folder)
            #expect(figure.status == 0, "\(figure.error)")
            // Far more than allowed is an error of the training, before its first evaluation too.
            for number in 0..<40 where number % 2 == 0 {
                try Self.write(Data("broken".utf8), to: "data/train/\(number).png", in: folder)
            }
            expectFailure(try Self.train(folder, run: "other", "--steps", "20"), "could not be read")
        }
    }

    @Test("Commands find the same files as data sets, and name what they leave out", .timeLimit(.minutes(2)))
    func commandsFindTheSameFiles() throws {
        let run = try TinyRun.folder.get()
        try withTemporaryFolder { folder in
            for name in ["real/cat/1.jfif", "real/cat/2", "real/cats.png/3.png", "real/.hidden.png"] {
                try Self.write(try Self.picture(1), to: name, in: folder)
            }
            try Self.write(Data("text".utf8), to: "real/notes.txt", in: folder)
            #expect(mkfifo(folder.appendingPathComponent("real/pipe.png").path, 0o600) == 0)
            try FileManager.default.createSymbolicLink(
                atPath: folder.appendingPathComponent("link").path, withDestinationPath: "real")
            for command in ["encode", "reconstruct"] {
                let answer = try Shell.hrvq(command, run.path, "link", "--output", command, in: folder)
                #expect(answer.status == 0, "\(answer.error)")
                for text in ["notes.txt", "1 pipe, socket or device: pipe.png", "1 hidden: .hidden.png"] {
                    #expect(answer.error.contains(text), "\(answer.error)")
                }
                let files =
                    FileManager.default.enumerator(atPath: folder.appendingPathComponent(command).path)?
                    .compactMap { ($0 as? String).map { ($0 as NSString).lastPathComponent } } ?? []
                for name in ["1", "2", "3"] {
                    #expect(files.contains("\(name).\(command == "encode" ? "hrvq" : "png")"), "\(files)")
                }
            }
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("none"), withIntermediateDirectories: true)
            try Self.write(Data("text".utf8), to: "none/a.txt", in: folder)
            expectFailure(
                try Shell.hrvq("encode", run.path, "none", "--output", "x", in: folder),
                "no JPEG, PNG, WebP or PPM file",
                "a.txt")
        }
    }

    @Test("A pipe in the place of MNIST's files ends the command at once", .timeLimit(.minutes(1)))
    func pipesAreNoDataSets() throws {
        try withTemporaryFolder { folder in
            for name in ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"] {
                #expect(mkfifo(folder.appendingPathComponent(name).path, 0o600) == 0)
            }
            expectFailure(
                try Shell.hrvq(
                    "train", "--preset", "hrvqvae-mnist", "--data", folder.path, "--steps", "1", "--output",
                    folder.appendingPathComponent("run").path, "--quiet"),
                "train-images-idx3-ubyte", "is a pipe")
        }
    }
}
