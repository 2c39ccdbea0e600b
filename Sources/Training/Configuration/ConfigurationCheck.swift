/// Collects the problems of a configuration instead of stopping at the first.
struct ConfigurationCheck {
    let configuration: RunConfiguration
    private(set) var problems: [ConfigurationError.Problem] = []

    init(configuration: RunConfiguration) { self.configuration = configuration }

    /// Notes a problem with a value unless a condition holds.
    @discardableResult
    mutating func require(_ key: String, _ holds: Bool, _ expected: String) -> Bool {
        if !holds { add(key, ConfigurationKey.named(key)?.value(in: configuration) ?? "", expected) }
        return holds
    }

    /// Notes a problem.
    mutating func add(_ key: String, _ value: String, _ expected: String) {
        problems.append(.init(key: key, value: value, expected: expected))
    }

    /// An integer within a range; a range up to `Int.max` has no upper end in the text.
    mutating func integer(_ key: String, _ value: Int, _ range: ClosedRange<Int>) {
        let text =
            range.upperBound == Int.max ? "from \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        require(key, range.contains(value), "an integer, \(text)")
    }

    /// A finite number from a lower end on.
    mutating func number(_ key: String, _ value: Double, _ lower: Double) {
        require(key, value.isFinite && value >= lower, "a finite number from \(lower)")
    }

    /// A number from a lower end on and below an upper one.
    mutating func number(_ key: String, _ value: Double, _ lower: Double, below upper: Double) {
        require(key, value >= lower && value < upper, "a number from \(lower) on and below \(upper)")
    }

    /// A number from a lower end up to an upper one.
    mutating func number(_ key: String, _ value: Double, _ lower: Double, upTo upper: Double) {
        require(key, value >= lower && value <= upper, "a number from \(lower) to \(upper)")
    }

    /// A finite number above zero.
    mutating func positive(_ key: String, _ value: Double) {
        require(key, value.isFinite && value > 0, "a finite number above 0")
    }
}
