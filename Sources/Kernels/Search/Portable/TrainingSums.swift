// Compiled several times, as `HierarchicalSearch.swift` is.

import CProcessor
import SearchKernelInterface

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

/// Takes in a group of vectors whose codewords are known, with the bits of ``enter(_:_:_:_:place:)`` and
/// ``leave(_:_:_:_:_:_:)``: what a layer leaves over goes to the next one in registers, and is not written.
///
/// - Parameters:
///   - first: The number of the first vector.
///   - squares: Memory for sixteen numbers of each of four layers.
///   - length: A multiple of sixteen.
/// - Returns: Whether there are few enough layers for it.
@inline(__always)
func addUp<L: Length>(
    _ arrays: SearchArrays, _ training: TrainingArrays, _ first: Int, _ squares: UnsafeMutablePointer<Float>, length: L
) -> Bool {
    switch arrays.layers {
    case 2: addUp(arrays, training, first, squares, layers: 2, length: length)
    case 3: addUp(arrays, training, first, squares, layers: 3, length: length)
    case 4: addUp(arrays, training, first, squares, layers: 4, length: length)
    default: return false
    }
    return true
}

/// - Parameter layers: From two to four, and known to the compiler.
@inline(__always)
private func addUp<L: Length>(
    _ arrays: SearchArrays, _ training: TrainingArrays, _ first: Int, _ squares: UnsafeMutablePointer<Float>,
    layers: Int, length: L
) {
    let dimension = length.count
    let last = layers &- 1
    let weight0 = training.weights[0]
    let weight1 = training.weights[1]
    let weight2 = layers > 2 ? training.weights[2] : 0
    let weight3 = layers > 3 ? training.weights[3] : 0
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
        let sum = training.entered + chosen &* dimension
        let source = arrays.vectors + vector &* dimension
        let target = training.gradient + vector &* dimension
        let codeword0 = codeword(0)
        let codeword1 = codeword(1)
        let codeword2 = codeword(min(2, last))
        let codeword3 = codeword(last)
        // Of the codewords, not their path's sum: that would be a row of memory more, for the same bits.
        let total = arrays.sums.map { $0 + vector &* dimension }
        for axis in stride(from: 0, to: dimension, by: 16) {
            // What is written a group on.
            hrvq_prefetch_for_writing(target + (groupSize &* dimension &+ axis))
            let numbers0 = loadWide(codeword0 + axis)
            let residual0 = loadWide(source + axis) - numbers0
            squares0 += residual0 * residual0
            let numbers1 = loadWide(codeword1 + axis)
            let residual1 = residual0 - numbers1
            squares1 += residual1 * residual1
            var gradient = weight0 * residual0 + weight1 * residual1
            var entered = residual0
            var path = numbers0 + numbers1
            if layers > 2 {
                let numbers2 = loadWide(codeword2 + axis)
                let residual2 = residual1 - numbers2
                squares2 += residual2 * residual2
                gradient += weight2 * residual2
                entered = residual1
                path += numbers2
                if layers > 3 {
                    let numbers3 = loadWide(codeword3 + axis)
                    let residual3 = residual2 - numbers3
                    squares3 += residual3 * residual3
                    gradient += weight3 * residual3
                    entered = residual2
                    path += numbers3
                }
            }
            storeWide(loadWide(sum + axis) + entered, sum + axis)
            storeWide(gradient, target + axis)
            if let total {
                hrvq_prefetch_for_writing(total + (groupSize &* dimension &+ axis))
                storeWide(path, total + axis)
            }
        }
    }
    storeWide(squares0, squares)
    storeWide(squares1, squares + 16)
    storeWide(squares2, squares + 32)
    storeWide(squares3, squares + 48)
    addErrors(training, squares, layers)
}

/// Adds sixteen sums of squares a layer. In a function of its own, and by memory: the compiler would take registers
/// apart in the loop before, to have single numbers here.
@inline(never)
private func addErrors(_ training: TrainingArrays, _ squares: UnsafePointer<Float>, _ layers: Int) {
    for layer in 0..<layers { training.errors[layer] += Double(total(loadWide(squares + layer &* 16))) }
}
