import Files
import Settings

/// Everything that decides a training run, apart from where its data and its output lie.
///
/// Read from YAML or JSON strictly: a key that is not known, or a value of the wrong type, is an error that names the
/// dotted key. ``resolve(preset:file:overrides:)`` lays presets, files and overrides over the defaults;
/// ``ModelFolder/save(_:parameters:step:)`` writes the result so that reading it gives an equal configuration.
public struct RunConfiguration: TrainableConfiguration, Codable {
    /// The configurations that come with the library.
    package typealias Preset = Training.Preset

    /// What is configured.
    package static let formatName = "autoencoder"
    /// The version of the stored form that this library writes, and the newest that it reads.
    package static let formatVersion = 1
    /// The command that lists all keys.
    package static let help: Message = "\(phrase: .runSettings)"

    /// Which images a run sees.
    public var data: DataConfiguration
    /// The encoder and decoder.
    public var model: ModelConfiguration
    /// The codebooks.
    public var quantizer: QuantizerConfiguration
    /// What is minimized.
    public var objective: ObjectiveConfiguration
    /// Adam and its learning rate.
    public var optimizer: OptimizerConfiguration
    /// How long and in which arithmetic a run trains.
    public var training: TrainingConfiguration
    /// When a run is saved.
    public var checkpoint: CheckpointConfiguration
    /// When a run is measured.
    public var evaluation: EvaluationConfiguration
    /// What a run writes down.
    public var logging: LoggingConfiguration

    /// The defaults.
    public init() { self.init(data: .init()) }

    /// Makes a configuration from its sections; nothing is checked before ``validate()``.
    package init(
        data: DataConfiguration = .init(), model: ModelConfiguration = .init(),
        quantizer: QuantizerConfiguration = .init(), objective: ObjectiveConfiguration = .init(),
        optimizer: OptimizerConfiguration = .init(),
        training: TrainingConfiguration = .init(), checkpoint: CheckpointConfiguration = .init(),
        evaluation: EvaluationConfiguration = .init(), logging: LoggingConfiguration = .init()
    ) {
        self.data = data
        self.model = model
        self.quantizer = quantizer
        self.objective = objective
        self.optimizer = optimizer
        self.training = training
        self.checkpoint = checkpoint
        self.evaluation = evaluation
        self.logging = logging
    }
}
