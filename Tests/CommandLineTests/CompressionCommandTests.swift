import Compression
import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("Compressed images", .serialized)
struct CompressionCommandTests {
    /// A copy of the tiny run, which a test may change.
    private func copy(into folder: URL) throws -> String {
        let copy = folder.appendingPathComponent("run")
        try FileManager.default.copyItem(at: TinyRun.folder.get(), to: copy)
        return copy.path
    }

    private func picture(_ width: Int, _ height: Int, _ channels: Int = 1, at url: URL) throws {
        try PixelImage(
            width: width, height: height, channels: channels,
            pixels: (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0 * 3 / 2) }
        ).writePNG(to: url.path)
    }

    @Test("Pictures of any size come back, as a reconstruction would show them")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let run = try copy(into: folder)
            let images = folder.appendingPathComponent("images")
            try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
            for (name, width, height, channels) in [("a", 31, 17, 1), ("b", 1, 1, 3), ("c", 300, 40, 1)] {
                try picture(width, height, channels, at: images.appendingPathComponent("\(name).png"))
            }
            let encoded = try Shell.hrvq("encode", run, images.path, "--output", "files/", in: folder)
            #expect(encoded.status == 0 && encoded.error.contains("bits per pixel"), "\(encoded)")
            let files = folder.appendingPathComponent("files")
            #expect(names(files) == ["a.hrvq", "b.hrvq", "c.hrvq"])
            expectFailure(try Shell.hrvq("encode", run, images.path, "--output", "files/", in: folder), "--force")
            let decoded = try Shell.hrvq(
                "decode", run, "files/a.hrvq", "files/b.hrvq", "files/c.hrvq", "--output", "back", in: folder)
            #expect(decoded.status == 0, "\(decoded)")
            let reconstructed = try Shell.hrvq("reconstruct", run, images.path, "--output", "direct", in: folder)
            #expect(reconstructed.status == 0)
            for name in ["a", "b", "c"] {
                let back = try PixelImage.read(folder.appendingPathComponent("back/\(name).png").path, channels: 1)
                let direct = try PixelImage.read(
                    folder.appendingPathComponent("direct/\(name).png").path, channels: 1)
                #expect(back == direct, "\(name)")
            }
            let coarse = try Shell.hrvq(
                "decode", run, "files/c.hrvq", "--layers", "1", "--output", "coarse.png", in: folder)
            #expect(coarse.status == 0 && coarse.error.contains("1 of 2 layers"))
            let whole = try PixelImage.read(folder.appendingPathComponent("back/c.png").path, channels: 1)
            let first = try PixelImage.read(folder.appendingPathComponent("coarse.png").path, channels: 1)
            #expect(first != whole && first.width == 300 && first.height == 40)
            // Tiles do not change a file, nor threads, nor the precision of the program that reads it.
            let tiled = try Shell.hrvq(
                "encode", run, "images/c.png", "--tile", "32", "--threads", "1", "-o", "tiled.hrvq", in: folder)
            #expect(tiled.status == 0, "\(tiled)")
            #expect(
                try Data(contentsOf: folder.appendingPathComponent("tiled.hrvq"))
                    == Data(contentsOf: files.appendingPathComponent("c.hrvq")))
            for more in [["--tile", "32"], ["--threads", "1"], ["--threads", "2"], ["--precision", "bfloat16"]] {
                let answer = try Shell.finish(
                    Shell.start(
                        ["decode", run, "files/c.hrvq", "-o", "again.png", "--force"] + more, in: folder))
                #expect(answer.status == 0, "\(answer)")
                let again = try PixelImage.read(folder.appendingPathComponent("again.png").path, channels: 1)
                let furthest = zip(again.pixels, whole.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
                #expect(furthest <= (more[1] == "bfloat16" ? 12 : 1), "\(more): \(furthest)")
            }
        }
    }

    @Test("Standard input and output, files beside their images, and names that meet")
    func streams() throws {
        try withTemporaryFolder { folder in
            let run = try copy(into: folder)
            try picture(20, 20, at: folder.appendingPathComponent("p.png"))
            let program = Shell.executable.path
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.currentDirectoryURL = folder
            shell.arguments = [
                "-c", "'\(program)' encode run - --quiet < p.png | '\(program)' decode run - --quiet > q.png",
            ]
            try shell.run()
            shell.waitUntilExit()
            #expect(shell.terminationStatus == 0)
            #expect(try PixelImage.read(folder.appendingPathComponent("q.png").path, channels: 1).width == 20)
            #expect(try Shell.hrvq("encode", run, "p.png", in: folder).status == 0)
            #expect(names(folder).contains("p.hrvq"))
            // Its PNG would be the picture that it was made from.
            expectFailure(try Shell.hrvq("decode", run, "p.hrvq", in: folder), "p.png", "--force")
            try FileManager.default.copyItem(
                at: folder.appendingPathComponent("p.png"), to: folder.appendingPathComponent("p.jpg"))
            expectFailure(
                try Shell.hrvq("encode", run, "p.png", "p.jpg", "--force", in: folder), status: 64, "p.hrvq",
                "--output")
            #expect(try Shell.hrvq("encode", run, "p.png", "p.jpg", "-o", "both", in: folder).status == 0)
            #expect(names(folder.appendingPathComponent("both")) == ["p-2.hrvq", "p.hrvq"])
            #expect(try Shell.hrvq("decode", run, "both", "-o", "back", in: folder).status == 0)
            #expect(names(folder.appendingPathComponent("back")) == ["p-2.png", "p.png"])
            expectFailure(try Shell.hrvq("decode", run, "back", "-o", "again", in: folder), "no .hrvq file")
        }
    }

    @Test("Statistics make files smaller; a data set becomes one file")
    func statistics() throws {
        try withTemporaryFolder { folder in
            let run = try copy(into: folder)
            expectFailure(
                try Shell.hrvq("encode", run, "--split", "test", "--coding", "modelled", "-o", "x.hrvq", in: folder),
                "train-entropy")
            for split in ["train", "test"] {
                #expect(
                    try Shell.hrvq(
                        "tokenize", run, "--split", split, "--limit", "300", "--output", "\(split).safetensors",
                        in: folder
                    ).status == 0)
            }
            let trained = try Shell.hrvq(
                "train-entropy", run, "--codes", "train.safetensors", "--held-out", "test.safetensors", "--json",
                "figures.json", in: folder)
            #expect(trained.status == 0 && trained.output.contains("conditional entropy"), "\(trained)")
            let report = try JSONDecoder().decode(
                EntropyReport.self, from: Data(contentsOf: folder.appendingPathComponent("figures.json")))
            #expect(report.savings.together > 0.15 && report.images == 300)
            for layer in report.layers {
                #expect(layer.conditionalEntropy < layer.entropy && layer.entropy <= layer.packed)
                #expect(abs(layer.together - layer.conditionalEntropy) < 0.01 * layer.packed)
            }
            expectFailure(
                try Shell.hrvq("train-entropy", run, "--codes", "train.safetensors", in: folder), "--force")
            var sizes: [Int] = []
            for coding in ["packed", "modelled"] {
                let answer = try Shell.hrvq(
                    "encode", run, "--split", "test", "--limit", "30", "--coding", coding, "-o", "\(coding).hrvq",
                    in: folder)
                #expect(answer.status == 0 && answer.error.contains("30 images"), "\(answer)")
                sizes.append(try Data(contentsOf: folder.appendingPathComponent("\(coding).hrvq")).count)
                #expect(try Shell.hrvq("decode", run, "\(coding).hrvq", "-o", coding, in: folder).status == 0)
            }
            #expect(Double(sizes[1]) < 0.85 * Double(sizes[0]))
            // Without --coding the smaller file is written.
            let usual = try Shell.hrvq(
                "encode", run, "--split", "test", "--limit", "30", "-o", "usual.hrvq", in: folder)
            #expect(usual.status == 0 && usual.error.contains("modelled"), "\(usual)")
            // So few codes save less than naming the statistics costs.
            try picture(1, 1, at: folder.appendingPathComponent("p.png"))
            var bytes: [Int] = []
            for coding in [["--coding", "packed"], ["--coding", "modelled"], []] {
                let answer = try Shell.finish(
                    Shell.start(["encode", run, "p.png", "-o", "p.hrvq", "--force"] + coding, in: folder))
                #expect(answer.status == 0, "\(answer)")
                bytes.append(try Data(contentsOf: folder.appendingPathComponent("p.hrvq")).count)
            }
            #expect(bytes[2] == min(bytes[0], bytes[1]) && bytes[0] < bytes[1], "\(bytes)")
            #expect(names(folder.appendingPathComponent("packed")).count == 30)
            #expect(
                try Data(contentsOf: folder.appendingPathComponent("packed/07.png"))
                    == Data(contentsOf: folder.appendingPathComponent("modelled/07.png")))
            let inspected = try Shell.hrvq("inspect", "modelled.hrvq", in: folder)
            #expect(inspected.output.contains("modelled") && inspected.output.contains("30 of them"))
            let json = try Shell.hrvq("inspect", "modelled.hrvq", "--json", in: folder)
            let description = try JSONDecoder().decode(CompressedDescription.self, from: Data(json.output.utf8))
            #expect(description.bytes == sizes[1] && description.layers.map(\.choices) == [4, 4])

            // Packed codes need no statistics, not even whole ones; all else says what is wrong with them.
            let statistics = URL(fileURLWithPath: run).appendingPathComponent("entropy.safetensors")
            try Data(contentsOf: statistics).prefix(100).write(to: statistics)
            #expect(
                try Shell.hrvq("encode", run, "p.png", "--coding", "packed", "-o", "new.hrvq", in: folder).status == 0)
            #expect(try Shell.hrvq("decode", run, "new.hrvq", in: folder).status == 0)
            for arguments in [
                ["encode", run, "p.png", "-o", "n.hrvq"], ["decode", run, "modelled.hrvq", "-o", "n"],
                ["encode", run, "p.png", "--coding", "modelled", "-o", "n.hrvq"],
            ] {
                expectFailure(
                    try Shell.finish(Shell.start(arguments, in: folder)), "entropy.safetensors")
            }
        }
    }

    @Test("Files of other models and statistics, damaged files, and pictures that are none")
    func badInput() throws {
        try withTemporaryFolder { folder in
            let run = try copy(into: folder)
            try picture(20, 20, at: folder.appendingPathComponent("p.png"))
            #expect(try Shell.hrvq("encode", run, "p.png", in: folder).status == 0)
            let other = try Shell.hrvq(
                "train", "--preset", "hrvqvae-tiny", "--steps", "2", "--seed", "9", "--output", "other", "--quiet",
                in: folder)
            #expect(other.status == 0)
            let own = try ImageCompressor(folder: URL(fileURLWithPath: run)).fingerprint.description
            let foreign = try ImageCompressor(folder: folder.appendingPathComponent("other")).fingerprint.description
            expectFailure(try Shell.hrvq("decode", "other", "p.hrvq", "-o", "q.png", in: folder), own, foreign)

            let file = folder.appendingPathComponent("p.hrvq")
            let bytes = try Data(contentsOf: file)
            let cut = folder.appendingPathComponent("cut.hrvq")
            try bytes.dropLast(3).write(to: cut)
            expectFailure(
                try Shell.hrvq("decode", run, "cut.hrvq", "-o", "q.png", in: folder), "cut off", "--layers 1")
            let damaged = try Shell.hrvq("inspect", "cut.hrvq", in: folder)
            #expect(damaged.output.contains("not whole") && damaged.status == 1)
            expectFailure(try Shell.hrvq("inspect", "none.hrvq", in: folder), "none.hrvq", "no such file")
            let pipe = folder.appendingPathComponent("pipe.hrvq").path
            #expect(mkfifo(pipe, 0o600) == 0)
            expectFailure(try Shell.hrvq("decode", run, "pipe.hrvq", in: folder), status: 64, "--output")
            try FileManager.default.removeItem(atPath: pipe)
            expectFailure(
                try Shell.hrvq("decode", run, "p.hrvq", "-o", "q.jpg", in: folder), status: 64, "q.jpg", ".png")
            expectFailure(
                try Shell.hrvq("encode", run, "p.png", "-o", "q.png", in: folder), status: 64, "q.png", ".hrvq")
            #expect(!names(folder).contains("q.png"))
            #expect(
                try Shell.hrvq("decode", run, "cut.hrvq", "--layers", "1", "-o", "q.png", in: folder).status == 0)
            expectFailure(
                try Shell.hrvq("decode", run, "p.hrvq", "--layers", "3", "-o", "r.png", in: folder), "1 to 2")
            expectFailure(
                try Shell.hrvq("decode", run, "p.hrvq", "--layers", "0", "-o", "r.png", in: folder), status: 64)
            expectFailure(
                try Shell.hrvq("decode", run, "p.hrvq", "--layers", "-1", "-o", "r.png", in: folder), status: 64,
                "1 or more")
            expectFailure(
                try Shell.hrvq("encode", run, "p.png", "--tile", "-1", "-o", "r.hrvq", in: folder), status: 64,
                "16 to 16384")
            // One answer, and not one for each picture.
            let modelled = try Shell.hrvq(
                "encode", run, "p.png", "p.png", "--coding", "modelled", "-o", "r/", in: folder)
            expectFailure(modelled, "train-entropy")
            #expect(modelled.error.components(separatedBy: "train-entropy").count == 2, "\(modelled.error)")
            try (bytes + Data([0])).write(to: cut)
            expectFailure(try Shell.hrvq("decode", run, "cut.hrvq", "-o", "r.png", in: folder), "1 bytes follow")
            expectFailure(try Shell.hrvq("decode", run, "p.png", "-o", "r.png", in: folder), "not a .hrvq file")
            expectFailure(try Shell.hrvq("inspect", "p.png", in: folder), "not known", "a .hrvq file")
            expectFailure(try Shell.hrvq("decode", run, "none.hrvq", "-o", "r.png", in: folder), "none.hrvq")

            // Headers of pictures that are too large, and of none at all.
            for (name, width, height, words) in [
                ("large", 20_000, 20_000, "at most"), ("empty", 0, 5, "empty.png"),
            ] {
                try header(width: width, height: height).write(to: folder.appendingPathComponent("\(name).png"))
                expectFailure(try Shell.hrvq("encode", run, "\(name).png", "-o", "r.hrvq", in: folder), words)
            }
            #expect(!names(folder).contains("r.hrvq") && !names(folder).contains("r.png"))
            // One bad file among several costs the exit code, and nothing else.
            let mixed = try Shell.hrvq("decode", run, "p.hrvq", "p.png", "-o", "mixed", in: folder)
            #expect(mixed.status == 1 && mixed.error.contains("1 of 2 files failed"))
            #expect(names(folder.appendingPathComponent("mixed")) == ["p.png"])
        }
    }

    /// A PNG that ends after its header.
    private func header(width: Int, height: Int) -> Data {
        func number(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        let body = Array("IHDR".utf8) + number(UInt32(width)) + number(UInt32(height)) + [8, 0, 0, 0, 0]
        let checksum = body.reduce(UInt32.max) { value, byte in
            (0..<8).reduce(value ^ UInt32(byte)) { value, _ in
                value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1
            }
        }
        return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + number(13) + body + number(~checksum))
    }
}
