import Foundation
import Metrics
import Testing

@Suite struct ImageQualityTests {
    private let pairs: [(MetricImage, MetricImage)]

    init() throws {
        pairs = try ReferenceImages.cases.filter { $0.width < 170 && $0.distortion == "noise" }
            .map { try ReferenceImages.pair($0) }
    }

    @Test func takesMeansOverImages() throws {
        var quality = ImageQuality()
        #expect(quality.result == nil)
        for (first, second) in pairs { try quality.add(original: first, reconstruction: second) }
        let result = try #require(quality.result)
        let errors = try pairs.map { try MeanSquaredError.between($0, $1) }
        let similarities = try pairs.compactMap { try StructuralSimilarity.between($0, $1) }
        let multiScale = try pairs.compactMap { try MultiScaleStructuralSimilarity.between($0, $1) }
        #expect(similarities.count < pairs.count && multiScale.count == 1)
        let count = Double(pairs.count)
        let decibels = errors.map { PeakSignalToNoiseRatio.decibels(meanSquaredError: $0) }
        expectClose(result.meanSquaredError, errors.reduce(0, +) / count, absolute: 0, relative: 1e-14)
        expectClose(result.peakSignalToNoiseRatio, decibels.reduce(0, +) / count, absolute: 0, relative: 1e-14)
        expectClose(
            result.peakSignalToNoiseRatioOfMeanError, -10 * log10(errors.reduce(0, +) / count), absolute: 0,
            relative: 1e-14)
        #expect(result.peakSignalToNoiseRatioOfMeanError <= result.peakSignalToNoiseRatio)
        expectClose(
            result.structuralSimilarity, similarities.reduce(0, +) / Double(similarities.count), absolute: 0,
            relative: 1e-14)
        #expect(result.multiScaleStructuralSimilarity == multiScale[0])
    }

    @Test func mergingEqualsAdding() throws {
        var all = ImageQuality()
        var left = ImageQuality()
        var right = ImageQuality()
        for (index, pair) in pairs.enumerated() {
            try all.add(original: pair.0, reconstruction: pair.1)
            if index < 2 {
                try left.add(original: pair.0, reconstruction: pair.1)
            } else {
                try right.add(original: pair.0, reconstruction: pair.1)
            }
        }
        left.merge(right)
        #expect(left.images == all.images)
        expectClose(
            left.result?.meanSquaredError, all.result?.meanSquaredError, absolute: 0, relative: 1e-14)
        expectClose(
            left.result?.structuralSimilarity, all.result?.structuralSimilarity, absolute: 0, relative: 1e-14)
    }

    @Test func infinityAndMissingValuesPassThroughJSON() throws {
        let image = try MetricImage(width: 4, height: 4, channels: 1, pixels: [UInt8](repeating: 9, count: 16))
        var quality = ImageQuality()
        try quality.add(original: image, reconstruction: image)
        let result = try #require(quality.result)
        #expect(result.peakSignalToNoiseRatio == .infinity)
        #expect(result.structuralSimilarity == nil)
        let json = try JSONEncoder().encode(result)
        #expect(String(decoding: json, as: UTF8.self).contains("\"Infinity\""))
        #expect(String(decoding: json, as: UTF8.self).contains("\"structuralSimilarity\":null"))
        #expect(try JSONDecoder().decode(ImageQualityResult.self, from: json) == result)
    }
}
