import Datasets
import Files
import Foundation
import Latents
import Logging
import Priors
import Settings
import Torch
import Training

/// The training of the prior of one layer, in a folder of its own, from the first step or from a checkpoint.
///
///     codes of the layer, earlier layers, classes ─► network ─► −ln p ─► gradients ─► clipping ─► Adam ─► averages
///
/// Everything random, dropout and withheld classes too, is a function of (seed, name of a stream, step), so a run that
/// was interrupted and resumed gives the same prior, byte for byte, as one that was not.
final class PriorRun {
    /// The resolved settings of the layer.
    let configuration: PriorConfiguration
    /// The output.
    let folder: RunFolder
    /// The network; its weights are those of the last step, not the averaged ones.
    let network: PixelSNAIL
    /// Steps done so far.
    private(set) var step = 0
    /// Steps of the whole run, where nothing ends it early.
    let totalSteps: Int

    private let identity: PriorIdentity
    private let training: PriorData
    private let heldOut: PriorData
    private let heldOutPlaces: [Int]
    private let fingerprint: DatasetFingerprint
    private let order: SampleOrder
    private let device: Device
    private let optimizer: Adam
    private let averaging: WeightAveraging
    private let trainingStep: TrainingStep
    private let schedule: LearningRateSchedule
    private let log: RunLog
    private let start: RunStart
    private let bits: PriorBits
    private var early: EarlyStop
    private var window = PriorWindow()
    private var lastCheckpoint: Int?
    /// The last evaluation of this session; `nil` where there was none.
    private(set) var figures: PriorTraining.Figures?

    /// Prepares a run: makes or loads the network, writes `config.json`.
    ///
    /// - Parameters:
    ///   - configuration: The settings, resolved for the layer.
    ///   - layer: From 0.
    ///   - codes: What to train on, and what is held out, in one space.
    ///   - identity: Which priors the layer is of.
    ///   - output: The run's folder.
    ///   - existing: What to do if `output` holds a run.
    ///   - device: Where to train.
    ///   - logger: Gets results, what was removed, and warnings.
    ///   - progress: Makes the reporter, from the steps of the whole run and those done before.
    init(
        _ configuration: PriorConfiguration, layer: Int, codes: (training: CodesFile, heldOut: CodesFile),
        of identity: PriorIdentity, output: URL, existing: TrainingRun.Existing, device: Device,
        logger: Logger, progress: (_ totalSteps: Int, _ firstStep: Int) -> ProgressReporter
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.identity = identity
        self.device = device
        folder = RunFolder(output)
        try folder.check(existing)
        if configuration.training.threads > 0 { try Engine.setThreadCount(configuration.training.threads) }
        let space = codes.training.space
        let settings = configuration.settings(layer: layer, in: space)
        training = try PriorData(codes.training, layer: layer, settings: settings)
        heldOut = try PriorData(codes.heldOut, layer: layer, settings: settings)
        fingerprint = try codes.training.fingerprint()
        let measured = min(configuration.evaluation.images, codes.heldOut.count)
        heldOutPlaces = (0..<measured).map { $0 * codes.heldOut.count / measured }
        bits = PriorBits(positions: settings.positions, choices: settings.choices, dimensions: space.imageDimensions)
        totalSteps = configuration.totalSteps(images: training.count)
        var stream = SeededGenerator(seed: configuration.seedBits, stream: "initialization", step: UInt64(layer))
        if device == .cpu { try configuration.requireTrainingMemory(settings) }
        network = try PixelSNAIL(settings, generator: Generator(seed: stream.next()), device: device)
        network.precision = configuration.training.precision.resolve(on: device)
        optimizer = try Adam(network.parameters, configuration.optimizer.adam)
        averaging = try WeightAveraging(
            network.parameters, decay: configuration.training.averagingDecay, warmUp: WeightAveraging.usualWarmUp)
        trainingStep = TrainingStep(
            network.parameters, optimizer: optimizer, averaging: averaging,
            gradientClip: configuration.optimizer.gradientClip)
        schedule = configuration.optimizer.schedule(totalSteps: totalSteps)
        order = SampleOrder(
            count: training.count, batchSize: configuration.training.batchSize[0], seed: configuration.seedBits,
            shuffle: true)
        early = try EarlyStop(patience: configuration.evaluation.patience)
        var warnings: [String] = []
        let place = folder
        var removed: [String] = []
        start = try RunStart(output, existing) { removed = try place.clear() }
        do {
            if existing == .resume,
                let state = try Checkpoint.resume(
                    folder, into: .init(network.parameters, optimizer, averaging, statistics: early.state),
                    images: training.count, totalSteps: totalSteps, device: device, elementType: network.precision,
                    run: identity.run(configuration), data: fingerprint)
            {
                step = state.step
                lastCheckpoint = state.step
                warnings = state.differences
            }
            folder.removeLeftovers()
            // First, so that a run that ends before its first checkpoint can be told from other files, and resumed.
            if existing != .resume {
                try AtomicFile.write(configuration.jsonData(), to: folder.model.configurationFile)
            }
            log = try RunLog(
                folder, configuration.logging, resumedAt: existing == .resume ? step : nil,
                progress: progress(totalSteps, step), logger: logger)
            try log.settings(configuration, step: step)
            log.removed(removed)
            for warning in warnings { log.warn(warning) }
            // Last, so that a run whose log cannot be resumed keeps its settings.
            if existing == .resume {
                try AtomicFile.write(configuration.jsonData(), to: folder.model.configurationFile)
            }
        } catch {
            start.takeBack()
            throw error
        }
    }

    /// Trains until all steps are done, held-out codes gain no more, or `shouldStop` says so; the state is saved. Of a
    /// run that failed before it had made a step, nothing stays.
    func run(shouldStop: () -> Bool) throws -> TrainingRun.Outcome {
        defer { log.close() }
        do {
            let outcome = try trainSteps(shouldStop)
            // What was written after the last checkpoint.
            try log.closeFiles()
            return outcome
        } catch  where step == 0 {
            start.takeBack()
            throw error
        }
    }

    private func trainSteps(_ shouldStop: () -> Bool) throws -> TrainingRun.Outcome {
        let pace = ThreadPace(on: device)
        log.begin()
        window.restartClock()
        while step < totalSteps, try !early.hasEnded() {
            try pace.step { try trainStep() }
            log.advance(step: step)
            try afterStep()
            if step < totalSteps, shouldStop() {
                if !window.isEmpty { try report() }
                if lastCheckpoint != step { try saveCheckpoint() }
                log.info("stopped at step \(step) of \(totalSteps), and saved")
                return .interrupted(step: step)
            }
        }
        if !window.isEmpty { try report() }
        if lastCheckpoint != step { try saveCheckpoint() } else { try saveModelUnlessBest() }
        return .completed(step: step)
    }

    // MARK: - A step

    private func trainStep() throws {
        let places = order.slots(step: step).map { order.index(epoch: $0.epoch, position: $0.position) }
        var withholding = SeededGenerator(
            seed: configuration.seedBits, stream: "label dropout", step: UInt64(step))
        let withheld = places.map { _ in withholding.uniform() < configuration.conditioning.labelDropout }
        var stream = SeededGenerator(seed: configuration.seedBits, stream: "dropout", step: UInt64(step))
        let dropout = try Generator(seed: stream.next(), device: device)
        let rate = schedule.rate(at: step)
        do {
            let (total, norm) = try trainingStep(step: step, learningRate: rate) {
                let total = try network.addGradients(
                    of: training, places, withheld: withheld, partSize: microBatch, dropout: dropout, on: device)
                guard total.isFinite else { throw notFinite(["loss"]) }
                return total
            }
            step += 1
            window.add(nats: total, images: places.count, learningRate: rate, gradientNorm: norm)
        } catch is GradientError {
            throw notFinite(["the gradients' norm"])
        }
    }

    private var microBatch: Int {
        let batch = configuration.training.batchSize[0]
        let part = configuration.training.microBatchSize
        return min(part > 0 ? part : network.settings.partSize(on: device) ?? batch, batch)
    }

    private func afterStep() throws {
        let isLast = step == totalSteps
        if configuration.logging.isDue(step: step) || isLast { try report() }
        // Whether a run ends early is part of its state, so the evaluation comes before the checkpoint.
        if step % configuration.evaluation.every == 0 || isLast { try evaluate() }
        if step % configuration.checkpoint.every == 0 || isLast { try saveCheckpoint() }
    }

    private func report() throws {
        let record = window.record()
        let perPosition = bits.perPosition(nats: record.nats)
        var values: [(name: String, value: MetricValue)] = [
            ("steps", .integer(record.steps)), ("loss", .real(record.nats)), ("bitsPerPosition", .real(perPosition)),
            ("bitsPerDimension", .real(bits.perDimension(nats: record.nats))),
            ("learningRate", .real(record.learningRate)), ("imagesPerSecond", .real(record.imagesPerSecond)),
        ]
        if let norm = record.gradientNorm { values.append(("gradientNorm", .real(norm))) }
        try log.append(
            "train", step: step, values,
            scalars: values.dropFirst().compactMap { name, value in
                guard case .real(let number) = value else { return nil }
                return ("train/\(name)", number)
            })
        log.show(
            step: step,
            columns: [
                ProgressText.number("bits/position", perPosition)
                    + String(format: " (uniform %.4g)", bits.uniformPerPosition),
                ProgressText.number("bits/dimension", bits.perDimension(nats: record.nats)),
                ProgressText.speed(record.imagesPerSecond, of: "images"),
            ])
        window = PriorWindow()
    }

    private func notFinite(_ terms: [String]) -> TrainingError {
        .notFinite(step: step + 1, terms: terms, checkpoint: lastCheckpoint.map { folder.checkpoint($0).path })
    }

    // MARK: - Evaluation, saving

    private func evaluate() throws {
        let nats = try averaging.withAverages {
            try PriorLikelihood.nats(network, heldOut, heldOutPlaces, on: device, batch: microBatch) {
                log.activity("measuring held-out codes \($0)/\(heldOutPlaces.count)")
            }
        }
        let perPosition = bits.perPosition(nats: nats / Double(network.settings.positions))
        let isBest = try early.take(perPosition, step: step)
        let perDimension = bits.perDimension(nats: nats / Double(network.settings.positions))
        try log.append(
            "evaluation", step: step,
            [
                ("bitsPerPosition", .real(perPosition)), ("bitsPerDimension", .real(perDimension)),
                ("images", .integer(heldOutPlaces.count)),
            ],
            scalars: [
                ("evaluation/bitsPerPosition", perPosition), ("evaluation/bitsPerDimension", perDimension),
            ])
        var text = "step \(step): held out " + String(format: "%.4f bits a position", perPosition)
        text += String(format: " (uniform %.4g), %.5f a dimension", bits.uniformPerPosition, perDimension)
        if averaging.decay > 0 { text += " (averaged weights)" }
        figures = PriorTraining.Figures(bitsPerPosition: perPosition, bitsPerDimension: perDimension)
        if try early.hasEnded() { text += "; no gain for \(early.patience) evaluations, so this layer is done" }
        log.info(text)
        if isBest, early.patience > 0 { try saveModel() }
        window.restartClock()
    }

    private func saveCheckpoint() throws {
        log.activity("saving")
        let spoilt = try network.parameters.notFinite()
        guard spoilt.isEmpty else { throw notFinite(spoilt.map { "weight \($0)" }) }
        try log.synchronize()
        try Checkpoint.save(
            Checkpoint.State(
                step: step, images: training.count, device: device, elementType: network.precision,
                run: identity.run(configuration), data: fingerprint),
            to: folder.checkpoint(step),
            Checkpoint.Parts(network.parameters, optimizer, averaging, statistics: early.state))
        lastCheckpoint = step
        folder.prune(keeping: configuration.checkpoint.keep)
        try saveModelUnlessBest()
        window.restartClock()
    }

    /// The weights of the best evaluation stay, where the run is to end with them.
    private func saveModelUnlessBest() throws {
        if try early.patience == 0 || !early.hasMeasured() { try saveModel() }
    }

    private func saveModel() throws {
        let state = try averaging.withAverages { try network.parameters.state() }
        try folder.model.save(
            configuration, parameters: state, step: step, notes: identity.notes(configuration))
    }
}
