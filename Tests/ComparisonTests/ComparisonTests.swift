import Autoencoders
import Datasets
import Files
import Foundation
import Images
import Quantization
import TestSupport
import Testing
import Torch
import Training

@testable import Comparison

/// A fresh model of a tiny configuration.
func tinyModel(_ name: String, _ overrides: [String] = []) throws -> ComparedModel {
    let configuration = try RunConfiguration.resolve(
        preset: "hrvqvae-tiny", overrides: ["training.precision=float32"] + overrides)
    let model = try configuration.makeAutoencoder()
    for quantizer in model.quantizers { try quantizer.markInitialized() }
    return ComparedModel(name: name, configuration: configuration, model: model)
}

let tinyVQVAE2 = [
    "model.kind=vqvae2", "model.levels=2", "quantizer.layers=1", "quantizer.branching=16", "quantizer.betaSum=0",
]

@Suite("Models side by side")
struct ComparisonTests {
    @Test("All models are measured on the same images, and the report holds what evaluating each gives")
    func report() throws {
        let models = [try tinyModel("tree"), try tinyModel("levels", tinyVQVAE2)]
        let dataset = try models[0].configuration.data.open(nil, split: .test)
        let report = try ModelComparison(models).report(dataset, split: .test, limit: 12)
        #expect(report.images == 12 && report.entries.map(\.name) == ["tree", "levels"])
        for (model, entry) in zip(models, report.entries) {
            let alone = try Evaluator(model: model.model, configuration: model.configuration, device: .cpu)
                .evaluate(dataset, limit: 12)
            #expect(entry.evaluation.mse == alone.mse && entry.evaluation.layers == alone.layers)
            #expect(entry.searchedPerSecond > 0 && entry.parameters > 0)
            #expect(entry.frechetInceptionDistance == nil)
        }
        #expect(report.entries[1].distancesPerPosition == 32 && report.entries[0].distancesPerPosition == 8)
        #expect(try JSONDecoder().decode(ComparisonReport.self, from: report.json()) == report)
        let text = try report.text
        #expect(text.contains("levels") && !text.contains("FID") && !text.contains("MS-SSIM"))
    }

    @Test("Models of other data, twice the same name, and none at all are errors")
    func refused() throws {
        #expect(throws: ComparisonError.noModels) { try ModelComparison([]) }
        let model = try tinyModel("a")
        #expect(throws: ComparisonError.sameName(name: "a")) { try ModelComparison([model, model]) }
        let colour = try tinyModel("b", ["data.channels=3"])
        let error = #expect(throws: ComparisonError.self) { try ModelComparison([model, colour]) }
        #expect("\(try #require(error))".contains("a: glyphs, 28×28×1"))
    }

    @Test("An error map is black where nothing is wrong and white where much is, grey pixels as coloured ones")
    func errorMap() throws {
        let one = try PixelImage(width: 3, height: 1, channels: 1, pixels: [0, 100, 255])
        let other = try PixelImage(width: 3, height: 1, channels: 1, pixels: [0, 90, 0])
        let pixels = try ComparisonPictures.errorMap(one, other).pixels
        #expect(pixels[0..<3] == [0, 0, 0] && pixels[6..<9] == [255, 255, 255])
        #expect(pixels[3] > 0 && pixels[3] < 255 && pixels[4] == 0)
    }

    @Test("The report's folder holds figures, page and sheet")
    func folder() throws {
        try withTemporaryFolder { folder in
            let models = [try tinyModel("a & b"), try tinyModel("levels", tinyVQVAE2)]
            let dataset = try models[0].configuration.data.open(nil, split: .test)
            let report = try ModelComparison(models).report(dataset, split: .test, limit: 3)
            let target = ComparisonFolder(folder.appendingPathComponent("report"))
            #expect(!target.exists)
            try target.write(report, ComparisonPictures(models, dataset, count: 3), command: "hrvq compare <x>")
            #expect(target.exists)
            let page = try String(contentsOf: target.url.appendingPathComponent("index.html"), encoding: .utf8)
            #expect(page.contains("a &amp; b") && page.contains("hrvq compare &lt;x&gt;"))
            // Originals, and for each model reconstructions and errors.
            let sheet = try PixelImage.read(target.url.appendingPathComponent("sheet.png").path, channels: 3)
            #expect(sheet.height > 5 * 28 * 3 && sheet.width < sheet.height)
        }
    }
}
