import Foundation

/// What libFuzzer calls, for a target: ends the process on a finding, as libFuzzer expects.
public enum FuzzRunner<Target: FuzzTarget> {
    /// Reads the seeds once, so that what is made at the first use is not measured; or writes them to the folder that
    /// `HRVQ_FUZZ_SEEDS` names and ends the process.
    public static func initialize() -> CInt {
        do {
            let seeds = try Target.seeds()
            for (name, bytes) in seeds.sorted(by: { $0.key < $1.key }) {
                do {
                    try Target.read(bytes)
                } catch {
                    fatalError("the seed '\(name)' is refused: \(error)")
                }
            }
            guard let folder = ProcessInfo.processInfo.environment["HRVQ_FUZZ_SEEDS"] else { return 0 }
            for (name, bytes) in seeds {
                try Data(bytes).write(to: URL(fileURLWithPath: folder).appendingPathComponent(name))
            }
        } catch {
            fatalError("seeds: \(error)")
        }
        exit(0)
    }

    /// Reads an input; an error that is documented and says something is well.
    public static func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        do {
            try Target.read([UInt8](UnsafeBufferPointer(start: start, count: count)))
        } catch {
            guard !"\(error)".isEmpty, Target.isDocumented(error) else {
                fatalError("\(type(of: error)) is not among the documented errors: \(error)")
            }
        }
        return 0
    }
}
