import Autoencoders
import Foundation
import Metrics
import Quantization
import Torch

/// What a run reports about the steps since its last report; means over them.
package struct StepRecord: Sendable {
    /// Steps done.
    package var step: Int
    /// How many steps the means are over.
    package var steps: Int
    /// The objective.
    package var loss: Double
    /// Its terms by name; see `ObjectiveValue`.
    package var terms: [(name: String, value: Double)]
    /// The rate of the last step.
    package var learningRate: Double
    /// The gradients' norm before clipping, where there is clipping: of the last step, on a CUDA device a mean.
    package var gradientNorm: Double?
    /// Usage of every layer, over all vectors of these steps.
    package var layers: [CodebookUsage.Layer]
    /// The choices of each codeword of each layer.
    var counts: [[Int]]
    /// How many codewords of each layer were revived.
    package var revived: [Int]
    /// Images a second.
    package var imagesPerSecond: Double
    /// Images skipped so far because they did not decode.
    package var skipped: Int

    /// The mean squared error of reconstructions on [−0.5, 0.5].
    package var meanSquaredError: Double {
        (terms.first { $0.name == "mse" } ?? terms.first { $0.name == "reconstruction" })?.value ?? .nan
    }
}

/// Adds up what happens between two reports.
struct LogWindow {
    private var steps = 0
    private var images = 0
    private var total = 0.0
    private var terms: [(name: String, value: Double)] = []
    private var learningRate = 0.0
    private var gradientNorm: Double?
    private var usage: CodebookUsage?
    private var revived: [Int] = []
    private var seconds = 0.0
    private var clock = ProcessInfo.processInfo.systemUptime

    mutating func add(
        _ value: ObjectiveValue, total: Double, images: Int, learningRate: Double, gradientNorm: Double?,
        updates: [QuantizerUpdate]
    ) throws {
        try add(
            StepTotals(
                steps: 1, loss: total, terms: value.terms.map { ($0.name, Double(try $0.value.item())) },
                gradientNorm: gradientNorm, usage: updates.flatMap { $0.usage.map { $0.map(Int.init) } },
                revived: updates.flatMap(\.revived)), images: images, learningRate: learningRate)
    }

    mutating func add(_ sums: StepTotals, images: Int, learningRate: Double) throws {
        steps += sums.steps
        self.images += images
        total += sums.loss
        self.learningRate = learningRate
        gradientNorm = sums.gradientNorm
        if terms.isEmpty {
            terms = sums.terms
            revived = sums.revived
        } else {
            for index in terms.indices { terms[index].value += sums.terms[index].value }
            for layer in sums.revived.indices { revived[layer] += sums.revived[layer] }
        }
        if var usage {
            try usage.merge(CodebookUsage(counts: sums.usage))
            self.usage = usage
        } else {
            usage = CodebookUsage(counts: sums.usage)
        }
        stopClock()
    }

    /// Takes in the time since the clock was last looked at.
    mutating func stopClock() {
        let now = ProcessInfo.processInfo.systemUptime
        seconds += now - clock
        clock = now
    }

    /// Leaves out what was not training: an evaluation, a checkpoint.
    mutating func restartClock() { clock = ProcessInfo.processInfo.systemUptime }

    func record(step: Int, skipped: Int) -> StepRecord {
        let count = Double(max(steps, 1))
        return StepRecord(
            step: step, steps: steps, loss: total / count, terms: terms.map { ($0.name, $0.value / count) },
            learningRate: learningRate, gradientNorm: gradientNorm,
            layers: usage?.layers ?? [],
            counts: usage?.counts ?? [], revived: revived,
            imagesPerSecond: Double(images) / max(seconds, 1e-9), skipped: skipped)
    }
}
