extension KeyedConfiguration {
    /// The keys whose values differ, in the order of ``keys``.
    ///
    /// - Parameter other: What to compare with, such as the configuration stored beside a checkpoint.
    /// - Returns: The dotted key, this configuration's value and the other's, as texts; empty where they are equal.
    package func differences(from other: Self) -> [(key: String, mine: String, theirs: String)] {
        Self.keys.compactMap { key in
            let mine = key.read(self)
            let theirs = key.read(other)
            return mine == theirs ? nil : (key.name, mine.text, theirs.text)
        }
    }
}
