import Foundation

/// Nats as bits, per position and per number of an image.
struct PriorBits {
    /// Positions of the layer's grid.
    let positions: Int
    /// The number of choices at a position, m.
    let choices: Int
    /// Numbers of an image.
    let dimensions: Int

    func perPosition(nats: Double) -> Double { nats / log(2) }

    func perDimension(nats: Double) -> Double { nats / log(2) * Double(positions) / Double(dimensions) }

    /// Bits a position where all codes are equally likely.
    var uniformPerPosition: Double { log2(Double(choices)) }
}

/// Adds up what happens between two reports of a prior's run.
struct PriorWindow {
    /// Means over some steps.
    struct Record {
        var steps: Int
        /// −ln p a position.
        var nats: Double
        var learningRate: Double
        var gradientNorm: Double?
        var imagesPerSecond: Double
    }

    private var steps = 0
    private var images = 0
    private var nats = 0.0
    private var learningRate = 0.0
    private var gradientNorm: Double?
    private var seconds = 0.0
    private var clock = ProcessInfo.processInfo.systemUptime

    /// Whether nothing happened since the last report.
    var isEmpty: Bool { steps == 0 }

    mutating func add(nats: Double, images: Int, learningRate: Double, gradientNorm: Double?) {
        steps += 1
        self.images += images
        self.nats += nats
        self.learningRate = learningRate
        self.gradientNorm = gradientNorm
        let now = ProcessInfo.processInfo.systemUptime
        seconds += now - clock
        clock = now
    }

    /// Leaves out what was not training: an evaluation, a checkpoint.
    mutating func restartClock() { clock = ProcessInfo.processInfo.systemUptime }

    func record() -> Record {
        Record(
            steps: steps, nats: nats / Double(max(steps, 1)), learningRate: learningRate, gradientNorm: gradientNorm,
            imagesPerSecond: Double(images) / max(seconds, 1e-9))
    }
}
