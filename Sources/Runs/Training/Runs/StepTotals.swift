/// Sums over some steps.
struct StepTotals {
    /// How many steps there were.
    var steps: Int
    /// The objective.
    var loss: Double
    /// Its terms by name.
    var terms: [(name: String, value: Double)]
    /// The gradients' norm before clipping, where there is clipping: the last one, or a mean.
    var gradientNorm: Double?
    /// How many vectors each codeword of each layer got.
    var usage: [[Int]]
    /// How many codewords of each layer were revived.
    var revived: [Int]
}
