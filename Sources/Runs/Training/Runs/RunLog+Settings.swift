import Settings

extension RunLog {
    /// Writes a run's settings for TensorBoard, as a table.
    ///
    /// - Throws: `FileError.unwritable`.
    package func settings<Configuration: KeyedConfiguration>(_ configuration: Configuration, step: Int) throws {
        let rows = Configuration.keys.map { "| \($0.name) | \($0.value(in: configuration)) |" }
        try tensorBoard?.append(
            "settings", text: (["| setting | value |", "| --- | --- |"] + rows).joined(separator: "\n"), step: step)
    }
}
