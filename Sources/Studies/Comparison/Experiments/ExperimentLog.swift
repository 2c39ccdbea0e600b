import Files
import Foundation

/// What an experiment reads off a run's `metrics.jsonl`.
struct ExperimentLog {
    /// Test errors along the way.
    private(set) var curve: [ExperimentResults.CurvePoint] = []
    /// Seconds of training steps, over all sessions of the run.
    private(set) var seconds = 0.0

    private struct Line: Decodable {
        var step: Int
        var kind: String
        var mse: Double?
        var steps: Int?
        var imagesPerSecond: Double?
    }

    init(_ file: URL, batchSize: Int) throws {
        let data = try FileReader.read(file, remedy: "remove the run's folder, and it is trained again")
        for line in data.split(separator: UInt8(ascii: "\n")) {
            // A line that is cut off or of another version is no reason to lose the others.
            guard let line = try? JSONDecoder().decode(Line.self, from: line) else { continue }
            if line.kind == "evaluation", let mse = line.mse {
                curve.append(.init(step: line.step, mse: mse))
            } else if let steps = line.steps, let speed = line.imagesPerSecond, speed > 0 {
                seconds += Double(steps) * Double(batchSize) / speed
            }
        }
    }
}
