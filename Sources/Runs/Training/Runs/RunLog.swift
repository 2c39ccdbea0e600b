import Files
import Foundation
import Images
import Logging

/// Where a run's figures go: `metrics.jsonl`, TensorBoard, progress, and what is said of it to a logger.
package final class RunLog {
    private let metrics: MetricsLog
    let tensorBoard: TensorBoardWriter?
    private let progress: ProgressReporter
    private let logger: Logger
    private var warned: Set<String> = []

    /// Opens the logs of a run.
    ///
    /// - Parameters:
    ///   - folder: The run.
    ///   - logging: Says whether TensorBoard files are written.
    ///   - step: The step at which a run is resumed; nil for a new one.
    ///   - progress: Shows progress.
    ///   - logger: Gets results as `info`, what was removed as `notice`, and warnings.
    /// - Throws: `FileError`.
    package init(
        _ folder: RunFolder, _ logging: LoggingConfiguration, resumedAt step: Int?, progress: ProgressReporter,
        logger: Logger
    ) throws {
        metrics = try MetricsLog(url: folder.metricsFile, resumedStep: step)
        tensorBoard = logging.tensorBoard ? try TensorBoardWriter(folder: folder.url, resumedStep: step) : nil
        self.progress = progress
        self.logger = logger
    }

    /// Writes figures: a line of `metrics.jsonl`, and scalars and a picture for TensorBoard where it is wanted.
    ///
    /// - Parameters:
    ///   - kind: What the line is, such as `train` or `evaluation`: its first value after the step.
    ///   - step: Training steps done.
    ///   - values: The line's other values, in this order.
    ///   - scalars: TensorBoard's tags and values, such as `train/loss`.
    ///   - picture: A tag and a picture for TensorBoard.
    /// - Throws: `FileError.unwritable`.
    package func append(
        _ kind: String, step: Int, _ values: [(name: String, value: MetricValue)],
        scalars: [(tag: String, value: Double)], picture: (tag: String, image: PixelImage)? = nil
    ) throws {
        try metrics.append(step: step, [("kind", .text(kind))] + values)
        guard let tensorBoard else { return }
        for scalar in scalars { try tensorBoard.append(scalar.tag, scalar: scalar.value, step: step) }
        if let (tag, image) = picture {
            try tensorBoard.append(
                tag, png: Data(image.pngData()), width: image.width, height: image.height, channels: image.channels,
                step: step)
        }
    }

    /// Shows a step; see ``ProgressText`` for its columns.
    package func show(step: Int, columns: @autoclosure () -> [String]) {
        progress.update(step: step, columns: columns())
    }

    /// Says that a step is done, of which nothing is reported yet.
    package func advance(step: Int) { progress.advance(step: step) }

    /// Says what is done instead of steps, such as an evaluation, until the next step.
    package func activity(_ text: @autoclosure () -> String) { progress.activity(text()) }

    /// Logs a result, or what is done now.
    package func info(_ text: String) { logger.info("\(text)") }

    /// Logs what was left out.
    package func skipped(_ reason: Message) {
        let message: Message = "skipped: \(reason)"
        logger.log(level: .info, message)
    }

    /// Logs what must be known even if results are not wanted.
    package func warn(_ text: String) { logger.warning("\(text)") }

    /// Logs which files of an earlier run were removed; nothing where there were none.
    package func removed(_ names: [String]) { logger.removed(names) }

    /// Warns of a state once, and again only if it went away in between.
    ///
    /// - Parameters:
    ///   - state: Its name, which nobody sees.
    ///   - holds: Whether it is so now.
    ///   - text: The warning.
    package func warn(of state: String, while holds: Bool, _ text: @autoclosure () -> String) {
        if !holds {
            warned.remove(state)
        } else if warned.insert(state).inserted {
            warn(text())
        }
    }

    /// The first step is about to be made.
    package func begin() { progress.begin() }

    /// Brings the files to disk. A checkpoint must not say that steps are done whose figures a power cut takes.
    ///
    /// - Throws: `FileError.unwritable`.
    package func synchronize() throws {
        try metrics.synchronize()
        try tensorBoard?.synchronize()
    }

    /// Brings the files to disk and closes them until more is written.
    ///
    /// - Throws: `FileError.unwritable`.
    package func closeFiles() throws {
        try metrics.close()
        try tensorBoard?.close()
    }

    /// Ends the line of progress.
    package func close() { progress.finish() }
}

extension Logger {
    /// Logs which files of an earlier run were removed; nothing where there were none.
    package func removed(_ names: [String]) {
        if !names.isEmpty { notice("replaced what was trained before; removed \(Listing.text(names))") }
    }
}
