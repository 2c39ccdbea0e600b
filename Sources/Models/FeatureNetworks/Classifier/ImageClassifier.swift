import Datasets
import Files
import Torch

/// A small convolutional classifier, and the features that it decides by.
///
///     8-bit pixels ─► 2x/255 − 1 ─► 3×3, ReLU ─► ┌ 3×3 of stride 2, ReLU ─► h + ReLU(3×3 of h) ┐ ─► means on 4×4 parts
///                                               └─────── until a side is at most 8 ────────────┘
///       ─► linear, ReLU (features, F) ─► linear (logits, one a class)
///
/// The channels are `hiddenUnits`, then twice and four times as many. For data sets of digits or small pictures, on
/// which features of ``InceptionV3`` say little. Runs in float32. Weights start evenly from ±√(6/inputs) with biases of
/// 0 (He et al. 2015: without normalisation the signal keeps its size through the layers), the last layer's with
/// PyTorch's default.
package final class ImageClassifier: FeatureExtractor {
    /// `classifier`.
    package let name = "classifier"
    /// F.
    package var dimension: Int { configuration.featureDimension }
    /// What it was made from.
    package let configuration: ClassifierConfiguration
    /// All weights, such as `stages.0.down.weight`.
    package let parameters: ParameterStore
    private let stem: Convolution2D
    private let stages: [(down: Convolution2D, refine: Convolution2D)]
    private let hidden: Convolution2D
    private let output: Convolution2D

    private static let chunk = 64
    /// Where in the image something is matters for digits: means of a few parts learn in fewer steps than the
    /// mean of all.
    private static let parts = 4

    /// A classifier with fresh weights from the seed's stream "classifier".
    ///
    /// - Throws: `ConfigurationError`, `MemoryError`, `TorchError`.
    package init(_ configuration: ClassifierConfiguration, device: Device = .cpu) throws {
        try configuration.validateModel()
        if device == .cpu {
            try ImageClassifier(configuration, device: .meta).parameters.requireMemory(
                for: "a classifier of these settings",
                remedy: "choose fewer hiddenUnits, a smaller featureDimension or smaller images")
        }
        self.configuration = configuration
        parameters = ParameterStore(device: device)
        var stream = SeededGenerator(seed: UInt64(configuration.seed), stream: "classifier")
        let generator = try Generator(seed: stream.next(), device: device == .meta ? .meta : .cpu)
        let scope = Scope(store: parameters, generator: generator)
        var channels = configuration.hiddenUnits
        stem = try Convolution2D(
            scope / "stem", inputs: configuration.shape.channels, outputs: channels, filter: 3, padding: 1)
        var made: [(down: Convolution2D, refine: Convolution2D)] = []
        var side = min(configuration.shape.height, configuration.shape.width)
        repeat {
            let place = scope / "stages" / made.count
            let wider = min(channels * 2, configuration.hiddenUnits * 4)
            made.append(
                (
                    try Convolution2D(
                        place / "down", inputs: channels, outputs: wider, filter: 3, stride: 2, padding: 1),
                    try Convolution2D(place / "refine", inputs: wider, outputs: wider, filter: 3, padding: 1)
                ))
            channels = wider
            side = (side + 1) / 2
        } while side > 8
        stages = made
        // A linear layer is a convolution whose filter is as large as the image.
        hidden = try Convolution2D(
            scope / "hidden", inputs: channels, outputs: configuration.featureDimension, filter: Self.parts)
        output = try Convolution2D(
            scope / "output", inputs: configuration.featureDimension, outputs: configuration.classNames.count,
            filter: 1)
        for parameter in parameters.all where !parameter.name.hasPrefix("output.") {
            let values = try parameter.tensor.detached()
            // PyTorch's default is ±1/√inputs.
            if parameter.name.hasSuffix(".bias") {
                try values.fillInPlace(0)
            } else {
                try values.multiplyInPlace(6.0.squareRoot())
            }
        }
    }

    /// Features and logits with gradients.
    ///
    /// - Parameter images: float32 [N, C, H, W] in [0, 1], channels-last.
    /// - Returns: Features [N, F], at least 0, and logits [N, classes].
    /// - Throws: `TorchError`.
    package func forward(_ images: Tensor) throws -> (features: Tensor, logits: Tensor) {
        var value = try stem(images * 2 - 1).relu()
        for stage in stages {
            value = try stage.down(value).relu()
            value = try value + stage.refine(value).relu()
        }
        let pooled = try FeatureOperators.adaptiveAveragePool(.tensor(value), .integers([Self.parts, Self.parts]))
        let features = try hidden(pooled).relu()
        return (
            try features.reshaped([features.size(0), configuration.featureDimension]),
            try output(features).reshaped([features.size(0), configuration.classNames.count])
        )
    }

    /// The activations of the last hidden layer; see the protocol.
    ///
    /// - Throws: ``FeaturesError/wrongPixelCount(found:count:shape:)``,
    ///   ``FeaturesError/wrongShape(extractor:found:expected:)``, `TorchError`.
    package func features(_ pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int) throws -> Tensor {
        try map(pixels, count, height, width, channels) { try forward($0).features }
    }

    /// The scores before softmax.
    ///
    /// Its parameters are those of ``features(_:count:height:width:channels:)``.
    ///
    /// - Returns: float32 [N, classes].
    /// - Throws: As ``features(_:count:height:width:channels:)``.
    package func logits(_ pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int) throws -> Tensor {
        try map(pixels, count, height, width, channels) { try forward($0).logits }
    }

    /// How likely each class is, by softmax of the logits.
    ///
    /// Its parameters are those of ``features(_:count:height:width:channels:)``.
    ///
    /// - Returns: float32 [N, classes], each row with the sum 1.
    /// - Throws: As ``features(_:count:height:width:channels:)``.
    package func probabilities(_ pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int) throws -> Tensor {
        try withoutGradients {
            try FeatureOperators.softmax(
                .tensor(logits(pixels, count: count, height: height, width: width, channels: channels)), 1, .none)
        }
    }

    /// The likeliest class of each image, as its number in the configuration's `classNames`.
    ///
    /// Its parameters are those of ``features(_:count:height:width:channels:)``.
    /// - Throws: As ``features(_:count:height:width:channels:)``.
    package func classify(_ pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int) throws -> [Int] {
        let logits = try logits(pixels, count: count, height: height, width: width, channels: channels)
        return try FeatureOperators.argmax(.tensor(logits), 1, false).array(of: Int64.self).map(Int.init)
    }

    /// The likeliest class of each image of a batch.
    ///
    /// - Throws: As ``features(_:count:height:width:channels:)``.
    package func classify(_ batch: ImageBatch) throws -> [Int] {
        try classify(
            batch.pixels, count: batch.count, height: batch.shape.height, width: batch.shape.width,
            channels: batch.shape.channels)
    }

    private func map(
        _ pixels: [UInt8], _ count: Int, _ height: Int, _ width: Int, _ channels: Int, _ body: (Tensor) throws -> Tensor
    ) throws -> Tensor {
        let found = ImageShape(channels: channels, height: height, width: width)
        let own = configuration.shape
        guard found.height == own.height, found.width == own.width else {
            throw FeaturesError.wrongShape(extractor: name, found: found, expected: own.description)
        }
        return try PixelChunks.map(
            pixels, count: count, shape: found, channels: own.channels, size: Self.chunk, device: parameters.device,
            extractor: name, body)
    }
}
