import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("Where results go and what they are called", .serialized)
struct ResultPlaceTests {
    private func picture(_ url: URL, colour: Bool = false) throws {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        let channels = colour ? 3 : 1
        try PixelImage(
            width: 12, height: 8, channels: channels,
            pixels: (0..<96 * channels).map { UInt8(truncatingIfNeeded: $0 * 5) }
        ).writePNG(to: url.path)
    }

    /// Files below a folder.
    private func files(_ folder: URL) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return names.filter { ($0 as NSString).pathExtension != "" }.sorted()
    }

    @Test("Results keep the folders of their inputs, and each line names input and output")
    func folders() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            for path in ["d/cat/1.png", "d/dog/1.png", "e/cat/1.png"] {
                try picture(folder.appendingPathComponent(path))
            }
            let one = try Shell.hrvq("encode", run, "d", "-o", "one", in: folder)
            #expect(files(folder.appendingPathComponent("one")) == ["cat/1.hrvq", "dog/1.hrvq"])
            #expect(one.error.contains("d/dog/1.png → one/dog/1.hrvq: 12x8"), "\(one)")
            // With several folders equal names do not meet.
            #expect(try Shell.hrvq("encode", run, "d", "e/", "-o", "two", in: folder).status == 0)
            #expect(
                files(folder.appendingPathComponent("two")) == ["d/cat/1.hrvq", "d/dog/1.hrvq", "e/cat/1.hrvq"])
            let back = try Shell.hrvq("decode", run, "two", "-o", "back", in: folder)
            #expect(files(folder.appendingPathComponent("back")) == ["d/cat/1.png", "d/dog/1.png", "e/cat/1.png"])
            #expect(back.error.contains("two/e/cat/1.hrvq → back/e/cat/1.png"), "\(back)")
            #expect(try Shell.hrvq("reconstruct", run, "d", "--output", "r", in: folder).status == 0)
            #expect(files(folder.appendingPathComponent("r")) == ["before-after.png", "cat/1.png", "dog/1.png"])
        }
    }

    @Test("Several inputs never become a folder that is called like a file")
    func severalIntoOne() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            for path in ["d/a.png", "d/b.png", "one/a.png"] { try picture(folder.appendingPathComponent(path)) }
            for inputs in [["d/a.png", "d/b.png"], ["d"], ["one"]] {
                let answer = try Shell.finish(
                    Shell.start(["encode", run] + inputs + ["-o", "x.hrvq"], in: folder))
                expectFailure(answer, status: 64, "x.hrvq", "folder")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("x.hrvq").path))
            // A slash says that a folder is meant.
            #expect(try Shell.hrvq("encode", run, "d", "-o", "x.hrvq/", in: folder).status == 0)
            #expect(try Shell.hrvq("encode", run, "one/a.png", "-o", "y.hrvq", in: folder).status == 0)
            expectFailure(
                try Shell.hrvq("encode", run, "d", "-o", "y.hrvq", "--force", in: folder),
                "is a file; expected a directory")
        }
    }

    /// Every option that names a result, with a name of another kind; nothing that the commands read exists.
    static let wrong: [[String]] = [
        ["train", "--preset", "hrvqvae-tiny", "--output", "x.safetensors"],
        ["train-prior", "--preset", "prior-tiny", "--codes", "x", "--output", "x.pt"],
        ["sample", "x", "x", "--output", "x.jpg"], ["sample", "x", "x", "--output", "x.gif"],
        ["sample", "x", "x", "--output", "y", "--codes", "x.png"],
        ["sample", "x", "x", "--output", "y", "--json", "x.txt"],
        ["sample", "x", "x", "--output", "y", "--images", "x.png"],
        ["complete", "x", "x", "x", "--keep", "top:0.5", "--output", "x.JPEG"],
        ["tokenize", "x", "--output", "x.npz"], ["tokenize", "x", "--output", "x.png"],
        ["inspect", "x", "--codebook-figure", "x.png"], ["inspect", "x", "--json", "x.yaml"],
        ["doctor", "--json", "x.csv"],
        ["train-entropy", "x", "--codes", "x", "--output", "x.json"],
        ["train-entropy", "x", "--codes", "x", "--json", "x.safetensors"],
        ["export", "x", "--to", "rosinality", "--output", "x.pt"],
        ["import", "x", "--from", "rosinality", "--output", "x.safetensors"],
        ["evaluate", "x", "--layer-sheet", "x.jpg"], ["evaluate", "x", "--json", "x.png"],
        ["train-classifier", "--kind", "glyphs", "--output", "y", "--json", "x.png"],
        ["train-classifier", "--kind", "glyphs", "--output", "x.safetensors"],
        ["compare", "x", "--output", "x.html"],
        ["compare", "x", "--output", "y", "--json", "x.html"], ["rate-distortion", "x", "--output", "x.html"],
        ["experiment", "--preset", "claims-tiny", "--output", "x.yaml"], ["demo", "--output", "x.png"],
        ["encode", "x", "Package.swift", "-o", "x.png"], ["decode", "x", "Package.swift", "-o", "x.jpg"],
        ["bench", "--json", "x.txt"],
    ]

    @Test("A result under the name of another kind is refused before any work", arguments: wrong)
    func wrongName(_ arguments: [String]) throws {
        try withTemporaryFolder { folder in
            try Data("x".utf8).write(to: folder.appendingPathComponent("Package.swift"))
            let answer = try Shell.finish(Shell.start(arguments, in: folder))
            expectFailure(answer, status: 64, "the result is a")
            #expect(names(folder) == ["Package.swift"])
        }
    }

    @Test("The right extension, in any case, and none are names of results")
    func rightNames() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            for name in ["c.safetensors", "d.SAFETENSORS", "codes", "codes.2"] {
                let answer = try Shell.hrvq("tokenize", run, "--limit", "2", "--output", name, "-q", in: folder)
                #expect(answer.status == 0, "\(answer)")
            }
        }
    }

    @Test("A colour picture for a grey model is told once; a grey one in three channels is no news")
    func colour() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            for name in ["a", "b"] { try picture(folder.appendingPathComponent("d/\(name).png"), colour: true) }
            let answer = try Shell.hrvq("encode", run, "d", "-o", "o", in: folder)
            #expect(answer.error.components(separatedBy: "is colour; the model is grey").count == 2, "\(answer)")
            #expect(
                try Shell.hrvq("reconstruct", run, "d/a.png", "--output", "r", in: folder).error.contains("is colour"))
            #expect(try Shell.hrvq("reconstruct", run, "d/a.png", "--output", "rq", "-q", in: folder).error.isEmpty)
            try PixelImage(width: 8, height: 8, channels: 3, pixels: (0..<192).map { UInt8($0 / 3) })
                .writePNG(to: folder.appendingPathComponent("grey.png").path)
            let grey = try Shell.hrvq("encode", run, "grey.png", "-o", "g.hrvq", in: folder)
            #expect(grey.status == 0 && !grey.error.contains("colour"), "\(grey)")
            // The notice does not change what is coded.
            #expect(try Shell.hrvq("encode", run, "d/a.png", "-o", "q.hrvq", "-q", in: folder).error.isEmpty)
            #expect(
                try Data(contentsOf: folder.appendingPathComponent("q.hrvq"))
                    == Data(contentsOf: folder.appendingPathComponent("o/a.hrvq")))
        }
    }

    @Test("What decode wrote beside photos is not encoded by the next encode, unless it is named")
    func decodedBeside() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            let photos = folder.appendingPathComponent("photos")
            try picture(photos.appendingPathComponent("a.png"))
            // Foundation ends the process where the folder of a path of one letter is asked for.
            try picture(folder.appendingPathComponent("p.png"))
            #expect(try Shell.hrvq("encode", run, "p.png", in: folder).status == 0)
            try FileManager.default.moveItem(
                at: photos.appendingPathComponent("a.png"), to: photos.appendingPathComponent("a.jpg"))
            #expect(try Shell.hrvq("encode", run, "photos", in: folder).status == 0)
            #expect(try Shell.hrvq("decode", run, "photos", in: folder).status == 0)
            #expect(names(photos) == ["a.hrvq", "a.jpg", "a.png"])
            let again = try Shell.hrvq("encode", run, "photos", "--force", in: folder)
            #expect(again.status == 0 && again.error.contains("photos/a.jpg → photos/a.hrvq"), "\(again)")
            #expect(again.error.contains("photos/a.png, which 'hrvq decode' wrote"), "\(again)")
            #expect(try Shell.hrvq("encode", run, "photos/a.png", "-o", "named.hrvq", in: folder).status == 0)
            // Decoded elsewhere they are pictures like others.
            #expect(try Shell.hrvq("decode", run, "photos", "-o", "elsewhere", in: folder).status == 0)
            #expect(try Shell.hrvq("encode", run, "elsewhere", "-o", "o", in: folder).status == 0)
            #expect(names(folder.appendingPathComponent("o")) == ["a.hrvq"])
        }
    }

    @Test("A folder with an equals sign that is not there is called what it was called")
    func namedFolder() throws {
        try withTemporaryFolder { folder in
            expectFailure(
                try Shell.hrvq("compare", "out/lr=0.009", "--output", "r", in: folder), "out/lr=0.009: no such file")
            expectFailure(
                try Shell.hrvq("rate-distortion", "out/lr=0.009", "--output", "r", in: folder), "out/lr=0.009")
        }
    }
}
