/// A model's point beside a family of codecs, by one metric.
package struct RateDistortionStanding: Codable, Sendable, Equatable {
    /// What a point is to the codecs.
    package enum Outcome: String, Codable, Sendable, Equatable, CaseIterable {
        /// Nearer to the original than the codecs at the same rate.
        case better
        /// As near, within what can be told.
        case level
        /// Farther from it.
        case worse
        /// No files of the codecs are so small, and their smallest are not as near to the original.
        case smallerAndBetter
        /// No files of the codecs are so small, and their smallest are as near to the original.
        case smallerAndLevel
        /// No files of the codecs are so small; their smallest are nearer to the original.
        case smallerAndWorse
    }

    /// The curve of the model.
    package var curve: String
    /// The setting of its point.
    package var setting: String
    /// What is compared.
    package var metric: QualityMetric
    /// The family of codecs, each point of all its curves.
    package var against: String
    /// The model's bits per pixel.
    package var bitsPerPixel: Double
    /// The model's value of the metric.
    package var value: Double
    /// The codecs' value at the model's rate; absent where no files of theirs are so small.
    package var theirValue: Double?
    /// The codecs' bits per pixel at the model's value, or those of their smallest files where these are as good
    /// already; absent where they never get there.
    package var theirBitsPerPixel: Double?
    /// The bits per pixel of the codecs' smallest files.
    package var theirSmallestBitsPerPixel: Double
    /// The value of the metric with these.
    package var theirSmallestValue: Double

    /// Sets a point beside a front.
    init(
        curve: String, point: RateDistortionReport.Point, value: Double, metric: QualityMetric, against: String,
        front: RateDistortionFront
    ) {
        self.curve = curve
        setting = point.setting
        self.metric = metric
        self.against = against
        bitsPerPixel = point.bitsPerPixel
        self.value = value
        theirValue = front.value(atRate: point.bitsPerPixel)
        theirBitsPerPixel = front.rate(atValue: value)
        theirSmallestBitsPerPixel = front.smallest.rate
        theirSmallestValue = front.smallest.value
    }

    /// The model's value less theirs at the same rate.
    package var gain: Double? { theirValue.map { value - $0 } }

    /// Their bits for the model's value to the model's.
    package var rateRatio: Double? { theirBitsPerPixel.map { $0 / bitsPerPixel } }

    /// What the point is to the codecs.
    package var outcome: Outcome {
        guard let gain else {
            let lead = value - theirSmallestValue
            return abs(lead) <= metric.tolerance ? .smallerAndLevel : lead > 0 ? .smallerAndBetter : .smallerAndWorse
        }
        return gain > metric.tolerance ? .better : gain < -metric.tolerance ? .worse : .level
    }

    /// All points of the models among curves, beside all lossy families of the others.
    static func all(_ curves: [RateDistortionReport.Curve]) -> [RateDistortionStanding] {
        let others = curves.filter { !$0.isModel && !$0.isLossless }
        var families: [String] = []
        for curve in others where !families.contains(curve.family) { families.append(curve.family) }
        return QualityMetric.allCases.flatMap { metric in
            families.flatMap { family -> [RateDistortionStanding] in
                let points = others.filter { $0.family == family }.flatMap(\.points)
                let measured = points.compactMap { point in
                    point[metric].map { RateDistortionFront.Place(rate: point.bitsPerPixel, value: $0) }
                }
                guard let front = RateDistortionFront(measured) else { return [] }
                return curves.filter(\.isModel).flatMap { curve in
                    curve.points.compactMap { point in
                        point[metric].map {
                            RateDistortionStanding(
                                curve: curve.name, point: point, value: $0, metric: metric, against: family,
                                front: front)
                        }
                    }
                }
            }
        }
    }
}
