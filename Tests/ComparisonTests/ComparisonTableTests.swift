import Datasets
import Files
import Foundation
import Metrics
import Testing
import Training

@testable import Comparison
@testable import Figures

@Suite("The table of a comparison")
struct ComparisonTableTests {
    /// A report of so many models: model 2 has the lowest error, model 1 the highest speed.
    private func report(_ names: [String], images: Int = 50, fid: [Double?] = []) throws -> ComparisonReport {
        let model = try tinyModel("m")
        let dataset = try model.configuration.data.open(nil, split: .test)
        var report = try ModelComparison([model]).report(dataset, split: .test, limit: 4)
        let entry = report.entries[0]
        report.images = images
        report.entries = names.enumerated().map { index, name in
            var own = entry
            own.name = name
            own.evaluation.mse = index == 1 ? 0.001 : 0.002
            own.searchedPerSecond = index == 0 ? 9e6 : 1e6
            own.frechetInceptionDistance = index < fid.count ? fid[index] : nil
            return own
        }
        return report
    }

    @Test("Each line fits 80 cells, whatever the number of models and the length of their names")
    func width() throws {
        let long = String(repeating: "a-long-name-", count: 9)
        for names in [["a"], ["a", "b"], (0..<14).map { "model-\($0)-of-many" }, [long, "b", long + "c"]] {
            let text = try report(names).text
            let widest = text.split(separator: "\n").map { TextWidth.cells(String($0)) }.max() ?? 0
            #expect(widest <= 80, "\(text)")
            // Every model has all of its figures.
            #expect(text.components(separatedBy: "0.00").count - 1 >= names.count)
        }
    }

    @Test("What no model has is left out, what one has stays, and the best is marked where models differ")
    func best() throws {
        let two = try report(["a", "b"], fid: [nil, 3]).table
        let lines = two.rows.map(\.[0])
        #expect(lines.contains("FID") && !lines.contains("MS-SSIM") && !lines.contains("classifier FD"))
        #expect(two.rows[try #require(lines.firstIndex(of: "FID"))] == ["FID", "–", "3.00"])
        #expect(two.emphasized[try #require(lines.firstIndex(of: "MSE"))] == [2])
        #expect(two.emphasized[try #require(lines.firstIndex(of: "vectors searched a second"))] == [1])
        #expect(two.emphasized[try #require(lines.firstIndex(of: "PSNR, dB"))].isEmpty)
        #expect(two.text(width: 80).contains("0.001000*"))
        #expect(two.html.contains("<strong>0.001000</strong>"))
        #expect(try report(["a"]).table.emphasized.allSatisfy(\.isEmpty))
    }

    @Test("A Fréchet distance of fewer images than features warns, in the terminal and on the page")
    func fewImages() throws {
        var report = try report(["a", "b"], images: 50, fid: [1, 2])
        report.inceptionFeatures = 2048
        #expect(try report.text.contains("warning: FID is of 50 images in 2048 features"))
        #expect(report.legend.contains { $0.description.hasPrefix("Warning: FID is of 50 images") })
        report.images = 2048
        #expect(try !report.text.contains("warning") && report.warnings.isEmpty)
    }
}
