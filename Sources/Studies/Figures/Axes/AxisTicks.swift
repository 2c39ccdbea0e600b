import Foundation

/// The numbers written along an axis, and the finer lines between them.
struct AxisTicks: Equatable {
    struct Tick: Equatable {
        let value: Double
        let label: String
    }

    /// Ticks with a number, ascending, all within the axis.
    var major: [Tick]
    /// Values of the fine grid lines, ascending, without those of `major`.
    var minor: [Double]
}

extension AxisDomain {
    /// The most ticks whose labels keep their distance, of those at round numbers.
    ///
    /// - Parameters:
    ///   - length: The axis's length in pixels.
    ///   - room: The pixels along the axis that a label needs, with its distance to the next.
    func ticks(length: Double, room: (String) -> Double) -> AxisTicks {
        let candidates = self.candidates
        let fitting = candidates.first { candidate in
            zip(candidate.major, candidate.major.dropFirst()).allSatisfy { first, second in
                let distance = (fraction(second.value) - fraction(first.value)) * length
                return distance >= (room(first.label) + room(second.label)) / 2
            }
        }
        return fitting ?? candidates.last ?? AxisTicks(major: [], minor: [])
    }

    /// Sets of ticks, the densest first.
    private var candidates: [AxisTicks] {
        var result: [AxisTicks] = []
        switch scale {
        case .linear: break
        case .logarithmic(base: .ten): result = decimalCandidates
        case .logarithmic(base: .two): result = binaryCandidates
        }
        result = result.filter { $0.major.count >= 2 }
        // A logarithmic axis too short for two powers is labelled as a linear one.
        if result.isEmpty { result = (2...9).reversed().map { linearTicks(intervals: $0) } }
        return result.filter { $0.major.count >= 2 } + result.suffix(1)
    }

    // MARK: Linear

    /// Ticks at multiples of 1, 2 or 5 times a power of ten, at most `intervals` steps along the axis.
    func linearTicks(intervals: Int) -> AxisTicks {
        let rough = (upper - lower) / Double(max(intervals, 1))
        var exponent = Int(log10(rough).rounded(.down))
        var mantissa = 1
        if let fitting = [1, 2, 5].first(where: { Double($0) * NumberText.power(exponent) >= rough * (1 - 1e-9) }) {
            mantissa = fitting
        } else {
            exponent += 1
        }
        if isCount, exponent < 0 { (mantissa, exponent) = (1, 0) }
        let values = multiples(of: mantissa, exponent: exponent)
        let largest = values.reduce(0) { max($0, abs($1)) }
        let isPlain = largest == 0 || (largest >= 0.001 && largest < 1_000_000)
        let power = largest > 0 ? Int(log10(largest * (1 + 1e-12)).rounded(.down)) : 0
        let major = values.map { value in
            AxisTicks.Tick(
                value: value,
                label: isPlain
                    ? NumberText.fixed(value, decimals: -exponent)
                    : NumberText.scientific(value, exponent: power, decimals: power - exponent))
        }
        // A step of 2 is cut in four, steps of 1 and 5 in five: the parts are round numbers again.
        let part = mantissa == 1 ? (2, exponent - 1) : mantissa == 2 ? (5, exponent - 1) : (1, exponent)
        let step = Double(part.0) * NumberText.power(part.1)
        let minor =
            isCount && exponent == 0 && mantissa < 5
            ? []
            : multiples(of: part.0, exponent: part.1).filter { value in
                !values.contains { abs($0 - value) < step / 2 }
            }
        return AxisTicks(major: major, minor: minor)
    }

    private func multiples(of mantissa: Int, exponent: Int) -> [Double] {
        let step = Double(mantissa) * NumberText.power(exponent)
        let first = (lower / step - 1e-6).rounded(.up)
        let last = (upper / step + 1e-6).rounded(.down)
        guard step > 0, first <= last, last - first < 1000 else { return [] }
        return stride(from: first, through: last, by: 1).map { index in
            // Division by a power of ten is exact to the last digit, multiplication with its inverse is not.
            let value =
                exponent < 0
                ? index * Double(mantissa) / NumberText.power(-exponent) : index * step
            return min(max(value, lower), upper)
        }
    }

    // MARK: Logarithmic

    private var decimalCandidates: [AxisTicks] {
        let decades = log10(upper / lower)
        var result: [AxisTicks] = []
        if decades <= 1.2 { result.append(decimalTicks(mantissas: Array(1...9), stride: 1)) }
        if decades <= 3.2 { result.append(decimalTicks(mantissas: [1, 2, 5], stride: 1)) }
        var stride = 1
        while stride <= 512 {
            result.append(decimalTicks(mantissas: [1], stride: stride))
            stride = stride < 4 ? stride + 1 : stride * 2
        }
        return result
    }

    private func decimalTicks(mantissas: [Int], stride: Int) -> AxisTicks {
        var major: [(mantissa: Int, exponent: Int, value: Double)] = []
        var minor: [Double] = []
        let first = Int(log10(lower).rounded(.down))
        let last = Int(log10(upper).rounded(.up))
        for exponent in first...max(first, last) {
            for mantissa in 1...9 {
                let value =
                    exponent < 0
                    ? Double(mantissa) / NumberText.power(-exponent) : Double(mantissa) * NumberText.power(exponent)
                guard value >= lower, value <= upper else { continue }
                if mantissas.contains(mantissa), exponent % stride == 0 {
                    major.append((mantissa, exponent, value))
                } else if stride > 1 ? mantissa == 1 : last - first <= 8 {
                    minor.append(value)
                }
            }
        }
        let isPlain = major.allSatisfy { $0.value >= 0.0001 && $0.value < 1_000_000 }
        return AxisTicks(
            major: major.map { tick in
                let power = NumberText.powerText(base: 10, exponent: tick.exponent)
                let label =
                    isPlain
                    ? NumberText.fixed(tick.value, decimals: -tick.exponent)
                    : tick.mantissa == 1 ? power : "\(tick.mantissa)×\(power)"
                return AxisTicks.Tick(value: tick.value, label: label)
            }, minor: minor)
    }

    private var binaryCandidates: [AxisTicks] {
        [1, 2, 3, 4, 5, 6, 8, 10, 16, 32, 64, 128, 256, 512].map { binaryTicks(stride: $0) }
    }

    private func binaryTicks(stride: Int) -> AxisTicks {
        var major: [(exponent: Int, value: Double)] = []
        var minor: [Double] = []
        let first = Int(log2(lower).rounded(.down))
        let last = Int(log2(upper).rounded(.up))
        for exponent in first...max(first, last) {
            let value = exp2(Double(exponent))
            guard value >= lower, value <= upper else { continue }
            if exponent % stride == 0 { major.append((exponent, value)) } else { minor.append(value) }
        }
        let isPlain = major.allSatisfy { (-3..<20).contains($0.exponent) }
        return AxisTicks(
            major: major.map { tick in
                AxisTicks.Tick(
                    value: tick.value,
                    label: isPlain
                        ? NumberText.fixed(tick.value, decimals: -tick.exponent)
                        : NumberText.powerText(base: 2, exponent: tick.exponent))
            }, minor: minor)
    }
}
