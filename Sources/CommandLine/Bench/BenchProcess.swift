import Files
import Foundation
import HRVQ

/// What can go wrong between a benchmark and the programs it drives.
enum BenchError: Error, CustomStringConvertible {
    case notStarted(name: String, reason: String)
    case silent(name: String)
    case malformed(name: String, line: String)

    var description: String {
        switch self {
        case .notStarted(let name, let reason): "\(name): cannot be started: \(reason)"
        case .silent(let name):
            "\(name): ended without an answer; run Benchmarks/run.sh, which installs what the peers need"
        case .malformed(let name, let line): "\(name): answered '\(line)', which is not the protocol's JSON"
        }
    }
}

/// A program that does rounds of work when told to.
final class BenchProcess {
    let name: String
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer = Data()
    private var unit = ""
    /// Repetitions that take about one round's time.
    private var repetitions = 1

    init(_ name: String, executable: String, arguments: [String]) throws {
        self.name = name
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        do { try process.run() } catch { throw BenchError.notStarted(name: name, reason: FileReader.reason(of: error)) }
        unit = try answer()["unit"] as? String ?? ""
    }

    /// Finds how many repetitions fill `seconds`.
    func calibrate(seconds: Double) throws {
        let (time, _) = try timed(1)
        repetitions = max(1, Int((seconds / max(time, 1e-6)).rounded()))
    }

    /// One round's units a second.
    func round() throws -> Double {
        let (seconds, units) = try timed(repetitions)
        return units / seconds
    }

    /// What a unit of work takes on any program, where that is known. Our worker alone says.
    func bound() throws -> WorkBound? {
        try send("bound")
        let values = try answer()
        guard let operations = values["operations"] as? NSNumber, let bytes = values["bytes"] as? NSNumber else {
            return nil
        }
        return WorkBound(
            operations: operations.doubleValue, bytes: bytes.doubleValue,
            type: values["type"] as? String == "\(DataType.bfloat16)" ? .bfloat16 : .float32)
    }

    /// The peak of resident memory in bytes.
    func memory() throws -> Double {
        try send("memory")
        return (try answer()["peakBytes"] as? NSNumber)?.doubleValue ?? .nan
    }

    func quit() {
        try? send("quit")
        process.waitUntilExit()
    }

    private func timed(_ count: Int) throws -> (seconds: Double, units: Double) {
        try send("round \(count)")
        let values = try answer()
        guard let seconds = values["seconds"] as? NSNumber, let units = values[unit] as? NSNumber else {
            throw BenchError.malformed(name: name, line: "\(values)")
        }
        return (seconds.doubleValue, units.doubleValue)
    }

    private func send(_ line: String) throws {
        do {
            try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
        } catch {
            throw BenchError.silent(name: name)
        }
    }

    private func answer() throws -> [String: Any] {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[..<end]
                buffer = Data(buffer[(end + 1)...])
                guard let values = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else {
                    throw BenchError.malformed(name: name, line: String(decoding: line, as: UTF8.self))
                }
                return values
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw BenchError.silent(name: name) }
            buffer += more
        }
    }
}
