import Settings

/// The configurations that come with the library, named as the command line names them.
///
/// A preset may start from another one, as a file of a user may: table 7 of the paper is table 6 but for a few values.
package enum Preset: String, ConfigurationPreset {
    /// Presets are of runs.
    package typealias Configuration = RunConfiguration

    /// FFHQ at 256×256, as in the paper.
    case ffhq = "hrvqvae-ffhq"
    /// ImageNet at 128×128, as in the paper.
    case imageNet = "hrvqvae-imagenet"
    /// CIFAR-10, as in the paper.
    case cifar10 = "hrvqvae-cifar10"
    /// MNIST, as in the paper.
    case mnist = "hrvqvae-mnist"
    /// FFHQ at 256×256 with VQ-VAE at the rate of HR-VQVAE.
    case vqvaeFFHQ = "vqvae-ffhq"
    /// ImageNet at 128×128 with VQ-VAE at the rate of HR-VQVAE.
    case vqvaeImageNet = "vqvae-imagenet"
    /// CIFAR-10 with VQ-VAE at the rate of HR-VQVAE.
    case vqvaeCIFAR10 = "vqvae-cifar10"
    /// MNIST with VQ-VAE at the rate of HR-VQVAE.
    case vqvaeMNIST = "vqvae-mnist"
    /// FFHQ at 256×256 with plain residual quantization at the rate of HR-VQVAE.
    case rqvaeFFHQ = "rqvae-ffhq"
    /// ImageNet at 128×128 with plain residual quantization at the rate of HR-VQVAE.
    case rqvaeImageNet = "rqvae-imagenet"
    /// CIFAR-10 with plain residual quantization at the rate of HR-VQVAE.
    case rqvaeCIFAR10 = "rqvae-cifar10"
    /// MNIST with plain residual quantization at the rate of HR-VQVAE.
    case rqvaeMNIST = "rqvae-mnist"
    /// CIFAR-10 with finite scalar quantization at the rate of HR-VQVAE.
    case fsqCIFAR10 = "fsq-cifar10"
    /// ImageNet at 128×128 with finite scalar quantization at the rate of HR-VQVAE.
    case fsqImageNet = "fsq-imagenet"
    /// FFHQ at 256×256 with VQ-VAE-2 as the paper retrained it (table 7).
    case vqvae2FFHQ = "vqvae2-ffhq"
    /// ImageNet at 128×128 with VQ-VAE-2 as the paper retrained it (table 7).
    case vqvae2ImageNet = "vqvae2-imagenet"
    /// CIFAR-10 with VQ-VAE-2 as the paper retrained it (table 7).
    case vqvae2CIFAR10 = "vqvae2-cifar10"
    /// MNIST with VQ-VAE-2 as the paper retrained it (table 7).
    case vqvae2MNIST = "vqvae2-mnist"
    /// FFHQ at 1024×1024 with VQ-VAE-2 as first published (table 4).
    case vqvae2OriginalFFHQ1024 = "vqvae2-original-ffhq1024"
    /// ImageNet at 256×256 with VQ-VAE-2 as first published (table 4).
    case vqvae2OriginalImageNet256 = "vqvae2-original-imagenet256"
    /// Glyphs drawn by the program: a demonstration of a minute or two on two cores.
    case glyphs = "hrvqvae-glyphs"
    /// A few seconds of training that touch every part, for tests.
    case tiny = "hrvqvae-tiny"

    /// The preset as it is written, with the reason for each value.
    package var yaml: String { String(decoding: bytes, as: UTF8.self) }

    private var bytes: [UInt8] {
        switch self {
        case .ffhq: PackageResources.hrvqvae_ffhq_yaml
        case .imageNet: PackageResources.hrvqvae_imagenet_yaml
        case .cifar10: PackageResources.hrvqvae_cifar10_yaml
        case .mnist: PackageResources.hrvqvae_mnist_yaml
        case .vqvaeFFHQ: PackageResources.vqvae_ffhq_yaml
        case .vqvaeImageNet: PackageResources.vqvae_imagenet_yaml
        case .vqvaeCIFAR10: PackageResources.vqvae_cifar10_yaml
        case .vqvaeMNIST: PackageResources.vqvae_mnist_yaml
        case .rqvaeFFHQ: PackageResources.rqvae_ffhq_yaml
        case .rqvaeImageNet: PackageResources.rqvae_imagenet_yaml
        case .rqvaeCIFAR10: PackageResources.rqvae_cifar10_yaml
        case .rqvaeMNIST: PackageResources.rqvae_mnist_yaml
        case .fsqCIFAR10: PackageResources.fsq_cifar10_yaml
        case .fsqImageNet: PackageResources.fsq_imagenet_yaml
        case .vqvae2FFHQ: PackageResources.vqvae2_ffhq_yaml
        case .vqvae2ImageNet: PackageResources.vqvae2_imagenet_yaml
        case .vqvae2CIFAR10: PackageResources.vqvae2_cifar10_yaml
        case .vqvae2MNIST: PackageResources.vqvae2_mnist_yaml
        case .vqvae2OriginalFFHQ1024: PackageResources.vqvae2_original_ffhq1024_yaml
        case .vqvae2OriginalImageNet256: PackageResources.vqvae2_original_imagenet256_yaml
        case .glyphs: PackageResources.hrvqvae_glyphs_yaml
        case .tiny: PackageResources.hrvqvae_tiny_yaml
        }
    }
}
