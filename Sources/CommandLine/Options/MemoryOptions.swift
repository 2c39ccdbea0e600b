import ArgumentParser
import Files
import HRVQ

/// How much memory a command may use.
struct MemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The most memory that one piece of work may take, as 8GiB or 500MB; what the system says is free by default.",
            valueName: "size"))
    var memory: MemorySize?

    /// Whether parsed options are those of this process. Others that parse a command line, such as tests, do not run it.
    nonisolated(unsafe) static var areOfProcess = false

    func validate() throws {
        // Set here, not in each command: what a command reads first may be too large already.
        if Self.areOfProcess { MemoryLimit.set(memory?.bytes) }
    }
}

/// A number of bytes with a unit.
struct MemorySize: ExpressibleByArgument {
    var bytes: Int

    init?(argument: String) {
        guard let bytes = MemoryLimit.bytes(of: argument) else { return nil }
        self.bytes = bytes
    }
}
