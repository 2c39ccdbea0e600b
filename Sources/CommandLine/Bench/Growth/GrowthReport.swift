import Figures
import Files
import Foundation
import HRVQ

/// Writes what sweeps gave: `growth.json`, `growth.txt`, `index.html`, and two charts a sweep.
struct GrowthReport {
    let folder: URL
    let threads: Int

    /// The names of its files.
    static func fileNames(_ quantities: [GrowthSweep.Quantity]) -> [String] {
        ["growth.json", "growth.txt", "index.html"] + quantities.flatMap { [timeChart(of: $0), memoryChart(of: $0)] }
    }

    private static func timeChart(of quantity: GrowthSweep.Quantity) -> String { quantity.rawValue + "-time.svg" }

    private static func memoryChart(of quantity: GrowthSweep.Quantity) -> String { quantity.rawValue + "-memory.svg" }

    /// - Throws: `FileError`, `FigureError`.
    func write(_ sweeps: [(sweep: GrowthSweep, results: [GrowthMeasure.Result])]) throws {
        try AtomicFolder.create(folder)
        func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
        try AtomicFile.write(try ReportJSON.data(sweeps.flatMap(\.results)), to: file("growth.json"))
        var blocks: [HTMLPage.Block] = [
            .paragraph(
                "\(threads) \(threads == 1 ? "thread" : "threads"), \(Precision.auto.resolve(on: .cpu)), LibTorch \(Engine.version). Medians of rounds in"
                    + " which all sizes of a sweep take turns, a process each; memory is the largest that a process held."
                    + " Growth is the exponent of a power of the size, by least squares: 1 is proportional.")
        ]
        var texts: [String] = []
        for (sweep, results) in sweeps {
            let table = try Self.table(sweep, results)
            texts.append(sweep.title + "\n\n" + table.text + "\n\n" + sweep.explanation + "\n")
            let time = try chart(
                sweep, results, Axis("time of \(sweep.work)", unit: "ms", scale: .logarithmic(base: .ten)),
                Self.timeChart(of: sweep.quantity)
            ) { $0.seconds * 1000 }
            let memory = try chart(
                sweep, results, Axis("largest resident memory", unit: "MiB", scale: .logarithmic(base: .ten)),
                Self.memoryChart(of: sweep.quantity)
            ) { $0.memory }
            blocks += [
                .heading(sweep.title), .paragraph(sweep.explanation), .sideBySide([time, memory]), .table(table),
            ]
        }
        try AtomicFile.write(texts.joined(separator: "\n"), to: file("growth.txt"))
        try HTMLPage(title: "Growth", subtitle: "Time and memory of hrvq against the size of the work", blocks: blocks)
            .write(to: file("index.html"))
    }

    private func chart(
        _ sweep: GrowthSweep, _ results: [GrowthMeasure.Result], _ y: Axis, _ name: String,
        _ value: (GrowthMeasure.Result) -> Double
    ) throws -> HTMLPage.Block {
        let chart = LineChart(
            title: sweep.title, x: sweep.axis, y: y,
            series: sweep.series.map { series in
                LineChart.Series(
                    series.name,
                    results.filter { $0.series == series.name }.map { (x: Double($0.size), y: value($0)) })
            })
        let svg = try chart.svg()
        try AtomicFile.write(svg + "\n", to: folder.appendingPathComponent(name))
        return .figure(svg: svg, caption: "")
    }

    private static func table(_ sweep: GrowthSweep, _ results: [GrowthMeasure.Result]) throws -> TextTable {
        var table = try TextTable(
            caption: "Milliseconds of \(sweep.work), and MiB",
            columns: [
                .init(""), .init(sweep.axis.label, .right), .init("ms", .right), .init("MiB", .right),
                .init("growth of time", .right), .init("of memory", .right),
            ])
        for series in sweep.series {
            let found = results.filter { $0.series == series.name }
            for (index, result) in found.enumerated() {
                let isLast = index == found.count - 1 && found.count > 1
                try table.append([
                    index == 0 ? series.name : "", "\(result.size)", String(format: "%.1f", result.seconds * 1000),
                    String(format: "%.0f", result.memory),
                    isLast ? String(format: "%.2f", found.exponent(\.seconds)) : "",
                    isLast ? String(format: "%.2f", found.exponent(\.memory)) : "",
                ])
            }
        }
        return table
    }
}
