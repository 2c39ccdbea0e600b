/// How new pixels are weighed from old ones.
public enum ResizeFilter: Sendable, CaseIterable {
    /// Cubic convolution with a = −0.5: Pillow's `BICUBIC`.
    case bicubic
    /// A triangle, linear interpolation: Pillow's `BILINEAR`.
    case triangle

    /// Half of the filter's width, in pixels of the smaller of both scales.
    var support: Double { self == .bicubic ? 2 : 1 }

    /// The filter's value at a distance.
    func weight(_ distance: Double) -> Double {
        let x = abs(distance)
        switch self {
        case .bicubic:
            let a = -0.5
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
        case .triangle:
            return x < 1 ? 1 - x : 0
        }
    }
}
