import Torch

/// The two directions in which vectors differ most, and the vectors seen along them.
package enum PrincipalComponents {
    /// Vectors in two dimensions: x and y are the coordinates along the first and the second principal component.
    ///
    /// The components are eigenvectors of the covariance, each turned so that its largest entry is positive: the picture
    /// of the same codewords is always the same. Vectors of one dimension have y = 0.
    ///
    /// - Parameters:
    ///   - vectors: float32 [V, D].
    ///   - basis: Vectors [W, D] whose components are used; `vectors` themselves if `nil`.
    /// - Returns: V points.
    /// - Throws: `TorchError`.
    package static func project(_ vectors: Tensor, basis: Tensor? = nil) throws -> [(x: Double, y: Double)] {
        try withoutGradients {
            let vectors = try vectors.detached().to(.cpu).to(.float64)
            let source = try (basis ?? vectors).detached().to(.cpu).to(.float64)
            let count = Double(max(source.size(0), 1))
            let mean = try source.sum(axes: [0], keepAxes: true) * (1 / count)
            let centred = try source - mean
            let covariance = try centred.permuted([1, 0]).matmul(centred) * (1 / count)
            guard case .tensor(let components)? = try eigenvectors.results([.tensor(covariance)]).last else {
                throw TorchError.unexpectedResult(operation: "principal components", text: "no eigenvectors came back")
            }
            // Eigenvalues ascend, so the last columns matter most.
            let dimension = vectors.size(1)
            let table = try components.array(of: Double.self)
            let projected = try (vectors - mean).array(of: Double.self)
            let axes = (1...2).map { place -> [Double] in
                guard place <= dimension else { return [] }
                let axis = (0..<dimension).map { table[$0 * dimension + dimension - place] }
                let largest = axis.max { abs($0) < abs($1) } ?? 1
                return largest < 0 ? axis.map { -$0 } : axis
            }
            return (0..<vectors.size(0)).map { row in
                func coordinate(_ axis: [Double]) -> Double {
                    axis.indices.reduce(0) { $0 + axis[$1] * projected[row * dimension + $1] }
                }
                return (coordinate(axes[0]), coordinate(axes[1]))
            }
        }
    }

    private static let eigenvectors = Operator("aten::linalg_eigh")
}
