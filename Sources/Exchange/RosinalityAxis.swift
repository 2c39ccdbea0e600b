/// The length of an axis of one of rosinality's tensors, by what decides it.
enum RosinalityAxis: Sendable, Hashable, ExpressibleByIntegerLiteral {
    /// The same in every model.
    case fixed(Int)
    /// Colour channels, their `in_channel`.
    case channels
    /// Channels of the convolutions, their `channel`.
    case hidden
    /// Half of them: what the first convolution of an encoder gives.
    case halfHidden
    /// Channels inside a residual block, their `n_res_channel`.
    case residual
    /// The length of a codeword D, their `embed_dim`.
    case dimension
    /// Codewords of a level K, their `n_embed`.
    case codewords
    /// The decoded top level beside the bottom encoder's features: D + hidden.
    case dimensionAndHidden
    /// The top and the bottom level side by side: 2·D.
    case twoDimensions

    init(integerLiteral value: Int) { self = .fixed(value) }

    /// The axes whose lengths decide all others.
    static let deciding: Set<RosinalityAxis> = [.channels, .hidden, .residual, .dimension, .codewords]

    /// The length, or `nil` where a size that decides it is not known.
    ///
    /// - Parameter sizes: The lengths of ``deciding`` axes.
    func length(_ sizes: [RosinalityAxis: Int]) -> Int? {
        switch self {
        case .fixed(let length): length
        case .channels, .hidden, .residual, .dimension, .codewords: sizes[self]
        case .halfHidden: sizes[.hidden].map { $0 / 2 }
        case .dimensionAndHidden: sizes[.dimension].flatMap { dimension in sizes[.hidden].map { dimension + $0 } }
        case .twoDimensions: sizes[.dimension].map { 2 * $0 }
        }
    }
}
