import Figures
import Files
import Foundation
import Images
import Training

/// A comparison on disk: `comparison.json`, `index.html`, `sheet.png`.
package struct ComparisonFolder: Sendable {
    /// The folder.
    package let url: URL

    /// Names a folder.
    package init(_ url: URL) { self.url = url }

    private var report: URL { url.appendingPathComponent("comparison.json") }
    private var page: URL { url.appendingPathComponent("index.html") }
    private var sheet: URL { url.appendingPathComponent("sheet.png") }

    /// The names of all files.
    package static let names = ["comparison.json", "index.html", "sheet.png"]

    /// Whether a report is there.
    package var exists: Bool { [report, page, sheet].contains { FileManager.default.fileExists(atPath: $0.path) } }

    /// Files in the folder that have the names of a report's and are not one's: they must not be replaced.
    package func foreignNames() -> [String] {
        ReportContents.foreignNames(in: url, report: "comparison.json", keys: ["entries", "split"], names: Self.names)
    }

    /// Writes all files, together or not at all. What else a user keeps in the folder stays.
    ///
    /// - Parameters:
    ///   - report: The figures.
    ///   - pictures: What to look at.
    ///   - command: The command that made it, for the page.
    ///   - wording: How the page names what was not given.
    /// - Throws: `FileError`, `ImageError`, `FigureError`.
    package func write(
        _ report: ComparisonReport, _ pictures: ComparisonPictures, command: String, wording: Wording = .library
    ) throws {
        var blocks: [HTMLPage.Block] = try report.tables(models: 6).map { .table($0) }
        blocks += report.legend.map { .paragraph($0.text(in: wording)) }
        blocks.append(.heading("Pictures"))
        blocks += try pictures.blocks(report)
        blocks += [.heading("Command"), .preformatted(command)]
        let document = HTMLPage(
            title: "Models side by side", subtitle: "\(report.data), \(report.split) split, \(report.images) images",
            blocks: blocks)
        let files = [self.report, page, sheet]
        try FolderReplacement.write(
            in: url, replacing: files.filter(FileStatus.exists).map(\.lastPathComponent)
        ) { folder in
            let folder = ComparisonFolder(folder)
            try pictures.sheet.writePNG(to: folder.sheet.path)
            try document.write(to: folder.page)
            try AtomicFile.write(try report.json(), to: folder.report)
        }
    }
}

extension ComparisonPictures {
    /// The pictures as parts of a page.
    func blocks(_ report: ComparisonReport?) throws -> [HTMLPage.Block] {
        let originals = HTMLPage.Block.picture(
            try PagePicture(png: Data(originals.pngData()), caption: "The original images."))
        return [originals]
            + (try models.map { name, picture in
                let error = report?.entries.first { $0.name == name }.map {
                    String(format: " MSE over all images %.6f.", $0.evaluation.mse)
                }
                return .picture(
                    try PagePicture(
                        png: Data(picture.pngData()),
                        caption:
                            "\(name): reconstructions, and below them where they are wrong: black is no error, white"
                            + " an error of a quarter of the range or more.\(error ?? "")"))
            })
    }
}
