import Datasets
import Figures
import Files
import Foundation
import Images
import Metrics
import TestSupport
import Testing
import Training

@testable import Comparison

@Suite("Rate and distortion")
struct RateDistortionTests {
    /// Two models of one family and the classic codecs at few qualities, on two small images.
    static func measured(
        sizes: [(Int, Int)] = [(48, 40), (40, 64)],
        models: [any ImageCodec] = [BlockCodec(name: "blocks, packed", overhead: 50), BlockCodec()],
        others: [any ImageCodec & Sendable] = ClassicCodecs.all(channels: 3)
    ) throws -> RateDistortionReport {
        var measurement = try RateDistortionMeasurement(models: models, others: others)
        for (number, size) in sizes.enumerated() {
            try measurement.add(
                .init(
                    name: "image \(number)", image: scene(number, width: size.0, height: size.1),
                    isFromJPEG: number == 0))
        }
        return try measurement.report(source: "scenes")
    }

    @Test("Rates are the bytes of whole files over all pixels, and PSNR is the mean over images")
    func rates() throws {
        let report = try Self.measured()
        #expect(report.images == 2 && report.pixels == 48 * 40 + 40 * 64 && report.imagesFromJPEG == 1)
        let jpeg = try #require(report.curves.first { $0.name == "JPEG 4:2:0" })
        let point = try #require(jpeg.points.first { $0.setting == "quality 50" })
        var (bytes, decibels) = (0, 0.0)
        for (number, size) in [(48, 40), (40, 64)].enumerated() {
            let image = try scene(number, width: size.0, height: size.1)
            let files = try [false, true].map {
                try image.jpegData(quality: 50, subsampling: .yuv420, isProgressive: $0)
            }
            let file = try #require(files.min { $0.count < $1.count })
            bytes += file.count
            let decoded = try PixelImage.decode([UInt8](file), channels: 3, name: "x")
            decibels += try PeakSignalToNoiseRatio.between(MetricImage(image), MetricImage(decoded)) / 2
        }
        #expect(point.bytes == bytes)
        #expect(abs(point.bitsPerPixel - Double(bytes) * 8 / Double(report.pixels)) < 1e-12)
        #expect(abs(point.psnr - decibels) < 1e-9)
        #expect(point.ssim != nil && point.msSSIM == nil && report.msSSIMImages == 0)
        #expect(try JSONDecoder().decode(RateDistortionReport.self, from: report.json()) == report)
    }

    @Test("What comes back without error counts as 60 dB and is told apart")
    func exact() throws {
        let report = try Self.measured()
        let lossless = try #require(report.curves.first { $0.isLossless }).points[0]
        #expect(lossless.psnr == 60 && lossless.exactImages == 2 && lossless.cappedImages == 2 && lossless.ssim == 1)
        #expect(report.notes.contains { $0.contains("60 dB at most") })
        #expect(try report.pointTable.text.contains("exact"))
        // It is no competitor of lossy files, and in no place of the PSNR chart.
        let charts = try report.charts()
        #expect(charts.map(\.file) == ["psnr.svg", "ssim.svg"])
        #expect(charts[0].chart.series.map(\.name) == ["blocks, packed", "blocks", "JPEG 4:2:0", "JPEG 4:4:4", "WebP"])
        #expect(charts[0].chart.x.scale == .logarithmic(base: .ten) && charts[0].chart.y.unit == "dB")
    }

    @Test("MS-SSIM is measured where images are large enough, and the report says where not")
    func multiScale() throws {
        let report = try Self.measured(
            sizes: [(161, 170), (20, 20)], models: [BlockCodec()], others: [LosslessWebPCodec()])
        #expect(report.msSSIMImages == 1 && report.ssimImages == 2)
        #expect(report.curves[0].points.allSatisfy { ($0.msSSIM ?? 2) < 1 })
        #expect(report.curves[1].points[0].msSSIM == 1)
        #expect(report.notes.contains { $0.contains("1 of 2 images are smaller") })
    }

    @Test("A front keeps what is worth its bits, and interpolates over the logarithm of the rate")
    func front() throws {
        let points: [(Double, Double)] = [
            (4, 40), (1, 30), (2, 29), (1, 28), (0.25, 20), (0, 99), (8, .nan), (16, 50),
        ]
        let front = try #require(RateDistortionFront(points.map { .init(rate: $0.0, value: $0.1) }))
        #expect(front.places.map(\.rate) == [0.25, 1, 4, 16] && front.places.map(\.value) == [20, 30, 40, 50])
        #expect(abs((front.value(atRate: 2) ?? 0) - 35) < 1e-12 && front.value(atRate: 1) == 30)
        #expect(front.value(atRate: 0.2) == nil && front.value(atRate: 100) == 50 && front.value(atRate: 16) == 50)
        #expect(abs((front.rate(atValue: 25) ?? 0) - 0.5) < 1e-12 && front.rate(atValue: 40) == 4)
        #expect(front.rate(atValue: 10) == 0.25 && front.rate(atValue: 51) == nil && front.rate(atValue: 20) == 0.25)
        #expect(RateDistortionFront([.init(rate: 0, value: 1)]) == nil)
        for rate in stride(from: 0.3, to: 15, by: 0.7) {
            let value = try #require(front.value(atRate: rate))
            #expect(abs((front.rate(atValue: value) ?? 0) - rate) < 1e-9)
        }
    }

    /// A report of curves that are made up.
    static func madeUp(model: [(Double, Double)], webP: [(Double, Double)]) -> RateDistortionReport {
        func curve(_ name: String, _ isModel: Bool, _ points: [(Double, Double)]) -> RateDistortionReport.Curve {
            .init(
                name: name, family: name, summary: "", isModel: isModel,
                points: points.enumerated().map { number, point in
                    .init(
                        setting: "\(number + 1)", bytes: Int(point.0 * 8192), bitsPerPixel: point.0, psnr: point.1,
                        ssim: point.1 / 50, msSSIM: nil)
                })
        }
        let curves = [curve("tree", true, model), curve("WebP", false, webP)].filter { !$0.points.isEmpty }
        var report = RateDistortionReport(
            source: "s", images: 1, pixels: 65536, channels: 3, ssimImages: 1, msSSIMImages: 0, imagesFromJPEG: 0,
            skipped: [], curves: curves, standings: RateDistortionStanding.all(curves), verdict: [])
        report.verdict = RateDistortionVerdict(report).paragraphs
        return report
    }

    @Test("The verdict says who is ahead, by how much, and what the same quality costs")
    func verdict() throws {
        let classic = [(0.25, 20.0), (1.0, 30.0), (4.0, 40.0)]
        func verdict(_ rate: Double, _ psnr: Double) -> String {
            Self.madeUp(model: [(rate, psnr)], webP: classic).verdict.joined(separator: " ")
        }
        let behind = verdict(1, 25)
        #expect(behind.contains("behind WebP") && behind.contains("WebP has 30.00 dB at this rate, 5.00 dB above"))
        #expect(behind.contains("needs 0.500 bits per pixel, 50 % fewer than the model"))
        #expect(behind.contains("By SSIM WebP is better: 0.5000 against 0.6000"))
        let ahead = verdict(1, 35)
        #expect(ahead.contains("ahead of WebP") && ahead.contains("5.00 dB below the model"))
        #expect(ahead.contains("needs 2.000 bits per pixel, 2.0 times the model's"))
        #expect(verdict(1, 30.01).contains("level with WebP"))
        let small = verdict(0.125, 15)
        #expect(small.contains("smaller than any file of WebP, and less like the original"))
        #expect(small.contains("its smallest take 0.250 bits per pixel, 2.0 times the model's"))
        #expect(small.contains("20.00 dB, 5.00 dB above the model."))
        let smallAndBetter = verdict(0.125, 25)
        #expect(smallAndBetter.contains("ahead of WebP") && smallAndBetter.contains("4.0 times the model's."))
        #expect(verdict(1, 45).contains("never reaches the model's PSNR"))
        #expect(verdict(1, 15).contains("its smallest files, of 0.250 bits per pixel, are as good already"))
        #expect(try Self.madeUp(model: [], webP: classic).table.text.contains("WebP"))
        #expect(Self.madeUp(model: [(1, 20)], webP: []).standings.isEmpty)
    }

    @Test("A coding that saves bits over another one says how many, and the smaller one is judged")
    func codings() throws {
        let report = try Self.measured()
        #expect(report.verdict.first?.hasPrefix("blocks, 3 of 3, takes ") == true)
        #expect(report.verdict.first?.contains("as blocks, packed: this coding saves") == true)
        #expect(
            report.verdict.count == 4 && report.verdict[3].contains("headers weigh much")
                && report.notes.contains { $0.contains("blocks: 1.5 MB") })
        #expect(Set(report.standings.map(\.against)) == ["JPEG", "WebP"])
        let table = try report.table
        #expect(
            table.rows.count == 6
                && table.columns.map(\.header).suffix(4) == ["over JPEG", "JPEG bits", "over WebP", "WebP bits"])
    }

    @Test("The sheet shows the smallest file with at least the model's bytes")
    func pictures() throws {
        let codecs: [any ImageCodec] = [BlockCodec(name: "blocks, packed", overhead: 900), BlockCodec(overhead: 700)]
        var pictures = RateDistortionPictures(models: codecs, others: ClassicCodecs.shown(channels: 3))
        #expect(try pictures.sheet() == nil)
        let item = ImageSequence.Item(name: "i", image: try scene(0, width: 200, height: 72))
        try pictures.add(item)
        let row = try #require(pictures.rows.first)
        #expect(pictures.rows.count == 1 && row.cells.map(\.picture.width) == [192, 192, 192, 192])
        let bytes = try codecs[1].encode(item.image, setting: 2).count
        #expect(row.cells[1].caption.hasPrefix("blocks, 3 of 3: \(bytes) bytes, "))
        for codec in ClassicCodecs.shown(channels: 3) {
            let setting = try RateDistortionPictures.setting(of: codec, for: item, atLeast: bytes)
            #expect(try codec.encode(item.image, setting: setting).count >= bytes)
            if setting > 0 { #expect(try codec.encode(item.image, setting: setting - 1).count < bytes) }
            #expect(
                try RateDistortionPictures.setting(of: codec, for: item, atLeast: .max) == codec.settings.count - 1)
        }
        let sheet = try #require(try pictures.sheet())
        #expect(sheet.width == 4 * 196 + 4 && sheet.height == 72 + 8)
        #expect(try RateDistortionPictures.part(of: scene(1, width: 28, height: 20)).width == 168)
    }

    @Test("The report's folder holds page, figures, charts and sheet, and nothing of an earlier report")
    func folder() throws {
        try withTemporaryFolder { folder in
            let report = try Self.measured()
            var pictures = RateDistortionPictures(
                models: [BlockCodec()], others: ClassicCodecs.shown(channels: 3))
            try pictures.add(.init(name: "i", image: scene(0, width: 40, height: 40)))
            let target = RateDistortionFolder(folder.appendingPathComponent("report"))
            #expect(!target.exists)
            try target.write(report, pictures, command: "hrvq <x>")
            func names() throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: target.url.path).sorted()
            }
            #expect(try names() == ["index.html", "psnr.svg", "rate-distortion.json", "sheet.png", "ssim.svg"])
            #expect(target.exists)
            let page = try String(contentsOf: target.url.appendingPathComponent("index.html"), encoding: .utf8)
            for words in [
                "hrvq &lt;x&gt;", "bits per pixel", "class=\"gallery\"", "MS-SSIM is left out",
                "JPEG has no files so small",
            ] {
                #expect(page.contains(words), "\(words)")
            }
            try target.write(report, RateDistortionPictures(models: [], others: []), command: "again")
            #expect(try names() == ["index.html", "psnr.svg", "rate-distortion.json", "ssim.svg"])
        }
    }

    @Test("Names that are taken, images that none is, and a codec that fails are errors that say so")
    func refused() throws {
        #expect(throws: RateDistortionError.sameName(name: "WebP")) {
            try RateDistortionMeasurement(models: [BlockCodec(name: "WebP")], others: [WebPCodec()])
        }
        let empty = try RateDistortionMeasurement(models: [], others: [WebPCodec()])
        #expect(throws: RateDistortionError.noImages(skipped: ["a: b"])) {
            try empty.report(source: "s", skipped: ["a: b"])
        }
        var measurement = try RateDistortionMeasurement(models: [], others: [WebPCodec()])
        let long = try PixelImage(width: 1, height: 17_000, channels: 1, pixels: [UInt8](repeating: 9, count: 17_000))
        let error = #expect(throws: RateDistortionError.self) { try measurement.add(.init(name: "long", image: long)) }
        #expect("\(try #require(error))".hasPrefix("long: WebP, quality 0 failed: "))
        let tiny = try RunConfiguration.resolve(preset: "hrvqvae-tiny", overrides: [])
        let colour = try RunConfiguration.resolve(preset: "hrvqvae-tiny", overrides: ["data.channels=3"])
        let large = try RunConfiguration.resolve(
            preset: "hrvqvae-tiny", overrides: ["data.height=32", "data.width=32", "data.padding=0"])
        let url = URL(fileURLWithPath: "/nowhere")
        func run(_ name: String, _ configuration: RunConfiguration) -> RateDistortionRun {
            RateDistortionRun(name: name, folder: url, configuration: configuration)
        }
        try RateDistortionRun.check([], sameData: true)
        try RateDistortionRun.check([run("a", tiny), run("b", large)], sameData: false)
        #expect(throws: RateDistortionError.sameName(name: "a")) {
            try RateDistortionRun.check([run("a", tiny), run("a", tiny)], sameData: false)
        }
        #expect(throws: RateDistortionError.differentChannels(models: ["a: 1", "b: 3"])) {
            try RateDistortionRun.check([run("a", tiny), run("b", colour)], sameData: false)
        }
        #expect(throws: ComparisonError.self) {
            try RateDistortionRun.check([run("a", tiny), run("b", large)], sameData: true)
        }
    }

    @Test("Image files come one after the other, spread where there is a limit, bad ones named")
    func images() throws {
        try withTemporaryFolder { folder in
            let paths = try (0..<4).map { number in
                let path = folder.appendingPathComponent("\(number).\(number == 3 ? "jpg" : "png")").path
                let image = try scene(number, width: 20 + number, height: 10)
                if number == 3 { try image.writeJPEG(to: path) } else { try image.writePNG(to: path) }
                return path
            }
            try Data("no image".utf8).write(to: URL(fileURLWithPath: paths[1]))
            let all = ImageSequence(files: paths, channels: 3, source: "s")
            var items: [ImageSequence.Item] = []
            while let item = try all.next() { items.append(item) }
            #expect(items.map(\.image.width) == [20, 22, 23] && items.map(\.isFromJPEG) == [false, false, true])
            #expect(all.count == 4 && all.skipped.count == 1 && all.skipped[0].description.contains("1.png"))
            let some = ImageSequence(files: paths, channels: 1, limit: 2, source: "s")
            let widths = try (0..<3).map { _ in try some.next()?.image.width }
            #expect(some.count == 2 && widths == [20, 22, nil])
            let configuration = try RunConfiguration.resolve(preset: "hrvqvae-tiny", overrides: [])
            let glyphs = try ImageSequence(
                dataset: configuration.data.open(nil, split: .test), limit: 3, source: "glyphs")
            #expect(glyphs.count == 3 && glyphs.channels == 1)
            for _ in 0..<3 { #expect(try glyphs.next()?.image.width == 28) }
            #expect(try glyphs.next() == nil && glyphs.skipped.isEmpty)
        }
    }
}
