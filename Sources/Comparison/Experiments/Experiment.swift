import Autoencoders
import Files
import Foundation
import Metrics
import Quantization
import Torch
import Training

/// A declared experiment in a folder: trains what is not there yet, resumes what was begun, measures, and writes down.
///
///     FOLDER/experiment.json    the declaration that the runs belong to
///           runs/NAME/          training runs, one for each model, setting and seed
///           results.json        all figures; index.html, results.txt and plots (*.svg) say the same
public final class Experiment {
    /// How it ended.
    public enum Outcome: Sendable, Equatable {
        /// All is written.
        case completed
        /// It was asked to stop; what was trained is kept.
        case interrupted
    }

    /// The declaration.
    public let configuration: ExperimentConfiguration
    /// The folder.
    public let folder: URL
    /// The runs.
    public let plan: ExperimentPlan
    private let data: URL?
    private let device: Device

    /// Prepares an experiment.
    ///
    /// - Parameters:
    ///   - configuration: The declaration.
    ///   - data: The data set's folder; not needed for glyphs.
    ///   - folder: Where runs and results go.
    ///   - replace: Start anew where the folder holds an experiment of other settings.
    ///   - device: Where to train.
    /// - Throws: ``ExperimentError/otherSettings(path:differences:)``, `ConfigurationError`, `FileError`.
    public init(
        _ configuration: ExperimentConfiguration, data: URL?, folder: URL, replace: Bool = false, device: Device = .cpu
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.data = data
        self.folder = folder
        self.device = device
        plan = try ExperimentPlan(configuration)
        // Data that is missing should be said before a folder is made.
        if let first = plan.runs.first { _ = try first.configuration.data.open(data, split: .test) }
        let declaration = folder.appendingPathComponent("experiment.json")
        if FileManager.default.fileExists(atPath: declaration.path) {
            let before = try JSONDecoder().decode(
                ExperimentConfiguration.self, from: FileReader.read(declaration, cure: "choose another --output"))
            let differences = try configuration.differences(from: before)
            guard differences.isEmpty || replace else {
                throw ExperimentError.otherSettings(path: folder.path, differences: differences)
            }
            if !differences.isEmpty { try FileManager.default.removeItem(at: folder.appendingPathComponent("runs")) }
        }
        try AtomicFolder.create(folder.appendingPathComponent("runs"))
        try AtomicFile.write(try ReportJSON.data(configuration), to: declaration)
    }

    /// Where a run is.
    public func runFolder(_ run: ExperimentPlan.Run) -> RunFolder {
        RunFolder(folder.appendingPathComponent("runs").appendingPathComponent(run.name))
    }

    /// Trains, measures and writes the report.
    ///
    /// - Parameters:
    ///   - notice: Told what begins.
    ///   - progress: Makes the reporter of a training run.
    ///   - shouldStop: Asked after every training step.
    /// - Throws: What training, measuring and writing throw; what was trained before is kept.
    public func run(
        notice: (String) -> Void = { _ in },
        progress: (_ configuration: RunConfiguration, _ totalSteps: Int, _ firstStep: Int) -> ProgressReporter,
        shouldStop: () -> Bool = { false }
    ) throws -> Outcome {
        for (index, run) in plan.runs.enumerated() where try !isComplete(run) {
            notice("run \(index + 1) of \(plan.runs.count): \(run.name)")
            let runFolder = runFolder(run)
            try checkSettings(of: run)
            let training = try TrainingRun(
                run.configuration, data: data, output: runFolder.url,
                existing: runFolder.canBeResumed ? .resume : runFolder.holdsRun ? .replace : .refuse, device: device
            ) { progress(run.configuration, $0, $1) }
            guard case .completed = try training.run(shouldStop: shouldStop) else { return .interrupted }
        }
        notice("measuring")
        let results = try measured(shouldStop: shouldStop)
        guard let results else { return .interrupted }
        try ExperimentReport(results, experiment: self, data: data, device: device).write()
        return .completed
    }

    /// A run that was begun with other settings, by another version of the presets say, is not gone on with.
    private func checkSettings(of run: ExperimentPlan.Run) throws {
        let folder = runFolder(run)
        guard FileManager.default.fileExists(atPath: folder.model.configurationFile.path) else { return }
        let differences = run.configuration.differences(from: try folder.model.configuration())
        guard differences.isEmpty else {
            throw ExperimentError.otherSettings(
                path: folder.url.path,
                differences: differences.map { "\($0.key): \($0.theirs) before, \($0.mine) now" })
        }
    }

    /// Whether a run has all its steps and its model.
    private func isComplete(_ run: ExperimentPlan.Run) throws -> Bool {
        let folder = runFolder(run)
        return folder.checkpointSteps().last == run.configuration.training.steps
            && FileManager.default.fileExists(atPath: folder.model.weightsFile.path)
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
            let positions = grids.flatMap { grid in grid.branchings.map { _ in grid.height * grid.width } }
            let log = try ExperimentLog(runFolder(run).metricsFile, batchSize: configuration.training.batchSize)
            runs.append(
                ExperimentResults.Run(
                    name: run.name, preset: run.preset, kind: configuration.model.kind.rawValue, parts: run.parts,
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

    /// The final figures of a run, read once and kept beside it.
    private func evaluation(
        of run: ExperimentPlan.Run, _ configuration: RunConfiguration, _ model: any Autoencoder
    ) throws -> EvaluationReport {
        let file = runFolder(run).url.appendingPathComponent("evaluation.json")
        let dataset = try configuration.data.open(data, split: .test)
        let wanted = min(self.configuration.images, dataset.count)
        if let data = try? Data(contentsOf: file),
            let report = try? JSONDecoder().decode(EvaluationReport.self, from: data), report.images == wanted
        {
            return report
        }
        let report = try Evaluator(model: model, configuration: configuration, device: device)
            .evaluate(dataset, limit: wanted)
        try AtomicFile.write(try report.json(), to: file)
        return report
    }

    /// Claim 3: random vectors among random codewords, as trees and flat.
    private func searches(shouldStop: () -> Bool) throws -> [ExperimentResults.Search] {
        let sweeps = [configuration.branching, configuration.layers]
        var found: [ExperimentResults.Search] = []
        for sweep in sweeps {
            let dimension = try Preset(name: sweep.hierarchical).configuration().quantizer.dimension
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
