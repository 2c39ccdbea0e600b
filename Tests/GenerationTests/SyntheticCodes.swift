import Autoencoders
import Datasets
import Foundation
import Latents
import Torch
import Training

/// Codes with a pattern that a prior can learn: stripes whose phase is the class.
enum SyntheticCodes {
    static let space = CodeSpace(
        model: String(repeating: "a", count: 64), kind: "hrvqvae",
        grids: [.init(height: 4, width: 6, branchings: [3, 3])], isHierarchical: true, imageDimensions: 96,
        classNames: ["zero", "one", "two"])

    static func file(_ count: Int = 48, space: CodeSpace = space, seed: UInt64 = 1) throws -> CodesFile {
        var noise = SeededGenerator(seed: seed, stream: "codes")
        let labels = (0..<count).map { $0 % 3 }
        let grids = try space.grids.map { grid in
            var codes: [Int32] = []
            for label in labels {
                for layer in grid.branchings.indices {
                    for position in 0..<grid.height * grid.width {
                        let isNoise = noise.below(10) == 0
                        let code = isNoise ? noise.below(grid.branchings[layer]) : position + label + layer
                        codes.append(Int32(code % grid.branchings[layer]))
                    }
                }
            }
            return try Tensor(codes, [count, grid.branchings.count, grid.height, grid.width])
        }
        return CodesFile(
            codes: Codes(grids: grids), indices: Array(0..<count), labels: space.classNames.isEmpty ? nil : labels,
            space: space)
    }
}
