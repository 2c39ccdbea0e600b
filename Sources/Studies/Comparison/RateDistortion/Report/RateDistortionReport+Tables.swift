import Figures
import Foundation

extension RateDistortionReport {
    /// The models' points, and what each family of codecs is beside them; the codecs alone where there is no model.
    package var table: TextTable {
        get throws {
            guard curves.contains(where: \.isModel) else { return try pointTable }
            var families: [String] = []
            for standing in standings where !families.contains(standing.against) { families.append(standing.against) }
            var table = try TextTable(
                caption: "Models on \(images) images of \(source)",
                columns: [
                    .init("model"), .init("decoded"), .init("bits per pixel", .right), .init("PSNR dB", .right),
                ]
                    + families.flatMap {
                        [TextTable.Column("over \($0)", .right), .init("\($0) bits", .right)]
                    })
            for curve in curves where curve.isModel {
                for point in curve.points {
                    let own = numbers(point)
                    var row = [curve.name, point.setting, own[0], own[2]]
                    for family in families {
                        let standing = self.standing(of: curve, point, against: family)
                        row += [Self.gain(standing), Self.ratio(standing)]
                    }
                    try table.append(row)
                }
            }
            return table
        }
    }

    /// ``table`` for a terminal of 80 columns.
    package var text: String { get throws { try table.text(width: 80, names: 2) } }

    /// A point beside a family, by PSNR.
    private func standing(of curve: Curve, _ point: Point, against family: String) -> RateDistortionStanding? {
        standings.first { standing in
            standing.curve == curve.name && standing.setting == point.setting && standing.against == family
                && standing.metric == .psnr
        }
    }

    /// Every codec at its settings; of many settings some, as all are in the JSON file.
    var pointTable: TextTable {
        get throws {
            var table = try TextTable(
                caption: "All codecs on \(images) images of \(source)",
                columns: [
                    .init("codec"), .init("setting"), .init("bits per pixel", .right), .init("bytes/file", .right),
                    .init("PSNR dB", .right), .init("SSIM", .right), .init("MS-SSIM", .right),
                ])
            for curve in curves {
                let stride = (curve.points.count + 29) / 30
                for (place, point) in curve.points.enumerated()
                where place % stride == 0 || place == curve.points.count - 1 {
                    try table.append([curve.name, point.setting] + numbers(point))
                }
            }
            return table
        }
    }

    private func numbers(_ point: Point) -> [String] {
        [
            RateDistortionVerdict.rate(point.bitsPerPixel), "\(point.bytes / max(images, 1))",
            point.exactImages == images ? "exact" : String(format: "%.2f", point.psnr),
            point.ssim.map { String(format: "%.4f", $0) } ?? "–",
            point.msSSIM.map { String(format: "%.4f", $0) } ?? "–",
        ]
    }

    private static func gain(_ standing: RateDistortionStanding?) -> String {
        standing?.gain.map { String(format: "%+.2f", $0).replacing("-", with: "−") } ?? "–"
    }

    private static func ratio(_ standing: RateDistortionStanding?) -> String {
        guard let standing else { return "–" }
        guard let ratio = standing.rateRatio else { return "never" }
        let isBound = standing.value <= standing.theirSmallestValue
        return (isBound ? "≤ " : "") + String(format: "× %.2f", ratio)
    }

    /// What the columns of ``table`` say.
    var tableLegend: String {
        "'over JPEG' is the model's PSNR less JPEG's at the model's rate, in dB; – where JPEG has no files so small. 'JPEG"
            + " bits' is how many times the model's bits JPEG takes for the model's PSNR: above 1 the model needs fewer;"
            + " with ≤ even JPEG's smallest files have it; 'never' where JPEG does not get there. So for the others."
    }
}
