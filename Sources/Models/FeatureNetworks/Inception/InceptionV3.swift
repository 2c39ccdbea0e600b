import Datasets
import Files
import Foundation
import Torch

/// The Inception network whose pooled features the Fréchet inception distance (FID) is defined on.
///
///     8-bit pixels ─► x/255 ─► 299×299, bilinear ─► 2x − 1 ─► convolutions, three grids of blocks ─► mean ─► 2048
///
/// Not torchvision's Inception: average pooling leaves the border out, the last block pools by maxima, and the weights
/// are TensorFlow's of 5 December 2015. Agrees with `InceptionV3` of the project pytorch-fid. Batch normalisation is
/// folded into the convolutions when weights are loaded. Runs in float32. Sources: Szegedy et al. 2016; Heusel et al.
/// 2017, "GANs Trained by a Two Time-Scale Update Rule" (the distance).
package final class InceptionV3: FeatureExtractor {
    /// `inception-v3`.
    package let name = "inception-v3"
    /// 2048.
    package let dimension = 2048
    /// The SHA-256 of the file that the weights came from, to be told beside figures; `nil` for given weights.
    package let digest: String?
    private let blocks: [InceptionBlock]
    private let device: Device

    /// The side of the square that every image is resized to.
    static let side = 299
    /// Images that go through at a time; one takes 5.5 MB in its largest activation.
    private static let chunk = 16

    /// Loads weights from a file.
    ///
    /// - Parameters:
    ///   - file: The state dictionary of pytorch-fid's network as safetensors. The project publishes it as `.pth`; a
    ///     converted file has another digest than the published one.
    ///   - expectedDigest: The SHA-256 that the file must have, 64 hexadecimal digits; `nil` takes any file.
    ///   - device: Where the network runs.
    /// - Throws: ``FeaturesError/mismatchedDigest(path:found:expected:)``, ``FeaturesError/malformedDigest(text:)``,
    ///   ``FeaturesError/notInception(source:problems:)`` with every missing, misshapen and unknown key, `FileError`.
    package convenience init(file: URL, expectedDigest: String? = nil, device: Device = .cpu) throws {
        let remedy: Message = "give the weights of pytorch-fid's Inception as a safetensors file"
        let digest = try FileDigest.sha256(file, expected: expectedDigest, remedy: remedy)
        let state = try Safetensors.read(file, remedy: remedy).tensors
        try self.init(state: state, source: file.path, digest: digest, device: device)
    }

    /// Takes weights as they are.
    ///
    /// - Parameters:
    ///   - state: Tensors by key, such as `Mixed_5b.branch1x1.conv.weight` and `….bn.weight`, `….bn.bias`,
    ///     `….bn.running_mean`, `….bn.running_var`. The keys `fc.…`, `AuxLogits.…` and `….num_batches_tracked` may be
    ///     there and are not used; any other unknown key is an error.
    ///   - source: What errors call the weights.
    ///   - digest: The SHA-256 of the file that they came from.
    ///   - device: Where the network runs.
    /// - Throws: ``FeaturesError/notInception(source:problems:)`` with every missing, misshapen and unknown key.
    package init(state: [String: Tensor], source: String, digest: String? = nil, device: Device = .cpu) throws {
        self.digest = digest
        self.device = device
        blocks = try withoutGradients {
            let weights = InceptionWeights(state, device: device)
            let blocks = try InceptionBuilder(weights: weights).blocks()
            try weights.finish(source: source)
            return blocks
        }
    }

    /// The 2048 pooled features of each image, all at least 0; see the protocol.
    ///
    /// - Throws: ``FeaturesError/wrongPixelCount(found:count:shape:)``,
    ///   ``FeaturesError/wrongShape(extractor:found:expected:)``, `TorchError`.
    package func features(_ pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int) throws -> Tensor {
        let shape = ImageShape(channels: channels, height: height, width: width)
        return try PixelChunks.map(
            pixels, count: count, shape: shape, channels: 3, size: Self.chunk, device: device, extractor: name
        ) { images in
            try blocks.reduce(Self.prepared(images)) { try $1($0) }.meanOfPositions()
        }
    }

    /// The mean over positions of every channel of every block, to tell in which block two networks part.
    func blockMeans(
        _ pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int
    ) throws -> [(name: String, means: Tensor)] {
        var results: [(name: String, means: Tensor)] = []
        let shape = ImageShape(channels: channels, height: height, width: width)
        _ = try PixelChunks.map(
            pixels, count: count, shape: shape, channels: 3, size: count, device: device, extractor: name
        ) { images in
            try blocks.reduce(Self.prepared(images)) { input, block in
                let output = try block(input)
                results.append((block.name, try output.meanOfPositions()))
                return output
            }
        }
        return results
    }

    /// [N, 3, H, W] in [0, 1] to [N, 3, 299, 299] in [−1, 1].
    private static func prepared(_ images: Tensor) throws -> Tensor {
        let resized = try FeatureOperators.resizeBilinear(
            .tensor(images), [side, side], false, .none, .none)
        return try (resized * 2 - 1).channelsLast()
    }
}
