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
