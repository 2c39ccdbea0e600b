import Files
import OrderedCollections

/// A named tensor of a model: a weight that an optimiser trains, or a statistic that is only stored.
public final class Parameter {
    /// The dotted name, unique in its model, and the key in `model.safetensors`.
    public let name: String
    /// The value. Layers read it at each call, so that an average can stand in for evaluation.
    public internal(set) var tensor: Tensor
    /// Whether an optimiser trains it; else it is a statistic.
    public let isTrainable: Bool
    /// A bfloat16 copy of a value, and the value.
    private var kept: (source: Tensor, copy: Tensor)?
    /// A gradient that a layer of ours left here, in whatever type it came.
    private var ownGradient: Tensor?
    /// Lines, along an axis more than the parameter has, that add up to a gradient; in float32, and each in memory as the
    /// parameter is.
    private(set) var gradientLines: Tensor?

    init(name: String, tensor: Tensor, isTrainable: Bool) {
        self.name = name
        self.tensor = tensor
        self.isTrainable = isTrainable
    }

    /// A bfloat16 copy that the optimiser keeps up to date, so that convolutions need not convert at each use; `nil`
    /// where none is kept, or another value stands in for the one that was copied.
    var copy: Tensor? { kept.flatMap { $0.source === tensor ? $0.copy : nil } }

    /// The value in an element type, outside of differentiation.
    ///
    /// - Throws: ``TorchError``.
    func value(_ type: DataType) throws -> Tensor {
        if type == .bfloat16, let copy { return copy }
        return try withoutGradients { try tensor.detached().to(type) }
    }

    /// Keeps a bfloat16 copy from now on; whoever changes the value brings it up to date.
    ///
    /// - Throws: ``TorchError``.
    func keepCopy() throws { kept = (tensor, try withoutGradients { try tensor.detached().to(.bfloat16) }) }

    /// Brings the copy up to date, where there is one.
    ///
    /// - Throws: ``TorchError``.
    func refreshCopy() throws { try withoutGradients { try copy?.copyInPlace(from: tensor.detached()) } }

    /// The gradient that ``Tensor/backward()`` left, in the type of the layer where that is a layer of ours on a CUDA
    /// device, else in the parameter's.
    ///
    /// - Throws: ``TorchError``.
    package func gradient() throws -> Tensor? {
        try withoutGradients {
            let parts = try [tensor.gradient(), ownGradient, gradientLines?.sum(axes: [0])].compactMap(\.self)
            guard let first = parts.first else { return nil }
            return try parts.dropFirst().reduce(first) { try $0.to(.float32) + $1.to(.float32) }
        }
    }

    /// Leaves a gradient; added to what is there.
    ///
    /// - Throws: ``TorchError``.
    func add(gradient: Tensor) throws { ownGradient = try ownGradient.map { try $0 + gradient } ?? gradient }

    /// Leaves lines that add up to a gradient, along an axis more than the parameter has; added to what is there.
    ///
    /// - Throws: ``TorchError``.
    func add(lines: Tensor) throws {
        gradientLines = try gradientLines.map { try Tensor.concatenate([$0, lines], axis: 0) } ?? lines
    }

    /// The gradient as the optimiser's kernel takes it: lines where these are all there is.
    ///
    /// - Throws: ``TorchError``.
    func gradientOrLines() throws -> Tensor? {
        if let gradientLines, ownGradient == nil, try tensor.gradient() == nil { return gradientLines }
        return try gradient()
    }

    /// Multiplies the gradient, in whatever parts it is, with a number.
    ///
    /// - Throws: ``TorchError``.
    func scaleGradient(by factor: Double) throws {
        for part in try [tensor.gradient(), ownGradient, gradientLines] { try part?.multiplyInPlace(factor) }
    }

    /// Forgets the gradient.
    ///
    /// - Throws: ``TorchError``.
    func clearGradient() throws {
        gradientLines = nil
        ownGradient = nil
        try tensor.setGradient(nil)
    }
}

/// The parameters of a model in the order in which its layers were made.
///
/// Optimiser, averaging, checkpoints and distribution walk this list; there is no reflection.
public final class ParameterStore {
    private var parameters: OrderedDictionary<String, Parameter> = [:]
    /// Where new parameters are made.
    package let device: Device

    /// An empty store.
    public init(device: Device = .cpu) { self.device = device }

    /// All parameters, in order.
    public var all: [Parameter] { Array(parameters.values) }
    /// The parameters that an optimiser trains, in order.
    public var trainable: [Parameter] { parameters.values.filter(\.isTrainable) }
    /// The parameter of a name.
    package subscript(name: String) -> Parameter? { parameters[name] }
    /// How many numbers are trained.
    public var trainableCount: Int { trainable.reduce(0) { $0 + $1.tensor.count } }

    func insert(_ parameter: Parameter) {
        precondition(parameters[parameter.name] == nil, "two parameters have the name '\(parameter.name)'")
        parameters[parameter.name] = parameter
    }

    /// Keeps bfloat16 copies of all weights, which optimisers bring up to date after each step: a conversion at each use
    /// is a pass over memory, and on a GPU a kernel. No effect on results.
    ///
    /// - Throws: ``TorchError``.
    package func keepCopies() throws {
        for parameter in trainable where parameter.tensor.dataType == .float32 {
            try parameter.keepCopy()
        }
    }

    /// Clears all gradients.
    ///
    /// - Throws: ``TorchError``.
    package func clearGradients() throws {
        for parameter in trainable { try parameter.clearGradient() }
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
    package func notFinite() throws -> [String] {
        try all.filter { try !$0.tensor.detached().isFinite() }.map(\.name)
    }

    /// Copies values into the parameters, all or none.
    ///
    /// - Parameters:
    ///   - state: Values by name; every parameter must be there in its shape, and nothing else.
    ///   - source: What to call the values in an error, such as a path.
    /// - Throws: ``TorchError/mismatchedParameters(source:problems:)`` with every missing, unknown and misshapen key.
    package func load(_ state: [String: Tensor], source: String) throws {
        try check(state.mapValues(\.shape), source: source)
        try withoutGradients {
            for parameter in all {
                if let tensor = state[parameter.name] { try parameter.tensor.copyInPlace(from: tensor) }
                try parameter.refreshCopy()
            }
        }
    }

    /// Checks that values of these shapes can be loaded.
    ///
    /// - Parameters:
    ///   - shapes: Shapes by name.
    ///   - source: What to call the values in an error, such as a path.
    /// - Throws: ``TorchError/mismatchedParameters(source:problems:)`` with every missing, unknown and misshapen key.
    package func check(_ shapes: [String: [Int]], source: String) throws {
        var problems: [String] = []
        for parameter in all {
            guard let shape = shapes[parameter.name] else {
                problems.append("missing: '\(parameter.name)' of shape \(parameter.tensor.shape)")
                continue
            }
            if shape != parameter.tensor.shape {
                problems.append(
                    "'\(parameter.name)' has the shape \(shape), the model's is \(parameter.tensor.shape)")
            }
        }
        for name in shapes.keys.sorted() where parameters[name] == nil {
            problems.append("unknown: '\(name: name)' is not a parameter of the model")
        }
        guard problems.isEmpty else { throw TorchError.mismatchedParameters(source: source, problems: problems) }
    }
}
