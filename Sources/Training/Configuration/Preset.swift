import Foundation

/// The configurations that come with the library, named as the command line names them.
public enum Preset: String, CaseIterable, Sendable {
    /// FFHQ at 256×256, as in the paper.
    case ffhq = "hrvqvae-ffhq"
    /// ImageNet at 128×128, as in the paper.
    case imageNet = "hrvqvae-imagenet"
    /// CIFAR-10, as in the paper.
    case cifar10 = "hrvqvae-cifar10"
    /// MNIST, as in the paper.
    case mnist = "hrvqvae-mnist"
    /// Glyphs drawn by the program: a demonstration of a minute or two on two cores.
    case glyphs = "hrvqvae-glyphs"
    /// A few seconds of training that touch every part, for tests.
    case tiny = "hrvqvae-tiny"

    /// Finds a preset.
    ///
    /// - Throws: ``ConfigurationError/unknownPreset(name:suggestion:known:)`` with the nearest name.
    public init(name: String) throws {
        guard let preset = Preset(rawValue: name) else {
            let known = Preset.allCases.map(\.rawValue)
            throw ConfigurationError.unknownPreset(
                name: name, suggestion: Suggestion.nearest(to: name, among: known), known: known)
        }
        self = preset
    }

    /// The preset as it is written, with the reason for each value.
    public var yaml: String { String(decoding: bytes, as: UTF8.self) }

    /// What the preset is for: the first line of its text.
    public var summary: String {
        let line = yaml.prefix { $0 != "\n" }
        return line.drop { $0 == "#" || $0 == " " }.trimmingCharacters(in: .whitespaces)
    }

    /// The preset over the defaults.
    ///
    /// - Throws: ``ConfigurationError`` where the text is not a configuration, which the tests rule out.
    public func configuration() throws -> RunConfiguration {
        var configuration = RunConfiguration()
        let source = "preset \(rawValue)"
        try configuration.apply(try ConfigurationValue(yaml: yaml, source: source), source: source)
        return configuration
    }

    private var bytes: [UInt8] {
        switch self {
        case .ffhq: PackageResources.hrvqvae_ffhq_yaml
        case .imageNet: PackageResources.hrvqvae_imagenet_yaml
        case .cifar10: PackageResources.hrvqvae_cifar10_yaml
        case .mnist: PackageResources.hrvqvae_mnist_yaml
        case .glyphs: PackageResources.hrvqvae_glyphs_yaml
        case .tiny: PackageResources.hrvqvae_tiny_yaml
        }
    }
}
