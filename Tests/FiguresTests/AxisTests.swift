import Testing

@testable import Figures

@Suite struct AxisTests {
    private func labels(_ axis: Axis, _ values: [Double], length: Double = 300, room: Double = 40) throws -> String {
        let domain = try AxisDomain(axis, values: values, room: 0.05, figure: "f")
        return domain.ticks(length: length) { _ in room }.major.map(\.label).joined(separator: " ")
    }

    private let linear = Axis("a")
    private let decimal = Axis("a", scale: .logarithmic(base: .ten))
    private let binary = Axis("a", scale: .logarithmic(base: .two))

    @Test func ticksStandAtRoundNumbers() throws {
        #expect(try labels(linear, [0, 25_000]) == "0 5,000 10,000 15,000 20,000 25,000")
        #expect(try labels(linear, [0.0012, 0.0296]) == "0.000 0.005 0.010 0.015 0.020 0.025 0.030")
        #expect(try labels(linear, [-1, 1]) == "−1.0 −0.5 0.0 0.5 1.0")
        #expect(try labels(linear, [0, 3e8]) == "0 0.5×10⁸ 1.0×10⁸ 1.5×10⁸ 2.0×10⁸ 2.5×10⁸ 3.0×10⁸")
        #expect(try labels(linear, [0, 2e-5]) == "0 0.5×10⁻⁵ 1.0×10⁻⁵ 1.5×10⁻⁵ 2.0×10⁻⁵")
        #expect(try labels(linear, [5, 5]) == "4.6 4.8 5.0 5.2 5.4")
        #expect(try labels(linear, [0, 0]) == "−1.0 −0.5 0.0 0.5 1.0")
    }

    @Test func logarithmicTicksStandAtPowers() throws {
        #expect(try labels(decimal, [0.001, 100]) == "0.001 0.01 0.1 1 10 100")
        #expect(try labels(decimal, [0.004, 0.3]) == "0.005 0.01 0.02 0.05 0.1 0.2")
        #expect(try labels(decimal, [1e-9, 1]) == "10⁻⁸ 10⁻⁶ 10⁻⁴ 10⁻² 10⁰")
        #expect(try labels(binary, [8, 512]) == "8 16 32 64 128 256 512")
        #expect(try labels(binary, [1, 16_777_216]) == "2⁰ 2⁴ 2⁸ 2¹² 2¹⁶ 2²⁰ 2²⁴")
        // No two powers fit in between: round numbers as on a linear axis.
        #expect(try labels(decimal, [3.1, 3.4], room: 60) == "3.1 3.2 3.3 3.4")
        #expect(try labels(binary, [70, 110]) == "70 80 90 100 110")
    }

    static let ranges: [(Double, Double)] = [
        (-3, 5), (0.1, 0.3), (1e-300, 1e-290), (1e300, 1.1e300), (-1e-9, 1e9), (123_456, 123_457), (1, 1 + 1e-9),
        (.leastNonzeroMagnitude, .leastNonzeroMagnitude), (-1e154, 1e154), (7, 7.000001),
    ]

    @Test(arguments: ranges)
    func ticksLieWithinTheAxis(lower: Double, upper: Double) throws {
        for axis in [linear, decimal, binary] where axis.scale == .linear || lower > 1e-305 {
            for length in [60.0, 300, 2000] {
                let domain = try AxisDomain(axis, values: [lower, upper], room: 0.05, figure: "f")
                let ticks = domain.ticks(length: length) { Double($0.count) * 8 }
                #expect(!ticks.major.isEmpty || length < 100)
                #expect(ticks.major.count + ticks.minor.count < 1500)
                for value in ticks.major.map(\.value) + ticks.minor {
                    #expect(value >= domain.lower && value <= domain.upper)
                    #expect(domain.fraction(value) >= -1e-9 && domain.fraction(value) <= 1 + 1e-9)
                }
                #expect(ticks.major.map(\.value) == ticks.major.map(\.value).sorted())
                #expect(Set(ticks.major.map(\.label)).count == ticks.major.count)
                #expect(Set(ticks.minor).isDisjoint(with: ticks.major.map(\.value)))
            }
        }
    }

    @Test func placesFollowTheScale() {
        let decades = AxisDomain(scale: .logarithmic(base: .ten), lower: 1, upper: 100)
        #expect(abs(decades.fraction(10) - 0.5) < 1e-12)
        #expect(decades.fraction(0) == -.infinity)
        #expect(AxisDomain(scale: .linear, lower: 1, upper: 3).fraction(2) == 0.5)
    }

    @Test func roomStopsAtZero() throws {
        #expect(try AxisDomain(linear, values: [0.01, 1], room: 0.05, figure: "f").lower == 0)
        #expect(try AxisDomain(linear, values: [-1, -0.01], room: 0.05, figure: "f").upper == 0)
    }

    @Test func refusesImpossibleRanges() {
        func range(_ lower: Double, _ upper: Double, _ scale: Axis.Scale = .linear) throws {
            let axis = Axis("a", scale: scale, range: lower...upper)
            _ = try AxisDomain(axis, values: [1], room: 0, figure: "f")
        }
        #expect(throws: FigureError.invalidRange(figure: "f", axis: "a", lower: 2, upper: 2)) { try range(2, 2) }
        #expect(throws: FigureError.invalidRange(figure: "f", axis: "a", lower: 0, upper: .infinity)) {
            try range(0, .infinity)
        }
        #expect(throws: FigureError.invalidRange(figure: "f", axis: "a", lower: 0, upper: 1)) {
            try range(0, 1, .logarithmic(base: .ten))
        }
        #expect(throws: FigureError.invalidRange(figure: "f", axis: "a", lower: 1e16, upper: 1e16 + 4)) {
            try range(1e16, 1e16 + 4)
        }
        #expect(throws: FigureError.tooFarApart(figure: "f", axis: "a", lower: -1e308, upper: 1e308)) {
            try AxisDomain(linear, values: [-1e308, 1e308], room: 0, figure: "f")
        }
    }

    @Test("A counted quantity has ticks at whole numbers alone")
    func counts() throws {
        for upper in [1.0, 2, 5, 40] {
            let domain = try AxisDomain(Axis("n", isCount: true), values: [0, upper], room: 0, figure: "f")
            let ticks = domain.ticks(length: 600) { _ in 20 }
            #expect(ticks.major.count >= 2)
            for tick in ticks.major { #expect(tick.value == tick.value.rounded() && !tick.label.contains(".")) }
        }
    }
}
