import Autoencoders
import Datasets
import Files
import Foundation
import Latents
import Logging
import Priors
import Settings
import Torch
import Training

/// The training of a model's priors, one layer after the other.
///
///     PRIOR/prior.json  config.json     which codes, and the settings of all layers
///         layer-1/ layer-2/ …           a run a layer
public struct PriorTraining {
    /// How it ended.
    public enum Outcome: Sendable, Equatable {
        /// All layers that were asked for are trained.
        case completed
        /// It was asked to stop, and saved the state of a layer, counted from 0.
        case interrupted(layer: Int, step: Int)
    }

    /// How likely held-out codes of a layer are, in bits.
    public struct Figures: Sendable, Equatable {
        /// Bits a position of the layer's grid.
        public var bitsPerPosition: Double
        /// Bits a number of an image.
        public var bitsPerDimension: Double
    }

    /// The settings of all layers.
    package let configuration: PriorConfiguration
    /// The output.
    package let folder: PriorFolder
    /// The layers to train, from 0.
    package let layers: [Int]
    /// What the codes mean.
    package let space: CodeSpace
    private let codes: CodesFile
    private let heldOut: CodesFile?
    private let existing: TrainingRun.Existing
    private let overrides: [String]
    private let requested: PriorConfiguration?
    private let device: Device
    private let logger: Logger
    /// Whether nothing of what the folder holds stays.
    private let isReplaced: Bool

    /// Prepares training; writes nothing yet.
    ///
    /// - Parameters:
    ///   - configuration: The settings; where a run is resumed, those that its folder holds.
    ///   - codes: What to train on, and its path for errors.
    ///   - heldOut: Codes of the same model to measure the likelihood of; `nil` holds a share of `codes` out.
    ///   - output: The folder of the priors.
    ///   - layer: One layer, from 1; all of them if `nil`.
    ///   - existing: What to do with layers that are there.
    ///   - overrides: What a resumed run changes, as `key=value`.
    ///   - requested: All settings as the user asks for them, which those of layers that go on have to equal; `nil`
    ///     where only `overrides` are asked for.
    ///   - device: Where to train.
    ///   - logger: Gets evaluations as `info`, what was removed as `notice`, and warnings.
    /// - Throws: ``PriorError``, `ConfigurationError`, `FileError`.
    public init(
        _ configuration: PriorConfiguration, codes: (file: CodesFile, path: String),
        heldOut: (file: CodesFile, path: String)? = nil, output: URL, layer: Int? = nil,
        existing: TrainingRun.Existing = .refuse, overrides: [String] = [], requested: PriorConfiguration? = nil,
        device: Device = .cpu, logger: Logger = Logger(label: "hrvq")
    ) throws {
        try configuration.validate()
        self.requested = requested
        self.configuration = configuration
        self.existing = existing
        self.overrides = overrides
        self.device = device
        self.logger = logger
        folder = PriorFolder(output)
        space = codes.file.space
        let count = space.layers.count
        if let layer, !(1...count).contains(layer) { throw PriorError.noSuchLayer(found: layer, layers: count) }
        layers = layer.map { [$0 - 1] } ?? Array(0..<count)
        for layer in layers { _ = try configuration.resolved(layer: layer, of: count) }
        isReplaced = existing == .replace && layer == nil
        if PriorFolder.isPrior(output) {
            if isReplaced, !folder.holdsPriors { throw PriorError.holdsOther(path: output.path) }
            if !isReplaced, let reason = try folder.codeSpace().mismatch(with: space, classes: .equal) {
                throw PriorError.otherModel(what: output.path, other: codes.path, reason: reason)
            }
        } else if RunFolder(output).holdsRun {
            // Not even `.replace` may put priors over the model that they are of.
            throw PriorError.holdsOther(path: output.path)
        }
        if let heldOut, let reason = space.mismatch(with: heldOut.file.space, classes: .equalOrNone) {
            throw PriorError.otherModel(what: codes.path, other: heldOut.path, reason: reason)
        }
        guard heldOut != nil || codes.file.count >= 2 else { throw PriorError.tooFewCodes(found: codes.file.count) }
        self.codes = codes.file
        self.heldOut = heldOut?.file
        let whole = ModelFolder(output)
        if existing == .resume, layer == nil, let requested,
            FileManager.default.fileExists(atPath: whole.configurationFile.path)
        {
            try requested.requireEqual(
                to: whole.configuration(of: PriorConfiguration.self), path: output.path, free: Self.freeSettings)
        }
        if existing != .resume {
            for layer in layers { try folder.run(layer: layer).check(existing) }
        }
    }

    /// The configuration of priors whose training is resumed: what the folder holds.
    ///
    /// - Throws: `TrainingError.nothingToResume(path:)`, `ConfigurationError`, `FileError`.
    package static func resumed(at output: URL) throws -> PriorConfiguration {
        guard PriorFolder.isPrior(output),
            FileManager.default.fileExists(atPath: ModelFolder(output).configurationFile.path)
        else { throw TrainingError.nothingToResume(path: output.path) }
        return try ModelFolder(output).configuration(of: PriorConfiguration.self)
    }

    /// Trains the layers. Where old priors are replaced, they are gone from here on; where training fails before the first
    /// step of its first layer, nothing of it stays.
    ///
    /// - Parameters:
    ///   - announce: Told which layer begins, from 0, and how many weights its prior has.
    ///   - completed: Told which layer is trained, after how many steps, and what its last evaluation in this session
    ///     found.
    ///   - progress: Makes the reporter of a layer, from the steps of the whole run and those done before.
    ///   - shouldStop: Asked after every step.
    /// - Throws: `TrainingError`, `ConfigurationError`, `FileError`, `TorchError`.
    public func run(
        announce: (_ layer: Int, _ weights: Int, _ step: Int, _ totalSteps: Int) -> Void = { _, _, _, _ in },
        completed: (_ layer: Int, _ step: Int, _ figures: Figures?) -> Void = { _, _, _ in },
        progress: (_ totalSteps: Int, _ firstStep: Int) -> ProgressReporter, shouldStop: () -> Bool = { false }
    ) throws -> Outcome {
        var removed: [String] = []
        // Layers may be trained at the same time by several programs; what replaces all of them wants to be alone.
        let start = try RunStart(
            folder.url, existing, names: PriorFolder.firstFiles, isShared: !isReplaced
        ) {
            // All at once and first: were training stopped in between, old priors would stay beside new ones.
            if isReplaced {
                removed = try folder.clear()
            } else {
                for layer in layers {
                    removed += try folder.run(layer: layer).clearUnused().map { "layer-\(layer + 1)/\($0)" }
                }
            }
        }
        logger.removed(removed)
        do {
            return try trainLayers(announce, completed, progress, shouldStop)
        } catch  where !space.layers.indices.contains(where: { folder.run(layer: $0).holdsRun }) {
            start.takeBack()
            throw error
        }
    }

    private func trainLayers(
        _ announce: (_ layer: Int, _ weights: Int, _ step: Int, _ totalSteps: Int) -> Void,
        _ completed: (_ layer: Int, _ step: Int, _ figures: Figures?) -> Void,
        _ progress: (_ totalSteps: Int, _ firstStep: Int) -> ProgressReporter, _ shouldStop: () -> Bool
    ) throws -> Outcome {
        if !PriorFolder.isPrior(folder.url) {
            try folder.write(
                PriorIdentity(space: space, training: PriorIdentity.training(configuration, codes)))
        }
        let identity = try folder.identity()
        let whole = ModelFolder(folder.url).configurationFile
        if !FileManager.default.fileExists(atPath: whole.path)
            || existing != .resume && layers.count == space.layers.count
        {
            try AtomicFile.write(configuration.jsonData(), to: whole)
        }
        for layer in layers {
            let runFolder = folder.run(layer: layer)
            // A layer that the interrupted command had not come to yet is begun.
            let isResumed = existing == .resume && runFolder.hasSettings
            let resolved =
                try
                (isResumed
                ? PriorConfiguration.resumed(
                    at: runFolder, requested: requested?.resolved(layer: layer, of: space.layers.count),
                    overrides: overrides, free: Self.freeSettings)
                : changed(configuration.resolved(layer: layer, of: space.layers.count)))
                .resolved(layer: layer, of: space.layers.count)
            let parts = try heldOut.map { (codes, $0) } ?? divided(by: resolved)
            let run = try PriorRun(
                resolved, layer: layer, codes: parts, of: identity, output: runFolder.url,
                existing: isResumed ? .resume : existing == .refuse ? .refuse : .replace, device: device,
                logger: logger, progress: progress)
            announce(layer, run.network.parameters.trainableCount, run.step, run.totalSteps)
            if case .interrupted(let step) = try run.run(shouldStop: shouldStop) {
                return .interrupted(layer: layer, step: step)
            }
            completed(layer, run.step, run.figures)
        }
        return .completed
    }

    /// What may change when a layer's training goes on.
    static let freeSettings = [
        "checkpoint.", "evaluation.every", "evaluation.images", "logging.", "training.steps", "training.epochs",
        "training.threads",
    ]

    private func changed(_ configuration: PriorConfiguration) throws -> PriorConfiguration {
        var result = configuration
        if existing == .resume { for override in overrides { try result.set(override) } }
        return result
    }

    /// Holds a share of the images out, chosen by a layer's own seed, so that it is the same when the layer is resumed.
    private func divided(by configuration: PriorConfiguration) throws -> (training: CodesFile, heldOut: CodesFile) {
        var stream = SeededGenerator(seed: configuration.seedBits, stream: "held out")
        let places = stream.permutation(of: codes.count)
        let share = Double(codes.count) * configuration.evaluation.heldOutShare
        let count = min(max(Int(share), 1), codes.count - 1)
        return (try codes.selected(places[count...].sorted()), try codes.selected(places[..<count].sorted()))
    }
}
