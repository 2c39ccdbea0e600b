import Autoencoders
import Foundation
import Latents
import Metrics

extension Rate {
    /// The rate of a model on images of the configured size: padding costs bits and counts no pixels.
    ///
    /// - Parameter layers: Count the first layers alone; all if `nil`.
    init(_ configuration: RunConfiguration, _ model: any Autoencoder, layers: Int? = nil) {
        let grids = model.grids(height: configuration.paddedHeight, width: configuration.paddedWidth)
        var left = layers ?? model.layers
        self.init(
            codes: grids.map { grid in
                let counted = grid.branchings.prefix(left)
                left -= counted.count
                return Grid(
                    positions: grid.height * grid.width,
                    bitsPerPosition: counted.reduce(0) { $0 + log2(Double($1)) })
            }, width: configuration.data.width, height: configuration.data.height,
            channels: configuration.data.channels)
    }
}
