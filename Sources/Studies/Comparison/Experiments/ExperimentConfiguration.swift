import Files
import Settings

/// A declared experiment: which models are trained, how long, with which seeds, and what is read off them.
///
/// Claims 1 to 4 of HR-VQVAE (Adiban et al. 2022): a lower error than VQ-VAE-2 and VQ-VAE when trained alike, codebooks
/// that grow without collapse, a faster search, a better rate.
package struct ExperimentConfiguration: KeyedConfiguration, Codable {
    /// The experiments that come with the library.
    package typealias Preset = ExperimentPreset

    /// What is configured.
    package static let formatName = "experiment"
    /// The version of the stored form that this library writes, and the newest that it reads.
    package static let formatVersion = 1
    /// The command that lists all keys.
    package static let help: Message = "\(phrase: .experimentSettings)"

    /// Models that are trained alike and compared.
    package struct Models: Codable, Sendable, Equatable {
        /// The presets, the one that should win first.
        package var presets: [String] = []
        /// Every preset is trained once with each.
        package var seeds: [Int] = []
        /// Training steps.
        package var steps = 0
    }

    /// A hierarchy that grows, beside flat codebooks of as many codewords.
    package struct Sweep: Codable, Sendable, Equatable {
        /// The preset of the hierarchy.
        package var hierarchical = ""
        /// The preset of the flat codebook.
        package var flat = ""
        /// Codewords a codebook, m; one value where the layers grow.
        package var branching: [Int] = []
        /// Layers n; one value where the branching grows.
        package var layers: [Int] = []
        /// Every setting is trained once with each.
        package var seeds: [Int] = []
        /// Training steps.
        package var steps = 0

        /// The hierarchies as (m, n), one after the other.
        var hierarchies: [(branching: Int, layers: Int)] {
            branching.flatMap { branching in layers.map { (branching, $0) } }
        }
    }

    /// What the experiment shows, as a heading.
    package var title = ""
    /// Settings of all runs, `key=value`.
    package var settings: [String] = []
    /// Test images that the final figures are read on.
    package var images = 0
    /// Evaluations along each run of ``models``, for the curves.
    package var curvePoints = 0
    /// Claim 1.
    package var models = Models()
    /// Claim 2 and 3, m growing.
    package var branching = Sweep()
    /// Claim 2 and 3, n growing.
    package var layers = Sweep()
    /// Claim 4: presets whose rates are compared.
    package var rates: [String] = []

    /// A declaration of nothing: what has to be said has no default.
    package init() {}
}
