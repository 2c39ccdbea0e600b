import Autoencoders
import Datasets
import Features
import Files
import Foundation
import Latents
import Logging
import Metrics
import Quantization
import Settings
import Torch
import Training

/// A declared experiment in a folder: trains what is not there yet, resumes what was begun, measures, and writes down.
///
///     FOLDER/experiment.json    the declaration that the runs belong to
///           runs/NAME/          training runs, one for each model, setting and seed
///           results.json        all figures; index.html, results.txt and plots (*.svg) say the same
package final class Experiment {
    /// How it ended.
    package enum Outcome: Sendable, Equatable {
        /// All is written.
        case completed
        /// It was asked to stop; what was trained is kept.
        case interrupted
    }

    /// The declaration.
    package let configuration: ExperimentConfiguration
    /// The folder.
    package let folder: URL
    /// The runs.
    package let plan: ExperimentPlan
    /// What was removed, because it was of other settings; for people.
    package private(set) var removed: [String] = []
    private let data: URL?
    private let device: Device
    private let logger: Logger

    /// Prepares an experiment.
    ///
    /// - Parameters:
    ///   - configuration: The declaration.
    ///   - data: The data set's folder; not needed for glyphs.
    ///   - folder: Where runs and results go.
    ///   - replace: Train anew what the folder holds of other settings.
    ///   - device: Where to train.
    ///   - logger: Gets what begins, and what its runs log.
    /// - Throws: ``ExperimentError``, `ConfigurationError`, `DatasetError`, `FileError`.
    package init(
        _ configuration: ExperimentConfiguration, data: URL?, folder: URL, replace: Bool = false, device: Device = .cpu,
        logger: Logger = Logger(label: "hrvq")
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.data = data
        self.folder = folder
        self.device = device
        self.logger = logger
        plan = try ExperimentPlan(configuration)
        // Data that is missing should be said before a folder is made.
        if let first = plan.runs.first { _ = try first.configuration.data.open(data, split: .test) }
        let run = RunFolder(folder)
        guard !run.isRun else {
            throw TrainingError.runExists(path: folder.path, step: run.checkpointSteps().last)
        }
        let declaration = folder.appendingPathComponent("experiment.json")
        let foreign = try Self.foreignNames(in: folder)
        guard foreign.isEmpty else { throw ExperimentError.notAnExperiment(path: folder.path, names: foreign) }
        if replace {
            removed = try removeWhatDiffers(from: try? Self.stored(at: declaration))
        } else if FileManager.default.fileExists(atPath: declaration.path) {
            let differences = Self.texts(configuration.differences(from: try Self.stored(at: declaration)))
            guard differences.isEmpty else {
                throw ExperimentError.otherSettings(path: folder.path, differences: differences)
            }
        }
        try AtomicFolder.create(folder.appendingPathComponent("runs"))
        try AtomicFile.write(configuration.jsonData(), to: declaration)
    }

    /// The declaration that a folder holds.
    ///
    /// - Throws: ``ExperimentError/damaged(path:)``, `FileError`.
    package static func stored(at url: URL) throws -> ExperimentConfiguration {
        let data = try FileReader.read(url, remedy: "choose another \(phrase: .output)", limit: FileReader.textLimit)
        do {
            return try ExperimentConfiguration(json: data, source: Message(url.path))
        } catch is ConfigurationError {
            throw ExperimentError.damaged(path: url.path)
        }
    }

    private static func texts(_ differences: [(key: String, mine: String, theirs: String)]) -> [String] {
        differences.map { "\($0.key): \($0.theirs) before, \($0.mine) now" }
    }

    /// What a folder holds that is no experiment; nothing where it is empty or an experiment, which its declaration says, or
    /// one of its runs where the declaration is damaged.
    private static func foreignNames(in folder: URL) throws -> [String] {
        func names(_ url: URL) throws -> [String] {
            try FolderContents.namesIfPresent(of: url).filter { !$0.hasPrefix(".") }.sorted()
        }
        let runs = folder.appendingPathComponent("runs", isDirectory: true)
        let inside = try names(runs)
        let declaration = try? JSONSerialization.jsonObject(
            with: FileReader.read(folder.appendingPathComponent("experiment.json")))
        if let table = declaration as? [String: Any], table["models"] != nil, table["branching"] != nil { return [] }
        if inside.contains(where: { RunFolder(runs.appendingPathComponent($0)).isRun }) { return [] }
        return try names(folder).filter { $0 != "runs" || !inside.isEmpty }
    }

    /// Removes runs of other settings, and results that no longer belong to the declaration.
    ///
    /// - Returns: What was removed, for people.
    private func removeWhatDiffers(from before: ExperimentConfiguration?) throws -> [String] {
        var removed: [String] = []
        for run in plan.runs where try !differences(of: run).isEmpty {
            let stale = runFolder(run)
            removed += try stale.clearUnused().map { "runs/\(run.name)/\($0)" }
            // Only an empty folder can be removed so; what else a user keeps in it stays.
            rmdir(stale.url.path)
        }
        guard before != configuration else { return removed }
        for name in ExperimentReport.fileNames + ExperimentCharts.fileNames {
            let url = folder.appendingPathComponent(name)
            guard FileStatus.kind(of: url.path) == .file else { continue }
            try AtomicFile.remove(url)
            removed.append(name)
        }
        return removed
    }

    /// Where a run is.
    package func runFolder(_ run: ExperimentPlan.Run) -> RunFolder {
        RunFolder(folder.appendingPathComponent("runs").appendingPathComponent(run.name))
    }

    /// Trains, measures and writes the report.
    ///
    /// - Parameters:
    ///   - progress: Makes the reporter of a training run.
    ///   - shouldStop: Asked after every training step.
    /// - Throws: What training, measuring and writing throw; what was trained before is kept.
    package func run(
        progress: (_ configuration: RunConfiguration, _ totalSteps: Int, _ firstStep: Int) -> ProgressReporter,
        shouldStop: () -> Bool = { false }
    ) throws -> Outcome {
        for (index, run) in plan.runs.enumerated() where try !isComplete(run) {
            logger.info("run \(index + 1) of \(plan.runs.count): \(run.name)")
            let runFolder = runFolder(run)
            try checkSettings(of: run)
            let training = try TrainingRun(
                run.configuration, data: data, output: runFolder.url,
                existing: existing(runFolder, run), device: device, logger: logger
            ) { progress(run.configuration, $0, $1) }
            guard case .completed = try training.run(shouldStop: shouldStop) else { return .interrupted }
        }
        logger.info("measuring")
        let results = try measured(shouldStop: shouldStop)
        guard let results else { return .interrupted }
        try ExperimentReport(results, experiment: self, data: data, device: device).write()
        return .completed
    }

    /// In which settings a run on disk differs from the planned one; a damaged configuration differs.
    private func differences(of run: ExperimentPlan.Run) throws -> [String] {
        let model = runFolder(run).model
        guard FileManager.default.fileExists(atPath: model.configurationFile.path) else { return [] }
        guard let stored = try? model.configuration() else { return ["config.json cannot be read"] }
        return Self.texts(run.configuration.differences(from: stored))
    }

    /// A run that was begun with other settings, by another version of the presets say, is not gone on with.
    private func checkSettings(of run: ExperimentPlan.Run) throws {
        let differences = try differences(of: run)
        guard differences.isEmpty else {
            throw ExperimentError.otherSettings(path: runFolder(run).url.path, differences: differences)
        }
    }

    /// Whether a run has the model of its last step, and was measured there: a process that ends between the two leaves a
    /// curve without its end.
    private func isComplete(_ run: ExperimentPlan.Run) throws -> Bool {
        let folder = runFolder(run)
        guard FileManager.default.fileExists(atPath: folder.model.weightsFile.path),
            FileManager.default.fileExists(atPath: folder.metricsFile.path)
        else { return false }
        let log = try ExperimentLog(folder.metricsFile, batchSize: run.configuration.training.batchSize)
        return log.curve.last?.step == run.configuration.training.steps
    }

    /// How a run that is not complete goes on.
    private func existing(_ folder: RunFolder, _ run: ExperimentPlan.Run) -> TrainingRun.Existing {
        guard folder.holdsRun else { return .refuse }
        let isTrained = folder.checkpointSteps().last == run.configuration.training.steps
        return folder.canBeResumed && !isTrained ? .resume : .replace
    }

    /// All figures, or `nil` if asked to stop.
    private func measured(shouldStop: () -> Bool) throws -> ExperimentResults? {
        var runs: [ExperimentResults.Run] = []
        var elementType = ""
        for run in plan.runs {
            if shouldStop() { return nil }
            try checkSettings(of: run)
            let (configuration, model) = try runFolder(run).model.load(on: device)
            elementType = "\(model.precision)"
            let report = try evaluation(of: run, configuration, model)
            let grids = model.grids(height: configuration.paddedHeight, width: configuration.paddedWidth)
            let positions = grids.flatMap(\.layers).map(\.positions)
            let log = try ExperimentLog(runFolder(run).metricsFile, batchSize: configuration.training.batchSize)
            runs.append(
                ExperimentResults.Run(
                    name: run.name, preset: run.preset, kind: configuration.kindName, parts: run.parts,
                    branching: configuration.quantizer.branching, layers: configuration.quantizer.layers,
                    seed: configuration.training.seed, steps: configuration.training.steps ?? 0,
                    batchSize: configuration.training.batchSize,
                    parameters: model.parameters.all.reduce(0) { $0 + $1.tensor.count }, seconds: log.seconds,
                    curve: log.curve, evaluation: report,
                    fillable: zip(report.layers, positions).map {
                        ExperimentResults.fillable(codewords: $0.codewords, vectors: report.images * $1)
                    }))
        }
        var results = ExperimentResults(
            experiment: configuration, libTorch: Engine.version, threads: Engine.threadCount,
            elementType: elementType, runs: runs, search: try searches(shouldStop: shouldStop),
            rates: try configuration.rates.map {
                .init(preset: $0, compression: try Preset(name: $0).configuration().compressionRate)
            }, claims: [])
        results.claims = results.judged()
        return shouldStop() ? nil : results
    }

    /// Final figures, and what they are of.
    private struct Measured: Codable {
        var weights: String
        var data: String
        var elementType: String
        var report: EvaluationReport
    }

    /// The final figures of a run, read once and kept beside it.
    private func evaluation(
        of run: ExperimentPlan.Run, _ configuration: RunConfiguration, _ model: any Autoencoder
    ) throws -> EvaluationReport {
        let folder = runFolder(run)
        let file = folder.url.appendingPathComponent("evaluation.json")
        let dataset = try configuration.data.open(data, split: .test)
        let wanted = min(self.configuration.images, dataset.count)
        let weights = try FileDigest.sha256(folder.model.weightsFile)
        let place = data?.standardizedFileURL.path ?? configuration.data.kind.rawValue
        let elementType = "\(model.precision)"
        if let stored = try? JSONDecoder().decode(Measured.self, from: Data(contentsOf: file)),
            stored.weights == weights, stored.data == place, stored.elementType == elementType,
            stored.report.images == wanted
        {
            return stored.report
        }
        let report = try Evaluator(model: model, configuration: configuration, device: device)
            .evaluate(dataset, limit: wanted)
        let measured = Measured(weights: weights, data: place, elementType: elementType, report: report)
        try AtomicFile.write(try ReportJSON.data(measured), to: file)
        return report
    }

    /// Claim 3: random vectors among random codewords, as trees and flat.
    private func searches(shouldStop: () -> Bool) throws -> [ExperimentResults.Search] {
        let sweeps = [configuration.branching, configuration.layers]
        var found: [ExperimentResults.Search] = []
        for sweep in sweeps {
            guard let run = plan.runs.first(where: { $0.preset == sweep.hierarchical }) else { continue }
            let dimension = run.configuration.quantizer.dimension
            for (branching, layers) in sweep.hierarchies where !shouldStop() {
                guard !found.contains(where: { $0.branching == branching && $0.layers == layers }) else { continue }
                let codewords = try ExperimentPlan.codewords(branching, layers)
                let generator = try Generator(seed: 1)
                let vectors = try Tensor.normal([16384, dimension], generator: generator).to(device)
                func speed(_ settings: QuantizerSettings) throws -> Double {
                    let store = ParameterStore(device: device)
                    return try SearchTiming.vectorsPerSecond(
                        ResidualQuantizer(Scope(store: store, generator: generator), settings), vectors)
                }
                found.append(
                    .init(
                        branching: branching, layers: layers, codewords: codewords, dimension: dimension,
                        hierarchicalPerSecond: try speed(
                            QuantizerSettings(layers: layers, branching: branching, dimension: dimension)),
                        flatPerSecond: try speed(
                            QuantizerSettings(
                                structure: .flat, layers: 1, branching: codewords, dimension: dimension))))
            }
        }
        return found
    }
}
