// Compiled several times, as `HierarchicalSearch.swift` is.

import CProcessor
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

/// The most layers of ``addUp(_:_:_:parents:length:)``.
let layersInRegisters = 4

/// Takes in a group of vectors whose codewords are known, with the bits of ``enter(_:_:_:_:place:)`` and
/// ``leave(_:_:_:_:_:_:)``: what a layer leaves over goes to the next one in registers, and is not written.
///
/// - Parameters:
///   - first: The number of the first vector.
///   - length: A multiple of sixteen.
/// - Precondition: No more layers than ``layersInRegisters``.
@inline(__always)
func addUp<L: Length>(_ arrays: SearchArrays, _ training: TrainingArrays, _ first: Int, length: L) {
    let dimension = length.count
    let last = arrays.layers &- 1
    var squares0 = WideBlock(repeating: 0)
    var squares1 = squares0
    var squares2 = squares0
    var squares3 = squares0
    for vector in first..<first &+ groupSize {
        @inline(__always)
        func codeword(_ layer: Int) -> UnsafePointer<Float> {
            arrays.codewords[layer] + Int(arrays.indices[layer &* arrays.count &+ vector]) &* dimension
        }
        let chosen = Int(arrays.indices[last &* arrays.count &+ vector])
        training.counts[chosen] &+= 1
        let entered = training.entered + chosen &* dimension
        let source = arrays.vectors + vector &* dimension
        let target = training.gradient + vector &* dimension
        let codeword0 = codeword(0)
        let codeword1 = codeword(min(1, last))
        let codeword2 = codeword(min(2, last))
        let codeword3 = codeword(min(3, last))
        for axis in stride(from: 0, to: dimension, by: 16) {
            // What is written a group on.
            hrvq_prefetch_for_writing(target + (groupSize &* dimension &+ axis))
            if let sums = arrays.sums {
                hrvq_prefetch_for_writing(sums + ((vector &+ groupSize) &* dimension &+ axis))
            }
            var residual = loadWide(source + axis)
            var entering = residual
            residual -= loadWide(codeword0 + axis)
            squares0 += residual * residual
            var gradient = training.weights[0] * residual
            if last > 0 {
                entering = residual
                residual -= loadWide(codeword1 + axis)
                squares1 += residual * residual
                gradient += training.weights[1] * residual
            }
            if last > 1 {
                entering = residual
                residual -= loadWide(codeword2 + axis)
                squares2 += residual * residual
                gradient += training.weights[2] * residual
            }
            if last > 2 {
                entering = residual
                residual -= loadWide(codeword3 + axis)
                squares3 += residual * residual
                gradient += training.weights[3] * residual
            }
            storeWide(loadWide(entered + axis) + entering, entered + axis)
            storeWide(gradient, target + axis)
        }
        if let sums = arrays.sums {
            copy(arrays.paths[last] + chosen &* dimension, sums + vector &* dimension, dimension)
        }
    }
    training.errors[0] += Double(total(squares0))
    if last > 0 { training.errors[1] += Double(total(squares1)) }
    if last > 1 { training.errors[2] += Double(total(squares2)) }
    if last > 2 { training.errors[3] += Double(total(squares3)) }
}
