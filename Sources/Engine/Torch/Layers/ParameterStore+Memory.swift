import Files

extension ParameterStore {
    /// Refuses parameters that do not fit into memory; asked of a store on ``Device/meta``, before values are made.
    ///
    /// - Parameters:
    ///   - statistics: What is kept beside the parameters.
    ///   - isTrained: Whether there are averages, two moments of Adam and a gradient of each trained parameter as well.
    ///   - use: What wants the memory, as the start of a sentence.
    ///   - remedy: What to do about it, as an order.
    /// - Throws: `MemoryError`.
    package func requireMemory(
        statistics: ByteCount = ByteCount(0), isTrained: Bool = false, for use: String, remedy: Message
    ) throws {
        let bytes = all.reduce(statistics) { sum, parameter in
            let copies = isTrained && parameter.isTrainable ? 5 : 1
            return sum + ByteCount(product: parameter.tensor.shape + [parameter.tensor.dataType.size, copies])
        }
        try MemoryLimit.require(bytes, for: use, remedy: remedy)
    }
}
