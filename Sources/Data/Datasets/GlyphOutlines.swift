/// The ten digits as pen strokes in a box of 1 x 1, x to the right and y down.
enum GlyphOutlines {
    struct Point: Equatable {
        var x: Float
        var y: Float
    }

    /// The strokes of each digit as points close enough to be joined by straight lines.
    static let digits: [[[Point]]] = [
        [smooth("50 0  86 14  100 50  86 86  50 100  14 86  0 50  14 14  50 0", isClosed: true)],
        [points("22 24  56 0  56 100")],
        [smooth("4 27  16 7  50 0  86 9  95 30  76 55  42 78  2 100"), points("2 100  100 100")],
        [
            smooth("6 12  42 0  84 8  92 28  74 44  36 48"),
            smooth("36 48  80 53  100 73  84 94  44 100  2 87"),
        ],
        [points("74 100  74 0  0 68  100 68")],
        [points("90 0  18 0  10 44"), smooth("10 44  46 36  84 44  100 68  84 92  44 100  2 88")],
        [smooth("82 0  44 16  14 42  2 70  16 93  50 100  86 92  98 69  82 48  46 43  10 58")],
        [points("0 0  100 0  36 100")],
        [
            smooth(
                "50 46  16 35  10 16  50 0  90 16  84 35  50 46  8 61  0 80  50 100  100 80  92 61  50 46",
                isClosed: true)
        ],
        [smooth("18 100  56 84  86 58  98 30  84 7  50 0  14 8  2 31  18 52  54 57  90 42")],
    ]

    /// Points written as hundredths.
    private static func points(_ text: String) -> [Point] {
        let numbers = text.split(separator: " ").compactMap { Float($0) }
        return stride(from: 0, to: numbers.count - 1, by: 2).map {
            Point(x: numbers[$0] / 100, y: numbers[$0 + 1] / 100)
        }
    }

    /// A Catmull–Rom curve through the points, four lines between each two. Only sums and products: the same
    /// bits on every machine.
    private static func smooth(_ text: String, isClosed: Bool = false) -> [Point] {
        let path = points(text)
        guard let start = path.first, let end = path.last else { return [] }
        let before = isClosed ? path[path.count - 2] : start
        let after = isClosed ? path[1] : end
        let all = [before] + path + [after]
        var curve: [Point] = [start]
        for segment in 1..<(all.count - 2) {
            for part in 1...4 {
                let t = Float(part) / 4
                curve.append(
                    Point(
                        x: between(all[segment - 1].x, all[segment].x, all[segment + 1].x, all[segment + 2].x, t),
                        y: between(all[segment - 1].y, all[segment].y, all[segment + 1].y, all[segment + 2].y, t)))
            }
        }
        return curve
    }

    private static func between(_ a: Float, _ b: Float, _ c: Float, _ d: Float, _ t: Float) -> Float {
        let linear = (c - a) * t
        let square = (2 * a - 5 * b + 4 * c - d) * t * t
        let cube = (3 * b - a - 3 * c + d) * t * t * t
        return b + (linear + square + cube) / 2
    }
}
