import Comparison
import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("Rate and distortion from the command line", .serialized)
struct RateDistortionCommandTests {
    /// Three pictures, one of them damaged.
    private func pictures(in folder: URL) throws {
        for number in 0..<2 {
            let pixels = (0..<40 * 32 * 3).map { UInt8(truncatingIfNeeded: $0 / 3 % 40 * 5 + $0 / 120 * (number + 1)) }
            try PixelImage(width: 40, height: 32, channels: 3, pixels: pixels)
                .writePNG(to: folder.appendingPathComponent("\(number).png").path)
        }
        try Data("no image".utf8).write(to: folder.appendingPathComponent("2.png"))
    }

    @Test("JPEG and WebP alone: a table, and a report that is not overwritten by accident")
    func classic() throws {
        try withTemporaryFolder { folder in
            try pictures(in: folder)
            let answer = try Shell.hrvq("rate-distortion", "--images", ".", "--output", "report", in: folder)
            #expect(answer.status == 0, "\(answer.error)")
            for word in ["JPEG 4:2:0", "JPEG 4:4:4", "WebP lossless", "quality 95", "classic codecs alone"] {
                #expect(answer.output.contains(word), "\(word)")
            }
            #expect(answer.error.contains("skipped: ") && answer.error.contains("2.png"))
            let report = folder.appendingPathComponent("report")
            #expect(names(report) == ["index.html", "psnr.svg", "rate-distortion.json", "ssim.svg"])
            func read() throws -> RateDistortionReport {
                try JSONDecoder().decode(
                    RateDistortionReport.self,
                    from: Data(contentsOf: report.appendingPathComponent("rate-distortion.json")))
            }
            let first = try read()
            #expect(first.images == 2 && first.pixels == 2 * 40 * 32 && first.skipped.count == 1)
            expectFailure(
                try Shell.hrvq("rate-distortion", "--images", "0.png", "--output", "report", in: folder), "--force")
            #expect(try read() == first)
            let printed = try Shell.hrvq(
                "rate-distortion", "--images", "0.png", "1.png", "--limit", "1", "--every-quality", "--output",
                "report",
                "--force", "--json", "--quiet", in: folder)
            #expect(printed.status == 0 && printed.error.isEmpty, "\(printed.error)")
            let second = try JSONDecoder().decode(RateDistortionReport.self, from: Data(printed.output.utf8))
            #expect(second.images == 1 && second.curves.map(\.points.count) == [100, 100, 101, 1])
            #expect(try read() == second)
        }
    }

    @Test("A picture that a codec cannot take is left out and named, and costs no others")
    func leftOut() throws {
        try withTemporaryFolder { folder in
            try pictures(in: folder)
            // WebP ends at 16,383 pixels a side.
            try PixelImage(width: 16_384, height: 1, channels: 3, pixels: Array(repeating: 9, count: 3 * 16_384))
                .writePNG(to: folder.appendingPathComponent("wide.png").path)
            let answer = try Shell.hrvq(
                "rate-distortion", "--images", "wide.png", "0.png", "--output", "report", "--quiet", in: folder)
            #expect(answer.status == 0, "\(answer.error)")
            #expect(answer.error.contains("skipped: ") && answer.error.contains("wide.png"), "\(answer.error)")
            let report = try JSONDecoder().decode(
                RateDistortionReport.self,
                from: Data(contentsOf: folder.appendingPathComponent("report/rate-distortion.json")))
            #expect(report.images == 1 && report.skipped.count == 1)
        }
    }

    @Test("rate-distortion refuses what it cannot measure, and writes nothing")
    func refused() throws {
        let tree = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            func refuse(status: Int32 = 1, _ arguments: String..., saying words: String) throws {
                let answer = try Shell.finish(
                    Shell.start(["rate-distortion"] + arguments + ["--output", "r"], in: folder))
                expectFailure(answer, status: status, words)
            }
            try refuse(status: 64, saying: "--images")
            try refuse(status: 64, "--images", "a.png", "--data", "b", saying: "two ways")
            try refuse(status: 64, "--images", "a.png", "--split", "train", saying: "--split")
            try refuse(status: 64, "--images", "a.png", "--precision", "float32", saying: "do without")
            try refuse(status: 64, "--images", "a.png", "--threads", "1", saying: "do without")
            try refuse(status: 64, tree, "--pictures", "-1", saying: "--pictures")
            try refuse(status: 64, tree, "--limit", "0", saying: "--limit")
            try refuse("--images", "nowhere.png", saying: "nowhere.png")
            try refuse("nowhere", saying: "nowhere")
            try refuse(tree, "--data", "nowhere", saying: "glyphs are drawn")
            try refuse("a=\(tree)", "a=\(tree)", saying: "called 'a'")
            try Data("no image".utf8).write(to: folder.appendingPathComponent("bad.png"))
            try refuse("--images", "bad.png", saying: "no image could be read")
            expectFailure(
                try Shell.hrvq("rate-distortion", tree, "--output", "", in: folder), status: 64, "empty")
            #expect(names(folder.appendingPathComponent("r")).isEmpty)
        }
    }

    @Test("A run is measured layer by layer, packed and modelled, on its data set and on files")
    func models() throws {
        let tree = try TinyRun.folder.get()
        try withTemporaryFolder { folder in
            let run = folder.appendingPathComponent("run")
            try FileManager.default.copyItem(at: tree, to: run)
            #expect(
                try Shell.hrvq(
                    "tokenize", "run", "--split", "train", "--limit", "60", "--output", "c.safetensors", in: folder
                ).status == 0)
            let trained = try Shell.hrvq("train-entropy", "run", "--codes", "c.safetensors", in: folder)
            #expect(trained.status == 0, "\(trained.error)")
            let answer = try Shell.hrvq(
                "rate-distortion", "tree=run", "--limit", "6", "--pictures", "2", "--output", "report", in: folder)
            #expect(answer.status == 0, "\(answer.error)")
            #expect(answer.output.contains("tree (modelled)") && answer.output.contains("all 2 layers"))
            let report = folder.appendingPathComponent("report")
            #expect(names(report).contains("sheet.png"))
            let figures = try JSONDecoder().decode(
                RateDistortionReport.self,
                from: Data(contentsOf: report.appendingPathComponent("rate-distortion.json")))
            #expect(figures.images == 6 && figures.channels == 1)
            #expect(figures.curves.map(\.name).prefix(3) == ["tree (packed)", "tree (modelled)", "JPEG"])
            #expect(figures.curves[0].points.map(\.psnr) == figures.curves[1].points.map(\.psnr))
            #expect(figures.curves[0].points[0].bytes < figures.curves[0].points[1].bytes)
            // The same bytes as of files.
            try scenePicture(at: folder.appendingPathComponent("a.png"))
            #expect(try Shell.hrvq("encode", "run", "a.png", "--coding", "packed", in: folder).status == 0)
            let size = try Data(contentsOf: folder.appendingPathComponent("a.hrvq")).count
            let printed = try Shell.hrvq(
                "rate-distortion", "run", "--images", "a.png", "--output", "files", "--json", "-q", in: folder)
            let ofFile = try JSONDecoder().decode(RateDistortionReport.self, from: Data(printed.output.utf8))
            #expect(ofFile.curves[0].points.last?.bytes == size && ofFile.source == "a.png")
        }
    }

    private func scenePicture(at url: URL) throws {
        try PixelImage(width: 45, height: 33, channels: 1, pixels: (0..<45 * 33).map { UInt8($0 % 45 * 5) })
            .writePNG(to: url.path)
    }
}
