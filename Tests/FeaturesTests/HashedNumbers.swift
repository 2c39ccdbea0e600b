import Datasets
import TensorTestSupport
import Torch

/// Numbers that Tools/fixtures/features_reference.py computes as well: an integer hash of a name and a place.
enum HashedNumbers {
    /// SplitMix64 of the FNV-1a hash of `name`.
    private static func state(_ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    @inline(__always)
    private static func bits(_ state: UInt64, _ index: Int) -> UInt64 {
        var z = state &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Numbers evenly from [-1, 1), times a factor, plus a number.
    static func tensor(_ name: String, _ shape: [Int], times factor: Float, plus shift: Float) throws -> Tensor {
        let tensor = try Tensor.empty(shape)
        let state = state(name)
        try tensor.withMemory(of: Float.self) { target in
            guard var place = target.baseAddress else { return }
            var index = 0
            while index < target.count {
                place.pointee = (Float(bits(state, index) >> 40) * 0x1p-23 - 1) * factor + shift
                place += 1
                index += 1
            }
        }
        return tensor
    }

    /// One image of noise, and one of squares of 8 pixels: [2, 40, 56, 3].
    static func pixels() -> [UInt8] {
        let state = state("pixels")
        let noise = (0..<40 * 56 * 3).map { UInt8(bits(state, $0) >> 56) }
        let squares = noise.indices.map { index in
            let (row, column, channel) = (index / (56 * 3), index / 3 % 56, index % 3)
            return noise[(row / 8 * 8 * 56 + column / 8 * 8) * 3 + channel]
        }
        return noise + squares
    }

    /// The state dictionary of the FID Inception, made once; the fixture has its keys and shapes.
    ///
    /// Nothing writes to these tensors, so that tests may share them.
    nonisolated(unsafe) static let inception: Result<[String: Tensor], any Error> = Result {
        var state: [String: Tensor] = [:]
        for (key, value) in try Fixture("inception", in: .module).all where key.hasPrefix("shapes.") {
            let name = key.dropFirst("shapes.".count)
            let shape = try value.array(of: Int64.self).map(Int.init)
            let fanIn = shape.dropFirst().reduce(1, *)
            state["\(name).conv.weight"] = try tensor(
                "\(name).conv.weight", shape, times: Float((6 / Double(fanIn)).squareRoot()), plus: 0)
            for (key, shift) in [("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)] as [(_, Float)] {
                state["\(name).bn.\(key)"] = try tensor("\(name).bn.\(key)", [shape[0]], times: 0.125, plus: shift)
            }
        }
        return state
    }
}
