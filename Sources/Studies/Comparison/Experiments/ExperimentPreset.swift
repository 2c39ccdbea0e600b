import Settings

/// The experiments that come with the library.
package enum ExperimentPreset: String, ConfigurationPreset {
    /// What these presets configure.
    package typealias Configuration = ExperimentConfiguration

    /// Claims 1 to 4 on MNIST.
    case mnist = "claims-mnist"
    /// Claims 1 to 4 on CIFAR-10.
    case cifar10 = "claims-cifar10"
    /// The same on built-in glyphs with tiny models, in seconds: for tests.
    case tiny = "claims-tiny"

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
}
