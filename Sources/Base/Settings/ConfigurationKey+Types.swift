extension ConfigurationKey {
    /// Where a value is in a configuration.
    package typealias Path<Value> = any WritableKeyPath<Configuration, Value> & Sendable

    /// A key of an integer; `1e5` and `100.0` are integers too.
    ///
    /// - Parameters:
    ///   - name: The dotted name.
    ///   - path: Where the value is.
    ///   - summary: What the value decides, in one line.
    package static func integer(_ name: String, _ path: Path<Int>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(name: name, type: "integer", expected: "an integer", summary: summary) {
            .integer($0[keyPath: path])
        } write: { configuration, value in
            guard let integer = value.wholeNumber else { return false }
            configuration[keyPath: path] = integer
            return true
        }
    }

    /// A key of an integer or nil, which is written as `null`; see ``integer(_:_:_:)``.
    package static func optionalInteger(_ name: String, _ path: Path<Int?>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(name: name, type: "integer or null", expected: "an integer or null", summary: summary) {
            $0[keyPath: path].map { .integer($0) } ?? .null
        } write: { configuration, value in
            guard value == .null || value.wholeNumber != nil else { return false }
            configuration[keyPath: path] = value.wholeNumber
            return true
        }
    }

    /// A key of a number; see ``integer(_:_:_:)``.
    package static func number(_ name: String, _ path: Path<Double>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(name: name, type: "number", expected: "a number", summary: summary) {
            .number($0[keyPath: path])
        } write: { configuration, value in
            guard let number = value.realNumber else { return false }
            configuration[keyPath: path] = number
            return true
        }
    }

    /// A key of `true` or `false`; see ``integer(_:_:_:)``.
    package static func flag(_ name: String, _ path: Path<Bool>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(name: name, type: "true or false", expected: "true or false", summary: summary) {
            .flag($0[keyPath: path])
        } write: { configuration, value in
            guard case .flag(let flag) = value else { return false }
            configuration[keyPath: path] = flag
            return true
        }
    }

    /// A key of `true`, `false` or nil, which is written as `null`; see ``integer(_:_:_:)``.
    package static func optionalFlag(_ name: String, _ path: Path<Bool?>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(
            name: name, type: "true, false or null", expected: "true, false or null", summary: summary
        ) {
            $0[keyPath: path].map { .flag($0) } ?? .null
        } write: { configuration, value in
            switch value {
            case .null: configuration[keyPath: path] = nil
            case .flag(let flag): configuration[keyPath: path] = flag
            default: return false
            }
            return true
        }
    }

    /// A key of a text; see ``integer(_:_:_:)``. A number is not one, unless it is in quotes.
    package static func text(_ name: String, _ path: Path<String>, _ summary: String) -> ConfigurationKey {
        ConfigurationKey(name: name, type: "text", expected: "a text", summary: summary) {
            .text($0[keyPath: path])
        } write: { configuration, value in
            guard case .text(let text) = value else { return false }
            configuration[keyPath: path] = text
            return true
        }
    }

    /// A key of a list of texts, which may be empty: `[cat, dog]`, or `[]`. A number in it is the text that it is written
    /// as.
    package static func texts(_ name: String, _ path: Path<[String]>, _ summary: String) -> ConfigurationKey {
        list(name, path, summary, of: "texts") {
            .text($0)
        } write: { value in
            switch value {
            case .text, .integer, .number, .flag: value.text
            default: nil
            }
        }
    }

    /// A key of one of some names, the cases of an enumeration; see ``integer(_:_:_:)``.
    package static func choice<Choice: RawRepresentable<String> & CaseIterable & SendableMetatype>(
        _ name: String, _ path: Path<Choice>, _ summary: String
    ) -> ConfigurationKey {
        let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return ConfigurationKey(name: name, type: choices, expected: "one of \(choices)", summary: summary) {
            .text($0[keyPath: path].rawValue)
        } write: { configuration, value in
            guard case .text(let text) = value, let choice = Choice(rawValue: text) else { return false }
            configuration[keyPath: path] = choice
            return true
        }
    }

    /// A key of a list of integers, which may be empty: `[8, 5, 5, 5]`, or `[]`.
    package static func list(_ name: String, _ path: Path<[Int]>, _ summary: String) -> ConfigurationKey {
        list(name, path, summary, of: "integers") {
            .integer($0)
        } write: {
            $0.wholeNumber
        }
    }

    private static func list<Element: Sendable>(
        _ name: String, _ path: Path<[Element]>, _ summary: String, of elements: String,
        read: @escaping @Sendable (Element) -> ConfigurationValue,
        write: @escaping @Sendable (ConfigurationValue) -> Element?
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, type: "list of \(elements)", expected: "a list of \(elements)", summary: summary,
            takesList: true
        ) {
            .list($0[keyPath: path].map(read))
        } write: { configuration, value in
            guard case .list(let values) = value else { return false }
            let elements = values.compactMap(write)
            guard elements.count == values.count else { return false }
            configuration[keyPath: path] = elements
            return true
        }
    }

    /// A key of integers, one for all layers or one a layer: `4`, or `[0, 1, 4]`.
    ///
    /// A single integer is an array of one element, and an array of one element is written as a single integer. An empty
    /// list is refused; how many there are is for ``KeyedConfiguration/validate()`` to check, see
    /// ``ConfigurationCheck/perLayer(_:_:layers:)``.
    ///
    /// - Parameters:
    ///   - name: The dotted name.
    ///   - path: Where the values are.
    ///   - summary: What the values decide, in one line.
    package static func integers(_ name: String, _ path: Path<[Int]>, _ summary: String) -> ConfigurationKey {
        oneALayer(name, path, summary, type: "integer") {
            .integer($0)
        } write: {
            $0.wholeNumber
        }
    }

    /// A key of numbers, one for all layers or one a layer: `0.1`, or `[0, 0.1, 0.5]`; see ``integers(_:_:_:)``.
    package static func numbers(_ name: String, _ path: Path<[Double]>, _ summary: String) -> ConfigurationKey {
        oneALayer(name, path, summary, type: "number") {
            .number($0)
        } write: {
            $0.realNumber
        }
    }

    private static func oneALayer<Element: Sendable>(
        _ name: String, _ path: Path<[Element]>, _ summary: String, type: String,
        read: @escaping @Sendable (Element) -> ConfigurationValue,
        write: @escaping @Sendable (ConfigurationValue) -> Element?
    ) -> ConfigurationKey {
        let article = type == "integer" ? "an" : "a"
        return ConfigurationKey(
            name: name, type: "\(type), or one a layer", expected: "\(article) \(type), or a list with one a layer",
            summary: summary, takesList: true
        ) {
            let values = $0[keyPath: path].map(read)
            return values.count == 1 ? values[0] : .list(values)
        } write: { configuration, value in
            var values = [value]
            if case .list(let several) = value { values = several }
            let elements = values.compactMap(write)
            guard !elements.isEmpty, elements.count == values.count else { return false }
            configuration[keyPath: path] = elements
            return true
        }
    }
}

extension ConfigurationValue {
    /// An integer, also when it is written as `1e5` or `100.0`.
    var wholeNumber: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// A number, also when it is written without a point.
    var realNumber: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
