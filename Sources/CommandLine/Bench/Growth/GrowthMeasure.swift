import Foundation
import HRVQ

/// Measures sweeps: the programs of a sweep take turns, a process for each point.
struct GrowthMeasure {
    /// What was seen at a point.
    struct Result: Encodable {
        var sweep: String
        var series: String
        var size: Int
        /// Of the sweep's work: the median of the rounds.
        var seconds: Double
        /// The process's largest resident memory, in MiB.
        var memory: Double
    }

    let executable: String
    let threads: Int
    let rounds: Int
    let seconds: Double

    /// - Throws: What a program gives away, `BenchError`.
    func measure(_ sweep: GrowthSweep) throws -> [Result] {
        var programs: [(series: GrowthSweep.Series, point: GrowthSweep.Point, process: BenchProcess)] = []
        defer { for program in programs { program.process.quit() } }
        for series in sweep.series {
            for point in series.points {
                let process = try BenchProcess(
                    "\(series.name), \(point.size)", executable: executable,
                    arguments: ["bench-worker"] + point.arguments + ["--threads", "\(point.threads ?? threads)"])
                programs.append((series, point, process))
                try process.calibrate(seconds: seconds)
            }
        }
        var speeds: [[Double]] = programs.map { _ in [] }
        for round in 1...rounds {
            for (index, program) in programs.enumerated() { speeds[index].append(try program.process.round()) }
            printError("\(sweep.quantity.rawValue): round \(round) of \(rounds)")
        }
        return try zip(programs, speeds).map { program, speeds in
            Result(
                sweep: sweep.quantity.rawValue, series: program.series.name, size: program.point.size,
                seconds: program.series.units(program.point.size) / BenchCommand.median(speeds),
                memory: try program.process.memory() / 1_048_576)
        }
    }
}

extension [GrowthMeasure.Result] {
    /// By how much the logarithm of a value grows with that of the size: 1 where it is proportional. A line of least
    /// squares through all points.
    func exponent(_ value: (GrowthMeasure.Result) -> Double) -> Double {
        let points = map { (x: log(Double($0.size)), y: log(value($0))) }
        let count = Double(points.count)
        let (x, y) = (points.map(\.x).reduce(0, +) / count, points.map(\.y).reduce(0, +) / count)
        let square = points.map { ($0.x - x) * ($0.x - x) }.reduce(0, +)
        return points.map { ($0.x - x) * ($0.y - y) }.reduce(0, +) / square
    }
}
