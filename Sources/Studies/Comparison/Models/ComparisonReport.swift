import Files
import Foundation
import Metrics
import Training

/// Models measured on the same images; the keys of `comparison.json`.
package struct ComparisonReport: Codable, Sendable, Equatable {
    /// One model's figures.
    package struct Entry: Codable, Sendable, Equatable {
        /// What tables call the model.
        package var name: String
        /// `hrvqvae`, `vqvae`, `vqvae2` or `rqvae`.
        package var kind: String
        /// Errors, usage, rate and speed.
        package var evaluation: EvaluationReport
        /// Trained numbers and codewords.
        package var parameters: Int
        /// Distances computed for a latent position, over all layers.
        package var distancesPerPosition: Int
        /// Vectors a second that the nearest-codeword search alone quantizes in all layers.
        package var searchedPerSecond: Double
        /// Fréchet Inception distance between originals and reconstructions; absent without Inception's weights.
        package var frechetInceptionDistance: Double?
        /// The Fréchet distance in the feature space of a classifier of ours; absent without one.
        package var frechetClassifierDistance: Double?
    }

    /// The data set, as its kind and shape.
    package var data: String
    /// Which part of it.
    package var split: String
    /// Images measured.
    package var images: Int
    /// The SHA-256 of Inception's weights, where they were given.
    package var inceptionSHA256: String?
    /// Features of Inception, where its weights were given: with fewer images than these a Fréchet distance says little.
    package var inceptionFeatures: Int?
    /// Features of the classifier, where one was given.
    package var classifierFeatures: Int?
    /// The models in the order given.
    package var entries: [Entry]

    /// The report as JSON with sorted keys.
    ///
    /// - Throws: `EncodingError`.
    package func json() throws -> Data {
        try ReportJSON.data(self)
    }
}
