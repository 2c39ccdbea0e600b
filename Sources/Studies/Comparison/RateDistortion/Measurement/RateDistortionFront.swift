import Foundation

/// The best quality that a family of codecs gives for a rate, by one metric.
///
/// Points that cost more than another one and are no better are left out, as nobody would choose them. Between
/// neighbours the quality is taken as a straight line over the logarithm of the rate, as is usual for such curves
/// (Bjøntegaard, VCEG-M33, 2001).
package struct RateDistortionFront: Sendable, Equatable {
    /// A rate in bits per pixel and the quality there.
    package struct Place: Sendable, Equatable {
        /// Bits per pixel, above 0.
        package var rate: Double
        /// The metric's value.
        package var value: Double

        /// A place.
        package init(rate: Double, value: Double) {
            self.rate = rate
            self.value = value
        }
    }

    /// Rates and values, both ascending; never empty.
    package let places: [Place]

    /// The front of points; `nil` where none has a finite rate above 0 and a finite value.
    package init?(_ points: [Place]) {
        var places: [Place] = []
        let usable = points.filter { $0.rate > 0 && $0.rate.isFinite && $0.value.isFinite }
        for point in usable.sorted(by: { ($0.rate, -$0.value) < ($1.rate, -$1.value) })
        where point.value > places.last?.value ?? -.infinity {
            places.append(point)
        }
        guard !places.isEmpty else { return nil }
        self.places = places
    }

    /// The smallest files.
    package var smallest: Place { places[0] }
    /// The best pictures.
    package var best: Place { places[places.count - 1] }

    /// The quality for a rate; `nil` where no files are so small, and the best one where fewer bits than that suffice.
    package func value(atRate rate: Double) -> Double? {
        guard rate >= smallest.rate else { return nil }
        guard let next = places.firstIndex(where: { $0.rate > rate }) else { return best.value }
        let (left, right) = (places[next - 1], places[next])
        let share = log(rate / left.rate) / log(right.rate / left.rate)
        return left.value + share * (right.value - left.value)
    }

    /// The rate for a quality; `nil` where it is never reached, and the smallest one where even that is as good.
    package func rate(atValue value: Double) -> Double? {
        guard value <= best.value else { return nil }
        guard value > smallest.value, let next = places.firstIndex(where: { $0.value >= value }) else {
            return smallest.rate
        }
        let (left, right) = (places[next - 1], places[next])
        let share = (value - left.value) / (right.value - left.value)
        return left.rate * pow(right.rate / left.rate, share)
    }
}
