/// What a run shows of a step.
public struct TrainingProgress: Sendable, Equatable {
    /// Training steps done, counted from the start of the run.
    public var step: Int
    /// The objective; not finite where training has diverged.
    public var loss: Double
    /// The mean squared error of reconstruction on [0, 1].
    public var meanSquaredError: Double
    /// The share of codewords in use, in [0, 1], one a layer.
    public var usage: [Double]
    /// Training images a second.
    public var imagesPerSecond: Double

    /// Holds the numbers of a step.
    public init(step: Int, loss: Double, meanSquaredError: Double, usage: [Double], imagesPerSecond: Double) {
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
