import Figures

extension RateDistortionReport {
    /// A chart of each metric that was measured, with the name of its file.
    ///
    /// With models they end at 16 times the models' largest rate: what lies beyond is of no use beside them, and the
    /// differences that matter would be too small to see.
    ///
    /// - Throws: `FigureError` where a figure cannot be drawn.
    package func charts() throws -> [(file: String, caption: String, chart: LineChart)] {
        QualityMetric.allCases.compactMap { metric in
            let series = curves.compactMap { curve -> LineChart.Series? in
                // An exact image has an infinite PSNR, and is in no place of that chart.
                if metric == .psnr, curve.isLossless { return nil }
                let points = curve.points.compactMap { point in
                    point[metric].map { (x: point.bitsPerPixel, y: $0) }
                }.filter { $0.x <= largestRate && $0.x > 0 }.sorted { $0.x < $1.x }
                return points.isEmpty ? nil : LineChart.Series(curve.name, points)
            }
            guard series.contains(where: { $0.points.count > 1 }) else { return nil }
            let isCut = curves.contains { $0.points.contains { $0.bitsPerPixel > largestRate } }
            return (
                metric.fileName + ".svg",
                "\(metric.title) over the rate; further up and further to the left is better."
                    + (isCut ? " Larger files are left out here and are in rate-distortion.json." : ""),
                LineChart(
                    title: "\(metric.title) of whole files",
                    x: Axis("bits per pixel", scale: .logarithmic(base: .ten)),
                    y: Axis("mean \(metric.title)", unit: metric == .psnr ? "dB" : nil), series: series, legend: .below,
                    width: 480, height: 400)
            )
        }
    }

    private var largestRate: Double {
        curves.filter(\.isModel).flatMap(\.points).map(\.bitsPerPixel).max().map { 16 * $0 } ?? .infinity
    }
}
