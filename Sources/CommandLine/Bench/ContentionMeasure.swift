import Files
import Foundation
import HRVQ

/// Our speed beside another program that keeps one processor busy, compared with our speed alone.
///
/// Rounds alternate between both. A round beside the program begins with its start, so the time in which we notice it
/// counts.
struct ContentionMeasure {
    /// What the other program is.
    enum Neighbour: String, CaseIterable {
        /// A loop of our own priority.
        case busy
        /// A loop of the lowest priority.
        case nice

        /// What the table calls it.
        var name: String {
            switch self {
            case .busy: "beside a busy program"
            case .nice: "beside one of low priority"
            }
        }

        /// A loop that ends with this process.
        func start() throws -> Process {
            let process = Process()
            let loop = "while kill -0 $PPID; do i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; done"
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", self == .nice ? "renice -n 19 -p $$ >/dev/null; \(loop)" : loop]
            do { try process.run() } catch {
                throw BenchError.notStarted(name: name, reason: FileReader.reason(of: error))
            }
            return process
        }
    }

    /// What is measured.
    static let measures: [BenchMeasure] = [
        .train, .trainVQVAE2, .trainFFHQ, .trainPrior, .quantize, .quantizeTrain, .tokenize, .sample16,
    ]

    /// The least share of the speed alone that the project aims at, with two processors of which one is busy.
    static let aim = 0.45

    /// The medians of one measure.
    struct Result {
        var alone: Double
        var beside: [(neighbour: Neighbour, speed: Double)]
    }

    /// Measures.
    ///
    /// - Parameters:
    ///   - program: Our worker, calibrated.
    ///   - rounds: Rounds alone and beside each program.
    static func run(_ program: BenchProcess, rounds: Int, progress: (Int) -> Void) throws -> Result {
        var alone: [Double] = []
        var beside = Neighbour.allCases.map { (neighbour: $0, speeds: [Double]()) }
        for round in 1...rounds {
            alone.append(try program.round())
            for index in beside.indices {
                let process = try beside[index].neighbour.start()
                defer {
                    process.terminate()
                    process.waitUntilExit()
                }
                beside[index].speeds.append(try program.round())
            }
            progress(round)
        }
        return Result(
            alone: BenchCommand.median(alone),
            beside: beside.map { ($0.neighbour, BenchCommand.median($0.speeds)) })
    }
}
