import Files

extension TensorBoardWriter {
    /// Writes a text, which TensorBoard shows as Markdown on its page "Text".
    ///
    /// - Parameters:
    ///   - tag: Its name.
    ///   - text: Markdown.
    ///   - step: Training steps done.
    /// - Throws: `FileError/unwritable(path:reason:)`.
    func append(_ tag: String, text: String, step: Int) throws {
        // The plug-in "text" reads tensors of strings, as torch.utils.tensorboard's add_text writes them.
        var plugin = ProtobufMessage()
        plugin.append(field: 1, text: "text")
        var metadata = ProtobufMessage()
        metadata.append(field: 1, message: plugin)
        var dimension = ProtobufMessage()
        dimension.append(field: 1, integer: 1)
        var shape = ProtobufMessage()
        shape.append(field: 2, message: dimension)
        var tensor = ProtobufMessage()
        tensor.append(field: 1, integer: 7)  // DT_STRING
        tensor.append(field: 2, message: shape)
        tensor.append(field: 8, text: text)
        var entry = ProtobufMessage()
        entry.append(field: 1, text: tag + "/text_summary")
        entry.append(field: 8, message: tensor)
        entry.append(field: 9, message: metadata)
        try write(summary: entry, step: step)
    }
}

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

/// The names of an objective's terms, as people see them.
enum TermName {
    /// A term's name with layers and levels counted from 1, as everywhere else that people look: `commitment.0` is that of
    /// layer 1. `metrics.jsonl` keeps the names that programs know.
    static func shown(_ name: String) -> String {
        guard let match = name.wholeMatch(of: #/(?:([0-9]+)\.)?(codebook|commitment)\.([0-9]+|sum)/#) else {
            return name
        }
        func fromOne(_ text: Substring) -> String { Int(text).map { String($0 + 1) } ?? String(text) }
        return (match.1.map { fromOne($0) + "." } ?? "") + "\(match.2)." + fromOne(match.3)
    }
}
