/// What a run shows of a step.
package struct TrainingProgress: Sendable, Equatable {
    /// Training steps done, counted from the start of the run.
    package var step: Int
    /// The objective; not finite where training has diverged.
    package var loss: Double
    /// The mean squared error of reconstruction on [0, 1].
    package var meanSquaredError: Double
    /// The share of codewords in use, in [0, 1], one a layer.
    package var usage: [Double]
    /// Training images a second.
    package var imagesPerSecond: Double

    /// Holds the numbers of a step.
    package init(step: Int, loss: Double, meanSquaredError: Double, usage: [Double], imagesPerSecond: Double) {
        self.step = step
        self.loss = loss
        self.meanSquaredError = meanSquaredError
        self.usage = usage
        self.imagesPerSecond = imagesPerSecond
    }

    /// The columns of a progress line; the first ones stay where the line is short of room.
    var columns: [String] {
        var columns = [ProgressText.number("loss", loss), ProgressText.number("mse", meanSquaredError)]
        if !usage.isEmpty {
            columns.append("usage " + usage.map(ProgressText.percent).joined(separator: "/") + "%")
        }
        columns.append(ProgressText.speed(imagesPerSecond, of: "images"))
        return columns
    }
}
