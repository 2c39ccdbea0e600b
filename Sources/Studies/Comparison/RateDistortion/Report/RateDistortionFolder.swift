import Figures
import Files
import Foundation
import Images

/// A measurement of rate and distortion on disk: `index.html`, `rate-distortion.json`, a chart a metric, `sheet.png`.
package struct RateDistortionFolder: Sendable {
    /// The folder.
    package let url: URL

    /// Names a folder.
    package init(_ url: URL) { self.url = url }

    private static let reportName = "rate-distortion.json"
    private static let pageName = "index.html"
    private static let sheetName = "sheet.png"

    /// All files that a report may have.
    package static var names: [String] {
        [reportName, pageName, sheetName] + QualityMetric.allCases.map { $0.fileName + ".svg" }
    }

    /// Whether a report is there.
    package var exists: Bool {
        Self.names.contains { FileManager.default.fileExists(atPath: url.appendingPathComponent($0).path) }
    }

    /// Files in the folder that have the names of a report's and are not one's: they must not be replaced.
    package func foreignNames() -> [String] {
        ReportContents.foreignNames(
            in: url, report: Self.reportName, keys: ["curves", "source"], names: Self.names)
    }

    /// Writes all files, together or not at all; those of an earlier report that this one has not are removed. What else a
    /// user keeps in the folder stays.
    ///
    /// - Parameters:
    ///   - report: The figures.
    ///   - pictures: What to look at.
    ///   - command: The command that made it, for the page.
    /// - Throws: `FileError`, `ImageError`, `FigureError`.
    package func write(_ report: RateDistortionReport, _ pictures: RateDistortionPictures, command: String) throws {
        let charts = try report.charts()
        let page = try Self.page(report, pictures, charts, command: command)
        let sheet = try pictures.sheet()
        let old = Self.names.map { url.appendingPathComponent($0) }
        try FolderReplacement.write(
            in: url, replacing: old.filter(FileStatus.exists).map(\.lastPathComponent)
        ) { folder in
            for (file, _, chart) in charts { try chart.write(to: folder.appendingPathComponent(file)) }
            try sheet?.writePNG(to: folder.appendingPathComponent(Self.sheetName).path)
            try page.write(to: folder.appendingPathComponent(Self.pageName))
            try AtomicFile.write(try report.json(), to: folder.appendingPathComponent(Self.reportName))
        }
    }

    private static func page(
        _ report: RateDistortionReport, _ pictures: RateDistortionPictures,
        _ charts: [(file: String, caption: String, chart: LineChart)], command: String
    ) throws -> HTMLPage {
        var blocks = report.verdict.map { HTMLPage.Block.paragraph($0) }
        blocks += try charts.map { .figure(svg: try $0.chart.svg(), caption: $0.caption) }
        if report.curves.contains(where: \.isModel) {
            blocks += [.heading("Models beside codecs"), .table(try report.table), .paragraph(report.tableLegend)]
        }
        if !pictures.rows.isEmpty {
            blocks += [
                .heading("Pictures"),
                .paragraph(
                    "The middle of some images. The codecs' files are the smallest that have at least the bytes of the"
                        + " model's; sizes and PSNR are of whole images."),
            ]
            blocks += try pictures.rows.map { row in
                .gallery(
                    try row.cells.map { try PagePicture(png: Data($0.picture.pngData()), caption: $0.caption) })
            }
        }
        blocks.append(.heading("How it was measured"))
        blocks += report.notes.map { .paragraph($0) }
        blocks += [
            .heading("All points"), .table(try report.pointTable), .heading("Command"), .preformatted(command),
        ]
        return HTMLPage(
            title: "Rate and distortion",
            subtitle: "\(report.images) images of \(report.source), \(report.pixels) pixels", blocks: blocks)
    }
}
