/// The experiments that come with the library.
package enum ExperimentPreset: String, CaseIterable, Sendable {
    /// Claims 1 to 4 on MNIST.
    case mnist = "claims-mnist"
    /// Claims 1 to 4 on CIFAR-10.
    case cifar10 = "claims-cifar10"
    /// The same on built-in glyphs with tiny models, in seconds: for tests.
    case tiny = "claims-tiny"

    /// Finds a preset.
    ///
    /// - Throws: ``ExperimentError/unknownPreset(name:known:)``.
    package init(name: String) throws {
        guard let preset = ExperimentPreset(rawValue: name) else {
            throw ExperimentError.unknownPreset(name: name, known: Self.allCases.map(\.rawValue))
        }
        self = preset
    }

    /// The declaration as it is written, with its reasons.
    package var yaml: String {
        let bytes =
            switch self {
            case .mnist: PackageResources.claims_mnist_yaml
            case .cifar10: PackageResources.claims_cifar10_yaml
            case .tiny: PackageResources.claims_tiny_yaml
            }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The declaration.
    ///
    /// - Throws: ``ExperimentError`` where the text is not one, which the tests rule out.
    package func configuration() throws -> ExperimentConfiguration {
        try ExperimentConfiguration(yaml: yaml, source: "experiment \(rawValue)")
    }
}
