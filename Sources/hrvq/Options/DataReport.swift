/// What a command says about its images before it begins.
enum DataReport {
    /// Prints sentences, each on a line of its own.
    ///
    /// - Parameter quiet: Prints nothing.
    static func print(_ lines: [String], quiet: Bool) {
        guard !quiet else { return }
        for line in lines { printError("data: \(name: line)") }
    }
}
