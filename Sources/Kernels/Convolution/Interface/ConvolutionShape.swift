/// The sizes of a convolution that the kernel computes, between grids of channels.
///
/// It is computed in tiles of 4×4 positions of the smaller grid, of which the last ones of a line or a column may reach
/// beyond it. Tiles are numbered line by line and image by image.
public struct ConvolutionShape: Sendable, Equatable {
    /// What a filter does with the grid.
    public enum Kind: Sendable {
        /// 3×3, stride 1, padding 1: the grid stays as large as it is.
        case same
        /// 4×4, stride 2, padding 1: the grid becomes half as high and wide.
        case halving
        /// Transposed, 4×4, stride 2, padding 1: the grid becomes twice as high and wide.
        case doubling
    }

    /// What the filter does with the grid.
    public var kind: Kind
    /// The number of images.
    public var images: Int
    /// Lines of the smaller grid.
    public var height: Int
    /// Positions of a line of the smaller grid.
    public var width: Int
    /// Channels of the input.
    public var inputs: Int
    /// Channels of the output.
    public var outputs: Int

    /// Sizes by their names.
    public init(kind: Kind = .same, images: Int, height: Int, width: Int, inputs: Int, outputs: Int) {
        self.kind = kind
        self.images = images
        self.height = height
        self.width = width
        self.inputs = inputs
        self.outputs = outputs
    }

    /// The convolution that takes a gradient of the output to one of the input.
    public var reversed: ConvolutionShape {
        let kind: Kind =
            switch self.kind {
            case .same: .same
            case .halving: .doubling
            case .doubling: .halving
            }
        return ConvolutionShape(
            kind: kind, images: images, height: height, width: width, inputs: outputs, outputs: inputs)
    }

    /// Lines of the input.
    public var inputHeight: Int { kind == .halving ? 2 * height : height }
    /// Positions of a line of the input.
    public var inputWidth: Int { kind == .halving ? 2 * width : width }
    /// Lines of the output.
    public var outputHeight: Int { kind == .doubling ? 2 * height : height }
    /// Positions of a line of the output.
    public var outputWidth: Int { kind == .doubling ? 2 * width : width }

    /// Places at which inputs and weights are multiplied: 6×6, or 5×5 where the filter is four of 2×2.
    @inlinable public var places: Int { kind == .same ? 36 : 25 }
    /// Squares of the input that a tile reads: of a halving convolution each second line and column, from either of the
    /// first two; of a doubling one what surrounds the tile, for each second line and column of the output.
    @inlinable public var windows: Int { kind == .same ? 1 : 4 }
    /// Parts of the output that a tile writes, each of a window of its own: of a doubling convolution each second line and
    /// column.
    @inlinable public var groups: Int { kind == .doubling ? 4 : 1 }

    /// Tiles from the top of an image to its bottom.
    public var tilesDown: Int { (height + 3) / 4 }
    /// Tiles from the left of an image to its right.
    public var tilesAcross: Int { (width + 3) / 4 }
    /// All tiles of all images.
    public var tiles: Int { images * tilesDown * tilesAcross }

    /// Tiles that go through the kernel together: the numbers of 64 channels at all places take half of a cache of 1 MiB,
    /// and every weight that is loaded serves them all.
    @inlinable public static var blockTiles: Int { 24 }
    /// Blocks of tiles; the last may not be full.
    public var blocks: Int { (tiles + Self.blockTiles - 1) / Self.blockTiles }

    /// Parts whose gradients of the weight are summed apart, and added up at the end: as many as are worth their memory,
    /// for a thread takes a whole part. The shape alone decides, so that the sums do not depend on the number of threads.
    ///
    /// The sums of a part are added up in a time that some blocks take, so a part has six at least; all sums together take
    /// 64 MiB at most, or those of two parts.
    public var gradientParts: Int {
        let sums = 4 * places * windows * inputs * outputs
        return max(min(blocks / 6, 16, max((64 << 20) / max(sums, 1), 2)), 1)
    }

    /// The blocks of a part of the gradient.
    public func blocks(ofPart part: Int) -> Range<Int> {
        (part * blocks / gradientParts)..<((part + 1) * blocks / gradientParts)
    }
}
