import Files
import Foundation
import Metrics
import Training

/// Models measured on the same images; the keys of `comparison.json`.
public struct ComparisonReport: Codable, Sendable, Equatable {
    /// One model's figures.
    public struct Entry: Codable, Sendable, Equatable {
        /// What tables call the model.
        public var name: String
        /// `hrvqvae`, `vqvae`, `vqvae2` or `rqvae`.
        public var kind: String
        /// Errors, usage, rate and speed.
        public var evaluation: EvaluationReport
        /// Trained numbers and codewords.
        public var parameters: Int
        /// Distances computed for a latent position, over all layers.
        public var distancesPerPosition: Int
        /// Vectors a second that the nearest-codeword search alone quantizes in all layers.
        public var searchedPerSecond: Double
        /// Fréchet Inception distance between originals and reconstructions; absent without Inception's weights.
        public var frechetInceptionDistance: Double?
        /// The Fréchet distance in the feature space of a classifier of ours; absent without one.
        public var frechetClassifierDistance: Double?
    }

    /// The data set, as its kind and shape.
    public var data: String
    /// Which part of it.
    public var split: String
    /// Images measured.
    public var images: Int
    /// The SHA-256 of Inception's weights, where they were given.
    public var inceptionSHA256: String?
    /// Features of Inception, where its weights were given: with fewer images than these a Fréchet distance says little.
    public var inceptionFeatures: Int?
    /// Features of the classifier, where one was given.
    public var classifierFeatures: Int?
    /// The models in the order given.
    public var entries: [Entry]

    /// The report as JSON with sorted keys.
    ///
    /// - Throws: `EncodingError`.
    public func json() throws -> Data {
        try ReportJSON.data(self)
    }
}
