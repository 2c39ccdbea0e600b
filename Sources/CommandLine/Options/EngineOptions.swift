import ArgumentParser
import HRVQ

/// Where and how the engine computes.
struct EngineOptions: ParsableArguments {
    @OptionGroup var memory: MemoryOptions

    @Option(help: "Where to compute: auto takes CUDA where it is usable.")
    var device: DeviceChoice = .auto

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Threads of the engine at most, fewer while other programs take cores; 0 leaves the number to LibTorch, which takes all cores.",
            valueName: "count"))
    var threads: Int?

    func validate() throws {
        if let threads, !(0...4096).contains(threads) {
            throw ValidationError("--threads is \(threads); it must be 0 to 4096")
        }
    }

    /// Sets the threads and finds the device.
    ///
    /// - Parameter trains: Whether shapes stay the same in all that the command does, so that trying ways to compute
    ///   convolutions pays.
    func prepare(trains: Bool = false) throws -> Device {
        let wanted = threads.map { $0 > 0 ? $0 : Engine.threadCount } ?? Engine.threadCount
        try Engine.setThreadCount(wanted)
        let used = Engine.threadCount
        if used < wanted {
            printError("only \(used) of \(wanted) threads can start here, so \(used) are used")
        }
        let found = try device.resolve()
        if trains, found.isCUDA { try Engine.chooseFastestConvolutions() }
        return found
    }
}

extension DeviceChoice: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension DatasetPart: ExpressibleByArgument {}
