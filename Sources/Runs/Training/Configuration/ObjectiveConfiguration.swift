import Autoencoders

/// What training minimizes beside the quantizers' terms (section `objective`).
public struct ObjectiveConfiguration: Sendable, Equatable {
    /// How pixels are compared.
    public var pixel: PixelLoss

    /// Makes the section; the default is the paper's.
    package init(pixel: PixelLoss = .l2) { self.pixel = pixel }
}
