import Priors
import Torch

extension PixelSNAIL {
    /// Adds the gradients of −ln p, the mean over a batch, to those of the parameters.
    ///
    /// The batch passes through the network in parts, of which one at a time is in memory; the sum of their gradients,
    /// each by its share of the batch, is the gradient of the whole.
    ///
    /// - Parameters:
    ///   - data: The codes.
    ///   - places: The batch.
    ///   - withheld: For each image, whether it is not told its class.
    ///   - partSize: Images of a part.
    ///   - dropout: Dropout's random numbers; `nil` for none.
    ///   - device: Where the network is.
    /// - Returns: −ln p a position, which need not be finite; the gradients are not whole then.
    /// - Throws: `TorchError`.
    package func addGradients(
        of data: PriorData, _ places: [Int], withheld: [Bool], partSize: Int, dropout: Generator?, on device: Device
    ) throws -> Double {
        var total = 0.0
        for start in stride(from: 0, to: places.count, by: partSize) {
            let end = min(start + partSize, places.count)
            let input = try data.batch(Array(places[start..<end]), withheld: { withheld[start + $0] }, on: device)
            let loss = try self.loss(input, dropout: dropout) * (Double(end - start) / Double(places.count))
            total += try Double(loss.item())
            guard total.isFinite else { return total }
            try loss.backward()
        }
        return total
    }
}

extension PixelSNAILSettings {
    /// How many images should pass together in training where nobody says: as many as keep a map of hidden channels at
    /// 4 MiB, so that most of what an operation writes is in a cache still when the next one reads it. `nil` on a GPU, which
    /// takes whole batches.
    package func partSize(on device: Device) -> Int? {
        device == .cpu ? max((1 << 20) / max(positions * hiddenUnits, 1), 1) : nil
    }
}
