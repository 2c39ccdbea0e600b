/// Draws strokes as coverage, 0 to 1 a pixel, with soft edges.
struct GlyphPen {
    let width: Int
    let height: Int
    /// Half of the stroke's width in pixels.
    let radius: Float
    /// The squared distance from each pixel to the nearest stroke, as far as it is near.
    private var squares: [Float]

    init(width: Int, height: Int, radius: Float) {
        self.width = width
        self.height = height
        self.radius = radius
        squares = [Float](repeating: .greatestFiniteMagnitude, count: width * height)
    }

    /// Draws the line between two points (pixel centres have coordinates of whole numbers and a half).
    mutating func line(from a: GlyphOutlines.Point, to b: GlyphOutlines.Point) {
        let reach = radius + 1
        let left = max(0, Int((min(a.x, b.x) - reach).rounded(.down)))
        let right = min(width, Int((max(a.x, b.x) + reach).rounded(.up)))
        let top = max(0, Int((min(a.y, b.y) - reach).rounded(.down)))
        let bottom = min(height, Int((max(a.y, b.y) + reach).rounded(.up)))
        guard left < right, top < bottom else { return }
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let length = max(dx * dx + dy * dy, 1e-12)
        squares.withUnsafeMutableBufferPointer { squares in
            for y in top..<bottom {
                for x in left..<right {
                    let (px, py) = (Float(x) + 0.5 - a.x, Float(y) + 0.5 - a.y)
                    let along = min(max((px * dx + py * dy) / length, 0), 1)
                    let (ex, ey) = (px - along * dx, py - along * dy)
                    let square = ex * ex + ey * ey
                    if square < squares[y * width + x] { squares[y * width + x] = square }
                }
            }
        }
    }

    /// How much of each pixel is covered, row by row.
    func coverage() -> [Float] {
        let far = (radius + 0.5) * (radius + 0.5)
        return squares.map { $0 >= far ? 0 : min(1, radius + 0.5 - $0.squareRoot()) }
    }
}
