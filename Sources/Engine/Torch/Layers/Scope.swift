/// A place in a model: where its parameters go, under which name, and where their initial numbers come from.
///
/// `scope / "encoder" / "down"` names the parts; layers add the last part themselves.
public struct Scope {
    /// The store that receives parameters.
    package let store: ParameterStore
    /// The source of initial values.
    package let generator: Generator
    /// The dotted name so far.
    package let path: String

    /// The root of a model.
    public init(store: ParameterStore, generator: Generator) {
        self.init(store: store, generator: generator, path: "")
    }

    private init(store: ParameterStore, generator: Generator, path: String) {
        self.store = store
        self.generator = generator
        self.path = path
    }

    /// A part of this place.
    package static func / (scope: Scope, name: String) -> Scope {
        Scope(
            store: scope.store, generator: scope.generator,
            path: scope.path.isEmpty ? name : "\(scope.path).\(name)")
    }

    /// A numbered part of this place.
    package static func / (scope: Scope, index: Int) -> Scope { scope / "\(index)" }

    /// Adds a parameter, moved to the store's device.
    ///
    /// - Throws: ``TorchError``.
    package func parameter(_ name: String, _ value: Tensor, isTrainable: Bool = true) throws -> Parameter {
        let tensor = try value.to(store.device)
        if isTrainable { try tensor.setRequiresGradient(true) }
        let parameter = Parameter(name: (self / name).path, tensor: tensor, isTrainable: isTrainable)
        store.insert(parameter)
        return parameter
    }
}
