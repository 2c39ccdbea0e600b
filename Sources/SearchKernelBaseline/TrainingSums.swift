// Compiled several times, as `HierarchicalSearch.swift` is.

import SearchKernelTypes

/// Adds vectors to the sums of the codewords that they chose, as they enter a layer.
///
/// - Parameters:
///   - vectors: [count, dimension].
///   - place: Where the counts and sums of a vector's codeword are.
@inline(__always)
func enter(
    _ training: TrainingArrays, _ vectors: UnsafePointer<Float>, _ count: Int, _ dimension: Int,
    place: (_ vector: Int) -> Int
) {
    for vector in 0..<count {
        let place = place(vector)
        training.counts[place] &+= 1
        let sum = training.entered + place &* dimension
        add(vectors + vector &* dimension, sum, sum, dimension)
    }
}

/// Takes in what a layer left over of vectors that lie side by side.
///
/// - Parameters:
///   - residuals: [count, dimension].
///   - first: The number of the first vector.
@inline(__always)
func leave(
    _ training: TrainingArrays, _ layer: Int, _ residuals: UnsafePointer<Float>, _ first: Int, _ count: Int,
    _ dimension: Int
) {
    let numbers = count &* dimension
    training.errors[layer] += Double(squares(residuals, numbers))
    let gradient = training.gradient + first &* dimension
    scale(residuals, training.weights[layer], layer == 0 ? nil : UnsafePointer(gradient), gradient, numbers)
}
