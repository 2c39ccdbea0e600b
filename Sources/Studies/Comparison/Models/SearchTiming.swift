import Autoencoders
import Foundation
import Quantization
import Torch

/// How fast a quantizer encodes, without the network around it.
package enum SearchTiming {
    /// Vectors a second of one quantizer, the best of several rounds: the others were disturbed.
    ///
    /// - Parameters:
    ///   - quantizer: The quantizer.
    ///   - vectors: [V, D].
    ///   - seconds: About how long to measure.
    /// - Throws: `TorchError`.
    package static func vectorsPerSecond(
        _ quantizer: any LatentQuantizer, _ vectors: Tensor, seconds: Double = 0.3
    ) throws -> Double {
        guard vectors.size(0) > 0 else { return 0 }
        let latents = try vectors.reshaped([1, vectors.size(0), 1, vectors.size(1)]).permuted([0, 3, 1, 2])
        func once() throws -> Double {
            let start = ProcessInfo.processInfo.systemUptime
            _ = try quantizer.encode(latents)
            if vectors.device != .cpu { try Engine.synchronizeCUDA() }
            return ProcessInfo.processInfo.systemUptime - start
        }
        return try withoutGradients {
            _ = try once()
            var best = Double.infinity
            let end = ProcessInfo.processInfo.systemUptime + seconds
            repeat { best = min(best, try once()) } while ProcessInfo.processInfo.systemUptime < end
            return Double(vectors.size(0)) / max(best, 1e-9)
        }
    }

    /// Latent vectors a second of a model on images: all its quantizers, one after the other.
    ///
    /// - Throws: `TorchError`.
    package static func vectorsPerSecond(_ model: any Autoencoder, _ images: Tensor) throws -> Double {
        var vectors = 0
        var seconds = 0.0
        for (index, quantizer) in model.quantizers.enumerated() {
            let rows = try model.vectors(images, quantizer: index)
            let speed = try vectorsPerSecond(quantizer, rows, seconds: 0.3 / Double(model.quantizers.count))
            vectors += rows.size(0)
            seconds += Double(rows.size(0)) / max(speed, 1e-9)
        }
        return Double(vectors) / max(seconds, 1e-9)
    }
}
