import Autoencoders
import Foundation
import Metrics

extension Rate {
    /// The rate of a model on images of the configured size: padding costs bits and counts no pixels.
    init(_ configuration: RunConfiguration, _ model: any Autoencoder) {
        let grids = model.grids(height: configuration.paddedHeight, width: configuration.paddedWidth)
        self.init(
            codes: grids.map { grid in
                Grid(
                    positions: grid.height * grid.width,
                    bitsPerPosition: grid.branchings.reduce(0) { $0 + log2(Double($1)) })
            }, width: configuration.data.width, height: configuration.data.height,
            channels: configuration.data.channels)
    }
}
