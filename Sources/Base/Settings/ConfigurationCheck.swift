/// Collects the problems of a configuration instead of stopping at the first.
///
///     func validate() throws {
///         var check = ConfigurationCheck(configuration: self)
///         check.integer("training.batchSize", training.batchSize, 1...1_048_576)
///         try check.finish()
///     }
package struct ConfigurationCheck<Configuration: KeyedConfiguration> {
    private let configuration: Configuration
    /// What is wrong so far, in the order of the checks.
    package private(set) var problems: [ConfigurationError.Problem] = []

    /// Begins with no problem.
    ///
    /// - Parameter configuration: What is checked; problems show its values.
    package init(configuration: Configuration) { self.configuration = configuration }

    /// Ends the check.
    ///
    /// - Throws: ``ConfigurationError/invalid(_:)`` with all problems, if there are any.
    package func finish() throws {
        guard problems.isEmpty else { throw ConfigurationError.invalid(problems) }
    }

    /// Notes a problem with a value unless a condition holds.
    ///
    /// - Parameters:
    ///   - key: The dotted key.
    ///   - holds: Whether all is well.
    ///   - expected: What the value has to be, as the error says it.
    /// - Returns: `holds`.
    @discardableResult
    package mutating func require(_ key: String, _ holds: Bool, _ expected: String) -> Bool {
        if !holds { add(key, Configuration.key(named: key)?.value(in: configuration) ?? "", expected) }
        return holds
    }

    /// Notes a problem.
    ///
    /// - Parameters:
    ///   - key: The dotted key.
    ///   - value: The value, as the error says it.
    ///   - expected: What it has to be.
    package mutating func add(_ key: String, _ value: String, _ expected: String) {
        problems.append(.init(key: key, value: value, expected: expected))
    }

    /// An integer within a range; a range up to `Int.max` has no upper end in the text.
    package mutating func integer(_ key: String, _ value: Int, _ range: ClosedRange<Int>) {
        require(key, range.contains(value), "an integer, \(Self.text(range))")
    }

    /// Integers within a range, one for all layers or one a layer; see ``integer(_:_:_:)``.
    package mutating func integers(_ key: String, _ values: [Int], _ range: ClosedRange<Int>) {
        require(key, values.allSatisfy(range.contains), "integers, each \(Self.text(range))")
    }

    /// One value for all layers, or one for each; notes a problem where there is another number of them.
    ///
    /// - Parameters:
    ///   - key: The dotted key, of ``ConfigurationKey/integers(_:_:_:)`` or ``ConfigurationKey/numbers(_:_:_:)``.
    ///   - count: How many values there are.
    ///   - layers: How many layers there are.
    /// - Returns: Whether all is well.
    @discardableResult
    package mutating func perLayer(_ key: String, _ count: Int, layers: Int) -> Bool {
        require(
            key, count == 1 || count == layers,
            layers == 1 ? "one value, as there is one layer" : "one value, or \(layers), one for each layer")
    }

    /// A finite number from a lower end on.
    package mutating func number(_ key: String, _ value: Double, _ lower: Double) {
        require(key, value.isFinite && value >= lower, "a finite number from \(lower)")
    }

    /// A number from a lower end on and below an upper one.
    package mutating func number(_ key: String, _ value: Double, _ lower: Double, below upper: Double) {
        require(key, value >= lower && value < upper, "a number from \(lower) on and below \(upper)")
    }

    /// A number from a lower end up to an upper one.
    package mutating func number(_ key: String, _ value: Double, _ lower: Double, upTo upper: Double) {
        require(key, value >= lower && value <= upper, "a number from \(lower) to \(upper)")
    }

    /// A finite number above zero.
    package mutating func positive(_ key: String, _ value: Double) {
        require(key, value.isFinite && value > 0, "a finite number above 0")
    }

    private static func text(_ range: ClosedRange<Int>) -> String {
        range.upperBound == Int.max ? "from \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}
