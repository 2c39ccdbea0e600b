import Autoencoders
import Datasets
import Features
import Foundation
import Torch
import Training

/// Measures several models on the same images.
package struct ModelComparison {
    private let models: [ComparedModel]
    private let inception: InceptionV3?
    private let classifier: ImageClassifier?
    private let device: Device

    /// Prepares a comparison.
    ///
    /// - Parameters:
    ///   - models: The models, all of one data set and shape.
    ///   - inception: The network of the Fréchet Inception distance, where its weights are there.
    ///   - classifier: A classifier of ours, for a Fréchet distance in its own feature space.
    ///   - device: Where the models are.
    /// - Throws: ``ComparisonError``.
    package init(
        _ models: [ComparedModel], inception: InceptionV3? = nil, classifier: ImageClassifier? = nil,
        device: Device = .cpu
    ) throws {
        try ComparedModel.check(models)
        self.models = models
        self.inception = inception
        self.classifier = classifier
        self.device = device
    }

    /// Encodes and decodes the images by every model, and measures.
    ///
    /// - Parameters:
    ///   - dataset: The images.
    ///   - split: Which part it is, for the report.
    ///   - limit: Only so many, spread over the data set; the same ones for every model.
    ///   - progress: Told the model's name, how many images are done, and how many there are.
    /// - Throws: `DatasetError`, `FeaturesError`, `TorchError`.
    package func report(
        _ dataset: any ImageDataset, split: DatasetPart, limit: Int? = nil,
        progress: (String, Int, Int) -> Void = { _, _, _ in }
    ) throws -> ComparisonReport {
        let extractors: [(any FeatureExtractor)?] = [inception, classifier]
        // What the originals give is the same for all models, and read with the first.
        var originals = try extractors.map { try $0.map { try FeatureStatistics(dimension: $0.dimension) } }
        var entries: [ComparisonReport.Entry] = []
        for (index, compared) in models.enumerated() {
            var reconstructions = try extractors.map { try $0.map { try FeatureStatistics(dimension: $0.dimension) } }
            let evaluator = Evaluator(model: compared.model, configuration: compared.configuration, device: device)
            let evaluation = try evaluator.evaluate(
                dataset, limit: limit, progress: { progress(compared.name, $0, $1) },
                observe: { batch, pixels in
                    for (place, extractor) in extractors.enumerated() {
                        guard let extractor else { continue }
                        if index == 0 { try originals[place]?.add(extractor.features(batch)) }
                        try reconstructions[place]?.add(
                            extractor.features(
                                pixels, count: batch.count, height: batch.shape.height, width: batch.shape.width,
                                channels: batch.shape.channels))
                    }
                })
            let distances = try zip(originals, reconstructions).map { original, reconstruction -> Double? in
                guard let original, let reconstruction, original.count > 1 else { return nil }
                return try FrechetDistance.between(original, reconstruction)
            }
            let description = ModelDescription(compared.configuration, compared.model)
            entries.append(
                ComparisonReport.Entry(
                    name: compared.name, kind: compared.configuration.kindName, evaluation: evaluation,
                    parameters: compared.model.parameters.all.reduce(0) { $0 + $1.tensor.count },
                    distancesPerPosition: description.distancesPerPosition,
                    searchedPerSecond: try SearchTiming.vectorsPerSecond(
                        compared.model, images(dataset, compared.configuration)),
                    frechetInceptionDistance: distances[0], frechetClassifierDistance: distances[1]))
        }
        let data = models[0].configuration.data
        return ComparisonReport(
            data: "\(data.kind.rawValue) \(data.width)×\(data.height)×\(data.channels)", split: split.rawValue,
            images: entries[0].evaluation.images, inceptionSHA256: inception?.digest,
            inceptionFeatures: inception?.dimension, classifierFeatures: classifier?.dimension, entries: entries)
    }

    /// A batch for timing the search.
    private func images(_ dataset: any ImageDataset, _ configuration: RunConfiguration) throws -> Tensor {
        let batch = try dataset.samples(spread: 16)
        return try batch.tensor(padding: configuration.data.padding, on: device)
    }
}
