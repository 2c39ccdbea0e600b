import Settings
import Training

/// The configurations of priors that come with the library, named as the command line names them.
package enum PriorPreset: String, ConfigurationPreset {
    /// What these presets configure.
    package typealias Configuration = PriorConfiguration

    /// HR-VQVAE on FFHQ at 256×256 (table 8).
    case hrvqvaeFFHQ = "prior-hrvqvae-ffhq"
    /// HR-VQVAE on ImageNet at 128×128 (table 8).
    case hrvqvaeImageNet = "prior-hrvqvae-imagenet"
    /// HR-VQVAE on CIFAR-10 (table 8).
    case hrvqvaeCIFAR10 = "prior-hrvqvae-cifar10"
    /// HR-VQVAE on MNIST (table 8).
    case hrvqvaeMNIST = "prior-hrvqvae-mnist"
    /// VQ-VAE-2 on FFHQ at 256×256 (table 9).
    case vqvae2FFHQ = "prior-vqvae2-ffhq"
    /// VQ-VAE-2 on ImageNet at 128×128 (table 9).
    case vqvae2ImageNet = "prior-vqvae2-imagenet"
    /// VQ-VAE-2 on CIFAR-10 (table 9).
    case vqvae2CIFAR10 = "prior-vqvae2-cifar10"
    /// VQ-VAE-2 on MNIST (table 9).
    case vqvae2MNIST = "prior-vqvae2-mnist"
    /// A small prior for the codes of small images: minutes a layer on two cores.
    case small = "prior-small"
    /// The glyphs of the demonstration.
    case glyphs = "prior-glyphs"
    /// A few seconds of training that touch every part, for tests.
    case tiny = "prior-tiny"

    /// The preset as it is written, with the reason for each value.
    package var yaml: String { String(decoding: bytes, as: UTF8.self) }

    private var bytes: [UInt8] {
        switch self {
        case .hrvqvaeFFHQ: PackageResources.prior_hrvqvae_ffhq_yaml
        case .hrvqvaeImageNet: PackageResources.prior_hrvqvae_imagenet_yaml
        case .hrvqvaeCIFAR10: PackageResources.prior_hrvqvae_cifar10_yaml
        case .hrvqvaeMNIST: PackageResources.prior_hrvqvae_mnist_yaml
        case .vqvae2FFHQ: PackageResources.prior_vqvae2_ffhq_yaml
        case .vqvae2ImageNet: PackageResources.prior_vqvae2_imagenet_yaml
        case .vqvae2CIFAR10: PackageResources.prior_vqvae2_cifar10_yaml
        case .vqvae2MNIST: PackageResources.prior_vqvae2_mnist_yaml
        case .small: PackageResources.prior_small_yaml
        case .glyphs: PackageResources.prior_glyphs_yaml
        case .tiny: PackageResources.prior_tiny_yaml
        }
    }
}
