import ConvolutionKernelInterface

/// A thread's numbers of a block of tiles at all places: [places, lanes, tiles, channels of one ``Lanes``].
///
/// The places are one ``Lanes`` further apart than their numbers need, or they would fall on the same lines of the
/// cache. Tiles and channels that there are not stay 0.
struct PlaceMemory {
    private let memory: Scratch
    /// Numbers from a place to the next.
    let stride: Int

    init(places: Int, lanes: Int) {
        stride = lanes &* Self.lanesStride &+ laneCount
        memory = Scratch(count: places &* stride)
    }

    func deallocate() { memory.deallocate() }

    /// Numbers from some channels to the next ones of the same tile.
    @inline(__always) static var lanesStride: Int { ConvolutionShape.blockTiles &* laneCount }

    /// The numbers at the first place.
    @inline(__always)
    func start(lanes: Int, slot: Int) -> UnsafeMutablePointer<Float> {
        memory.start + (lanes &* Self.lanesStride &+ slot &* laneCount)
    }
}

/// Where a tile is in the smaller grid.
struct TilePlace {
    var image: Int
    var top: Int
    var left: Int

    @inline(__always)
    init(_ tile: Int, _ shape: ConvolutionShape) {
        let ofAnImage = shape.tilesDown &* shape.tilesAcross
        image = tile / ofAnImage
        let place = tile % ofAnImage
        top = 4 &* (place / shape.tilesAcross)
        left = 4 &* (place % shape.tilesAcross)
    }

    /// How many pixels the next tile is further in a grid `scale` times as fine as the smaller one.
    @inline(__always)
    func ahead(_ shape: ConvolutionShape, scale: Int) -> Int {
        let width = scale &* shape.width
        if left &+ 4 < shape.width { return 4 &* scale }
        if top &+ 4 < shape.height { return scale &* (4 &* width &- left) }
        return scale &* ((shape.height &- top) &* width &- left)
    }
}
