import OrderedCollections

/// A named tensor of a model: a weight that an optimiser trains, or a statistic that is only stored.
public final class Parameter {
    /// The dotted name, unique in its model, and the key in `model.safetensors`.
    public let name: String
    /// The value. Layers read it at each call, so that an average can stand in for evaluation.
    public internal(set) var tensor: Tensor
    /// Whether an optimiser trains it; else it is a statistic.
    public let isTrainable: Bool

    init(name: String, tensor: Tensor, isTrainable: Bool) {
        self.name = name
        self.tensor = tensor
        self.isTrainable = isTrainable
    }
}

/// The parameters of a model in the order in which its layers were made.
///
/// Optimiser, averaging, checkpoints and distribution walk this list; there is no reflection.
public final class ParameterStore {
    private var parameters: OrderedDictionary<String, Parameter> = [:]
    /// Where new parameters are made.
    public let device: Device

    /// An empty store.
    public init(device: Device = .cpu) { self.device = device }

    /// All parameters, in order.
    public var all: [Parameter] { Array(parameters.values) }
    /// The parameters that an optimiser trains, in order.
    public var trainable: [Parameter] { parameters.values.filter(\.isTrainable) }
    /// The parameter of a name.
    public subscript(name: String) -> Parameter? { parameters[name] }
    /// How many numbers are trained.
    public var trainableCount: Int { trainable.reduce(0) { $0 + $1.tensor.count } }

    func insert(_ parameter: Parameter) {
        precondition(parameters[parameter.name] == nil, "two parameters have the name '\(parameter.name)'")
        parameters[parameter.name] = parameter
    }

    /// Clears all gradients.
    ///
    /// - Throws: ``TorchError``.
    public func clearGradients() throws {
        for parameter in trainable { try parameter.tensor.setGradient(nil) }
    }

    /// The values by name, outside of differentiation; they share memory with the parameters.
    ///
    /// - Throws: ``TorchError``.
    public func state() throws -> [(name: String, tensor: Tensor)] {
        try all.map { ($0.name, try $0.tensor.detached()) }
    }

    /// The names of parameters that hold a number which is not finite, as after a run that diverged.
    ///
    /// - Throws: ``TorchError``.
    public func notFinite() throws -> [String] {
        try all.filter { try !$0.tensor.detached().isFinite() }.map(\.name)
    }

    /// Copies values into the parameters, all or none.
    ///
    /// - Parameters:
    ///   - state: Values by name; every parameter must be there in its shape, and nothing else.
    ///   - source: What to call the values in an error, such as a path.
    /// - Throws: ``TorchError/mismatchedParameters(source:problems:)`` with every missing, unknown and misshapen key.
    public func load(_ state: [String: Tensor], source: String) throws {
        var problems: [String] = []
        for parameter in all {
            guard let tensor = state[parameter.name] else {
                problems.append("missing: '\(parameter.name)' of shape \(parameter.tensor.shape)")
                continue
            }
            if tensor.shape != parameter.tensor.shape {
                problems.append(
                    "'\(parameter.name)' has the shape \(tensor.shape), the model's is \(parameter.tensor.shape)")
            }
        }
        for name in state.keys.sorted() where parameters[name] == nil {
            problems.append("unknown: '\(name)' is not a parameter of the model")
        }
        guard problems.isEmpty else { throw TorchError.mismatchedParameters(source: source, problems: problems) }
        try withoutGradients {
            for parameter in all {
                if let tensor = state[parameter.name] { try parameter.tensor.copyInPlace(from: tensor) }
            }
        }
    }
}
