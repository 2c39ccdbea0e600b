import Autoencoders
import Datasets
import Files
import Foundation
import Images
import Logging
import Quantization
import Settings
import Torch

/// A training run of an autoencoder in a folder of its own, from the first step or from a checkpoint.
///
///     batch ─► model ─► objective ─► gradients ─► clipping ─► Adam ─► averages of the weights
///                └─► codebooks: moving averages, revival of dead codewords
///
/// Everything random is a function of (seed, name of a stream, step), so a run that was interrupted and resumed gives
/// the same model, byte for byte, as one that was not, on one machine with any number of threads. (Of its log, the
/// lines beside the interruption are means over fewer steps, as `steps` says.) On a CUDA device sums are added in no
/// fixed order, and unused codewords are looked for every `reviveAfter / 2` steps: runs there are alike, not equal.
public final class TrainingRun {
    /// What to do with an output folder that holds a run.
    public enum Existing: Sendable, Equatable {
        /// Refuse.
        case refuse
        /// Replace the run.
        case replace
        /// Go on with it.
        case resume
    }

    /// How a run ended.
    public enum Outcome: Sendable, Equatable {
        /// All steps were done.
        case completed(step: Int)
        /// It was asked to stop, and saved its state.
        case interrupted(step: Int)
    }

    /// The resolved settings.
    public let configuration: RunConfiguration
    /// The output.
    package let folder: RunFolder
    /// The model; its weights are those of the last step, not the averaged ones.
    public let model: any Autoencoder
    /// Where the model runs.
    package let device: Device
    /// Steps done so far.
    public private(set) var step: Int
    /// Steps of the whole run.
    public let totalSteps: Int
    /// Where the images are; `nil` for those that the program draws.
    package let dataFolder: URL?

    private let objective: any Objective
    let optimizer: Adam
    let averaging: WeightAveraging
    private let training: any ImageDataset
    private let test: any ImageDataset
    private let fingerprint: DatasetFingerprint
    private let trainingStep: TrainingStep
    private let schedule: LearningRateSchedule
    private let layerDropout: LayerDropout
    private let log: RunLog
    private var window = LogWindow()
    private var reportedStep: Int?
    private var recorded: RecordedSteps?
    private var lastCheckpoint: Int?
    private var skippedBefore = 0
    private var collapse: CollapseWatch
    /// The last evaluation of this session; `nil` where there was none.
    public private(set) var lastEvaluation: EvaluationReport?
    private let start: RunStart

    /// Prepares a run: opens the data, makes or loads the model, writes `config.json`.
    ///
    /// - Parameters:
    ///   - configuration: The settings; a resumed run's are those of its folder, as ``ModelFolder/configuration()``
    ///     reads them.
    ///   - data: The data set's folder; not needed for glyphs, nor for a run that is resumed and remembers it.
    ///   - output: The run's folder.
    ///   - existing: What to do if `output` holds a run.
    ///   - device: Where to train.
    ///   - logger: Gets evaluations and skipped images as `info`, what was removed as `notice`, and warnings.
    ///   - progress: Makes the reporter that shows progress, from the steps of the whole run and those done before.
    /// - Throws: ``TrainingError``, `ConfigurationError`, `DatasetError`, `FileError`,
    ///   `MemoryError`, `TorchError`.
    public init(
        _ configuration: RunConfiguration, data: URL?, output: URL, existing: Existing = .refuse,
        device: Device = .cpu, logger: Logger = Logger(label: "hrvq"),
        progress: (_ totalSteps: Int, _ firstStep: Int) -> ProgressReporter
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.device = device
        folder = RunFolder(output)
        try folder.check(existing)
        if configuration.training.threads > 0 { try Engine.setThreadCount(configuration.training.threads) }
        // A new run has no folder to remember; what an earlier one left there is not its own.
        let data =
            try existing == .resume
            ? folder.dataFolder(data, configuration.data)
            : RunFolder.required(data, configuration.data)
        dataFolder = data
        (training, test) = try configuration.data.splits(data)
        // Before anything of the images' size is made.
        if device == .cpu {
            try configuration.requireTrainingMemory(
                configuration.makeAutoencoder(on: .meta), configuration.elementType(on: device))
        }
        fingerprint = try training.fingerprint()
        totalSteps = configuration.totalSteps(images: training.count)
        model = try configuration.makeAutoencoder(on: device)
        model.precision = configuration.elementType(on: device)
        objective = configuration.makeObjective()
        optimizer = try Adam(model.parameters, configuration.optimizer.adam)
        averaging = try WeightAveraging(
            model.parameters, decay: configuration.training.averagingDecay, warmUp: WeightAveraging.usualWarmUp)
        trainingStep = TrainingStep(
            model.parameters, optimizer: optimizer, averaging: averaging,
            gradientClip: configuration.optimizer.gradientClip)
        schedule = configuration.optimizer.schedule(totalSteps: totalSteps)
        layerDropout = LayerDropout(
            share: configuration.quantizer.layerDropout, layers: model.layers, seed: configuration.seedBits)
        step = 0
        collapse = CollapseWatch(reviveAfter: configuration.quantizer.reviveAfter)
        let before = existing == .resume ? try folder.model.configuration() : nil
        var warnings: [String] = []
        let place = folder
        var removed: [String] = []
        start = try RunStart(output, existing) { removed = try place.clear() }
        do {
            if existing == .resume,
                let state = try Checkpoint.resume(
                    folder, into: .init(model.parameters, optimizer, averaging, statistics: model.statistics()),
                    images: training.count, totalSteps: totalSteps, device: device, elementType: model.precision,
                    run: configuration.identity, data: fingerprint)
            {
                step = state.step
                lastCheckpoint = state.step
                warnings = state.differences
            } else if existing == .resume {
                warnings.append("the run has no checkpoint yet; it starts at step 0")
            }
            if let before, configuration.optimizer.schedule == .cosine, step > 0,
                before.totalSteps(images: training.count) != totalSteps
            {
                warnings.append("the run has another length now, so its learning rate leaves the cosine that it began")
            }
            folder.removeLeftovers()
            // First, so that a run that ends before its first checkpoint can be told from other files, and resumed.
            if existing != .resume {
                try AtomicFile.write(configuration.jsonData(), to: folder.model.configurationFile)
            }
            if let data { try folder.remember(data: data) }
            log = try RunLog(
                folder, configuration.logging, resumedAt: existing == .resume ? step : nil,
                progress: progress(totalSteps, step), logger: logger)
            try log.settings(configuration, step: step)
            for warning in warnings { log.warn(warning) }
            log.removed(removed)
            // Last, so that a run whose log cannot be resumed keeps its settings.
            if existing == .resume {
                try AtomicFile.write(configuration.jsonData(), to: folder.model.configurationFile)
            }
        } catch {
            start.takeBack()
            throw error
        }
    }

    /// What was found where the data set was opened.
    package var dataSummary: DatasetSummary {
        var summary = training.summary
        summary.images.merge(test.summary.images) { own, _ in own }
        return summary
    }

    /// Trains until all steps are done or `shouldStop` says so; either way the state is saved.
    ///
    /// - Parameter shouldStop: Asked after every step, on a CUDA device after some of them, 100 at most.
    /// - Throws: ``TrainingError/notFinite(step:terms:checkpoint:)``, and what reading data and writing files throw.
    ///   The last good checkpoint stays; of a run that failed before it had made a step, nothing does.
    public func run(shouldStop: () -> Bool = { false }) throws -> Outcome {
        defer { log.close() }
        do {
            let outcome =
                device.isCUDA
                ? try CUDAStream.run { try trainSteps(shouldStop) } : try trainSteps(shouldStop)
            // What was written after the last checkpoint, such as the figures of the last evaluation.
            try log.closeFiles()
            return outcome
        } catch  where step == 0 {
            start.takeBack()
            throw error
        }
    }

    private func trainSteps(_ shouldStop: () -> Bool) throws -> Outcome {
        if step < totalSteps {
            try initializeCodebooks()
            recorded = try recordedSteps()
            let loader =
                recorded?.needsLoader ?? true ? try configuration.loader(of: training, startStep: step) : nil
            defer { loader?.stop() }
            func next() throws -> ImageBatch {
                guard let loader else { throw DatasetError.stopped }
                return try loader.next()
            }
            let pace = ThreadPace(on: device)
            log.begin()
            window.restartClock()
            while step < totalSteps {
                if let recorded { try trainSteps(recorded, next) } else { try pace.step { try trainStep(next()) } }
                log.advance(step: step)
                try afterStep(loader)
                if step < totalSteps, shouldStop() {
                    if step != reportedStep { try report(loader) }
                    if lastCheckpoint != step { try saveCheckpoint() }
                    log.info("stopped at step \(step) of \(totalSteps), and saved")
                    return .interrupted(step: step)
                }
            }
        }
        // A run that is complete already still leaves its model, should a crash have come between the two.
        if lastCheckpoint != step { try saveCheckpoint() } else { try saveModel() }
        return .completed(step: step)
    }

    // MARK: - A step

    /// Steps as a graph, on a CUDA device. Where something is drawn for each step on the processor they run one by one.
    private func recordedSteps() throws -> RecordedSteps? {
        guard device.isCUDA, layerDropout.share == 0, RecordedSteps.suits(model) else { return nil }
        return try RecordedSteps(
            model, objective, optimizer, averaging, gradientClip: configuration.optimizer.gradientClip,
            batches: DeviceBatches(
                training, configuration, schedule: schedule, totalSteps: totalSteps, device: device))
    }

    /// As many steps as may pass without a look at the device: unused codewords want one twice in the time after which
    /// they are revived.
    private func trainSteps(_ recorded: RecordedSteps, _ next: () throws -> ImageBatch) throws {
        let patience = configuration.quantizer.reviveAfter
        // Batches of a loader wait in memory that the device can copy from, which is scarce.
        var count = min(recorded.needsLoader ? 8 : 100, totalSteps - step)
        if patience > 0 { count = min(count, max(patience / 2, 1)) }
        for every in [configuration.logging.every, configuration.checkpoint.every, configuration.evaluation.every] {
            count = min(count, every - step % every)
        }
        try recorded.run(step..<step + count, next: next)
        step += count
        var stream = SeededGenerator(seed: configuration.seedBits, stream: "revival", step: UInt64(step))
        try recorded.revive(using: &stream)
        try Engine.synchronizeCUDA()
        // Steps are added to the window when they are reported, and what comes between is no training.
        window.stopClock()
    }

    /// Takes over what the device added up since the last report.
    private func collect() throws {
        guard let totals = try recorded?.collect() else { return }
        guard totals.loss.isFinite, totals.gradientNorm?.isFinite ?? true else {
            // The first of them was one of the steps since the last look.
            let terms =
                totals.loss.isFinite
                ? ["the gradients' norm"] : totals.terms.filter { !$0.value.isFinite }.map(\.name)
            throw TrainingError.notFinite(
                step: step, terms: terms, checkpoint: lastCheckpoint.map { folder.checkpoint($0).path })
        }
        try window.add(
            totals, images: totals.steps * configuration.training.batchSize, learningRate: schedule.rate(at: step - 1))
    }

    private func trainStep(_ batch: ImageBatch) throws {
        let images = try batch.tensor(padding: configuration.data.padding, on: device)
        let rate = schedule.rate(at: step)
        let (output, value, total, norm) = try weightStep(images, count: batch.count, learningRate: rate)
        var stream = SeededGenerator(seed: configuration.seedBits, stream: "revival", step: UInt64(step))
        let updates = try output.quantizers.map { try $0.update(using: &stream) }
        for (parameter, rows) in updates.flatMap(\.moved) where parameter.isTrainable {
            try optimizer.forget(parameter, rows: rows)
            try averaging.restart(parameter, rows: rows)
        }
        step += 1
        try window.add(
            value, total: total, images: batch.count, learningRate: rate, gradientNorm: norm, updates: updates)
    }

    private func weightStep(
        _ images: Tensor, count: Int, learningRate: Double
    ) throws -> (output: AutoencoderOutput, value: ObjectiveValue, total: Double, norm: Double?) {
        do {
            let (result, norm) = try trainingStep(step: step, learningRate: learningRate) {
                let output = try model.forward(images, layers: layerDropout.keptLayers(step: step, images: count))
                let value = try objective(output, images: images)
                let total = try Double(value.total.item())
                guard total.isFinite else { throw try notFinite(value.terms) }
                try value.total.backward()
                return (output, value, total)
            }
            return (result.0, result.1, result.2, norm)
        } catch is GradientError {
            throw try notFinite([])
        }
    }

    private func afterStep(_ loader: BatchLoader?) throws {
        let isLast = step == totalSteps
        // What is not finite is found before it is saved or shown.
        if step % configuration.checkpoint.every == 0 || step % configuration.evaluation.every == 0 { try collect() }
        if configuration.logging.isDue(step: step) || isLast { try report(loader) }
        // The checkpoint comes first: an evaluation that fails, for a bad image or a full disk, must not cost it.
        if step % configuration.checkpoint.every == 0 || isLast { try saveCheckpoint() }
        if step % configuration.evaluation.every == 0 || isLast { try evaluate() }
    }

    /// Writes what happened since the last report, and names images that turned out bad in it.
    private func report(_ loader: BatchLoader?) throws {
        try collect()
        let skipped = loader?.skipped ?? []
        for image in skipped.dropFirst(skippedBefore) { log.skipped(image.reason) }
        skippedBefore = skipped.count
        let record = window.record(step: step, skipped: skipped.count)
        try log.step(record)
        if let warning = try collapse.take(record) { log.warn(warning) }
        window = LogWindow()
        reportedStep = step
    }

    /// The terms that are to blame, and the weights if they are spoilt already.
    private func notFinite(_ terms: [(name: String, value: Tensor)]) throws -> TrainingError {
        var names = try terms.filter { try !$0.value.item().isFinite }.map(\.name)
        if names.isEmpty {
            for parameter in model.parameters.trainable {
                if let gradient = try parameter.gradient(), try !gradient.isFinite() {
                    names.append("gradient of \(parameter.name)")
                }
            }
        }
        return .notFinite(
            step: step + 1, terms: names, checkpoint: lastCheckpoint.map { folder.checkpoint($0).path })
    }

    // MARK: - Start, evaluation, saving

    /// Places codewords on the vectors of the first batches, quantizer by quantizer.
    private func initializeCodebooks() throws {
        for (index, quantizer) in model.quantizers.enumerated() where try !quantizer.isInitialized() {
            guard configuration.quantizer.initialization == .kMeans else {
                try quantizer.markInitialized()
                continue
            }
            let levels = model.quantizers.count
            let subject = levels > 1 ? "codewords of level \(index + 1) of \(levels)" : "codewords"
            log.info("placing \(subject) by k-means")
            let loader = try configuration.loader(of: training, startStep: 0)
            defer { loader.stop() }
            var parts: [Tensor] = []
            var count = 0
            // Vectors of one image are alike, so parts of eight batches are better than whole ones. A small data set has
            // fewer batches, and a second pass over it would give the same vectors again.
            let wanted = configuration.quantizer.kMeansVectors
            let batches = min(8, loader.batchesPerEpoch)
            let share = (wanted + batches - 1) / batches
            // Rows at a fixed stride would be fixed columns of the grid, and codewords of some columns only.
            var positions = SeededGenerator(
                seed: configuration.seedBits, stream: "k-means vectors", step: UInt64(index))
            while count < wanted {
                let batch = try loader.next()
                let images = try batch.tensor(padding: configuration.data.padding, on: device)
                let vectors = try model.vectors(images, quantizer: index).to(.cpu)
                let rows = positions.sample(min(share, wanted - count), of: vectors.size(0)).map(Int64.init)
                let part = try vectors.indexSelected(axis: 0, Tensor(rows, [rows.count]))
                count += part.size(0)
                parts.append(part)
                log.activity("encoding vectors for \(subject) \(count)/\(wanted)")
            }
            var stream = SeededGenerator(seed: configuration.seedBits, stream: "k-means", step: UInt64(index))
            try quantizer.initialize(
                with: Tensor.concatenate(parts, axis: 0), iterations: configuration.quantizer.kMeansIterations,
                using: &stream
            ) { layer, rounds in
                let layers = quantizer.layers.count
                let place = layers > 1 ? "layer \(layer + 1) of \(layers), " : ""
                log.activity(
                    "placing \(subject): \(place)round \(rounds) of \(configuration.quantizer.kMeansIterations)")
            }
        }
        if step == 0 { try averaging.restart() }
    }

    private func evaluate() throws {
        let evaluator = Evaluator(model: model, configuration: configuration, device: device)
        let report = try averaging.withAverages {
            try evaluator.evaluate(test, limit: configuration.evaluation.images) { done, total in
                log.activity("evaluating \(done)/\(total)")
            }
        }
        lastEvaluation = report
        var sheet: PixelImage?
        if configuration.evaluation.samples > 0 {
            let drawn = try averaging.withAverages {
                try evaluator.sheet(test, count: configuration.evaluation.samples)
            }
            try AtomicFolder.create(folder.samples)
            try drawn.writePNG(to: folder.samples.appendingPathComponent(KeptSheets.fileName(step: step)).path)
            let every = configuration.evaluation.every
            KeptSheets.prune(folder.samples, latest: step, every: every)
            if KeptSheets.stays(step: step, every: every) || step == totalSteps { sheet = drawn }
        }
        try log.evaluation(
            report, step: step, sheet: sheet, weights: averaging.decay > 0 ? "averaged weights" : nil)
        window.restartClock()
    }

    private func saveCheckpoint() throws {
        log.activity("saving")
        let spoilt = try model.parameters.notFinite()
        guard spoilt.isEmpty else {
            throw TrainingError.notFinite(
                step: step, terms: spoilt.map { "weight \($0)" },
                checkpoint: lastCheckpoint.map { folder.checkpoint($0).path })
        }
        try log.synchronize()
        try Checkpoint.save(
            Checkpoint.State(
                step: step, images: training.count, device: device, elementType: model.precision,
                run: configuration.identity, data: fingerprint),
            to: folder.checkpoint(step),
            .init(model.parameters, optimizer, averaging, statistics: model.statistics()))
        lastCheckpoint = step
        folder.prune(keeping: configuration.checkpoint.keep)
        try saveModel()
        window.restartClock()
    }

    private func saveModel() throws {
        let state = try averaging.withAverages { try model.parameters.state() }
        try folder.model.save(configuration, parameters: state, step: step)
    }
}
