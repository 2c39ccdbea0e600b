import Foundation
import Metrics
import Testing

/// The images of `Tools/fixtures/metrics_reference.py`, made by the same integer formulas.
enum ReferenceImages {
    static func noise(_ index: Int, _ seed: Int) -> Int {
        var value = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ seed &* 40503)
        value ^= value >> 15
        value = value &* 2_246_822_519
        value ^= value >> 13
        return Int(value >> 24)
    }

    static func original(_ x: Int, _ y: Int, _ c: Int, _ shape: ReferenceCase) -> Int {
        let wave = (3 * x + 2 * y + 37 * c) % 512
        let smooth = wave < 256 ? wave : 511 - wave
        return (3 * smooth + noise((y * shape.width + x) * shape.channels + c, shape.seed)) / 4
    }

    static func pair(_ shape: ReferenceCase) throws -> (MetricImage, MetricImage) {
        var first: [UInt8] = []
        var second: [UInt8] = []
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                for c in 0..<shape.channels {
                    var value = original(x, y, c, shape)
                    let other: Int
                    switch shape.distortion {
                    case "noise":
                        let index = (y * shape.width + x) * shape.channels + c
                        other = min(max(value + noise(index, shape.seed + 1) % 41 - 20, 0), 255)
                    case "blocks": other = original(x - x % 4, y - y % 4, c, shape)
                    case "brighter": other = min(value + 20, 255)
                    case "inverse": other = 255 - value
                    case "flat":
                        value = 250
                        other = 251
                    default: other = value
                    }
                    first.append(UInt8(value))
                    second.append(UInt8(other))
                }
            }
        }
        return (
            try MetricImage(width: shape.width, height: shape.height, channels: shape.channels, pixels: first),
            try MetricImage(width: shape.width, height: shape.height, channels: shape.channels, pixels: second)
        )
    }

    static let cases: [ReferenceCase] = {
        guard
            let url = Bundle.module.url(forResource: "image_metrics", withExtension: "json", subdirectory: "Fixtures"),
            let data = try? Data(contentsOf: url)
        else { return [] }
        return (try? JSONDecoder().decode([ReferenceCase].self, from: data)) ?? []
    }()
}

/// One pair of images and what the reference measured.
struct ReferenceCase: Decodable, CustomTestStringConvertible {
    let width: Int
    let height: Int
    let channels: Int
    let distortion: String
    let seed: Int
    let checksums: [Int]
    let meanSquaredError: Double
    let peakSignalToNoiseRatio: Double?
    let structuralSimilarity: Double?
    let multiScaleStructuralSimilarity: Double?

    var testDescription: String { "\(width)×\(height)×\(channels) \(distortion)" }
}

/// Expects two numbers to be close, absolutely and relatively, or both to be missing.
func expectClose(
    _ value: Double?, _ reference: Double?, absolute: Double, relative: Double,
    _ location: SourceLocation = #_sourceLocation
) {
    guard let value, let reference else {
        #expect(value == nil && reference == nil, sourceLocation: location)
        return
    }
    #expect(abs(value - reference) <= absolute + relative * abs(reference), sourceLocation: location)
}
