import Files
import Foundation

/// How far a training run got, read off its checkpoints and its log.
package struct RunProgress: Codable, Sendable, Equatable {
    /// Steps done.
    package var step: Int
    /// Steps of the whole run; `nil` where they depend on a data set of unknown size.
    package var totalSteps: Int?
    /// The newest checkpoint's step; `nil` without one.
    package var checkpoint: Int?
    /// Training images, or what else the run goes through; `nil` without a checkpoint.
    package var images: Int?
    /// The step of the last evaluation; `nil` without one.
    package var evaluationStep: Int?
    /// The figures of the last evaluation by name.
    package var evaluation: [String: Double]

    /// Reads a run.
    ///
    /// - Parameters:
    ///   - folder: The run.
    ///   - fixedSteps: The steps that the settings give, whatever the data are.
    ///   - totalSteps: The steps of the whole run for so many images.
    /// - Returns: `nil` for a folder with neither checkpoints nor a log.
    package init?(_ folder: RunFolder, fixedSteps: Int?, totalSteps: (_ images: Int) -> Int) {
        checkpoint = folder.checkpointSteps().last
        images = checkpoint.flatMap { try? Checkpoint.state(of: folder.checkpoint($0)).images }
        self.totalSteps = fixedSteps ?? images.map(totalSteps)
        var logged: Int?
        evaluation = [:]
        // Logs of long runs are not read whole.
        var lines = try? LinesFromEnd(folder.metricsFile)
        while let size = lines?.size, let end = lines?.end, size - end < Self.readOfLog,
            let line = try? lines?.next()
        {
            guard let values = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
                let step = values["step"] as? Int
            else { continue }
            logged = logged ?? step
            guard values["kind"] as? String == "evaluation" else { continue }
            evaluationStep = step
            for name in Self.figures.map(\.key) {
                if let value = values[name] as? Double { evaluation[name] = value }
            }
            break
        }
        guard let step = [checkpoint, logged].compactMap({ $0 }).max() else { return nil }
        self.step = step
    }

    /// The figures of evaluations, and how they are shown.
    private static let figures: [(key: String, text: @Sendable (Double) -> String)] = [
        ("mse", { String(format: "MSE %.6f", $0) }), ("psnr", { String(format: "PSNR %.2f dB", $0) }),
        ("ssim", { String(format: "SSIM %.4f", $0) }), ("msSSIM", { String(format: "MS-SSIM %.4f", $0) }),
        ("bitsPerPosition", { String(format: "%.4f bits a position", $0) }),
        ("bitsPerDimension", { String(format: "%.5f bits a dimension", $0) }),
    ]

    /// What was trained, in words.
    package var trainedText: String {
        "\(step)" + (totalSteps.map { " of \($0)" } ?? "") + " steps"
            + (checkpoint.map { ", newest checkpoint step-\($0)" } ?? ", no checkpoint yet")
    }

    /// The last evaluation in words; `nil` without one.
    package var evaluationText: String? {
        evaluationStep.map { step in
            let found = Self.figures.compactMap { figure in evaluation[figure.key].map(figure.text) }
            return "step \(step): " + found.joined(separator: ", ")
        }
    }

    /// Bytes at the end of a log in which evaluations are looked for.
    private static let readOfLog: UInt64 = 4 << 20
}
