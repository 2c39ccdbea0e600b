import Metrics

/// Decides whether layers use few of their codewords, once a run.
///
/// A first window says nothing: codewords that start without vectors are revived after `reviveAfter` steps, most of them
/// for good. So usage is judged after several times as many steps, and over enough vectors: a coarse level of VQ-VAE-2
/// gathers them over many windows.
struct CollapseWatch {
    /// Below this share of used codewords a layer is called collapsed.
    static let share = 0.5
    /// Vectors a codeword that a verdict needs; fewer say little.
    static let vectorsPerCodeword = 50
    /// The times that an unused codeword is given to come back before the first verdict.
    static let revivals = 5
    /// Stands for `reviveAfter` where nothing is revived.
    static let patienceWithoutRevival = 20

    private let firstStep: Int
    private var usage: CodebookUsage?
    /// The last verdict on each layer.
    private var verdicts: [CodebookUsage.Layer?] = []
    private var hasWarned = false

    /// - Parameter reviveAfter: Unused steps before a codeword is revived; 0 for never.
    init(reviveAfter: Int) {
        let patience = reviveAfter > 0 ? reviveAfter : Self.patienceWithoutRevival
        let (product, overflow) = patience.multipliedReportingOverflow(by: Self.revivals)
        firstStep = overflow ? .max : product
    }

    /// Takes the figures of some steps in.
    ///
    /// - Returns: A warning, at most once.
    mutating func take(_ record: StepRecord) throws -> String? {
        guard !hasWarned, !record.counts.isEmpty, record.step - record.steps >= firstStep else { return nil }
        if usage == nil {
            usage = CodebookUsage(counts: record.counts)
            verdicts = record.counts.map { _ in nil }
        } else {
            try usage?.merge(CodebookUsage(counts: record.counts))
        }
        guard var usage else { return nil }
        for (layer, counts) in usage.counts.enumerated()
        where counts.reduce(0, +) >= Self.vectorsPerCodeword * counts.count {
            verdicts[layer] = usage.layers[layer]
            usage.reset(layer: layer)
        }
        self.usage = usage
        let judged = verdicts.compactMap(\.self)
        guard judged.count == verdicts.count, judged.contains(where: { $0.share < Self.share }) else { return nil }
        hasWarned = true
        self.usage = nil
        return Self.text(judged)
    }

    private static func text(_ layers: [CodebookUsage.Layer]) -> String {
        let collapsed = layers.indices.filter { layers[$0].share < share }
        let used = collapsed.map { "layer \($0 + 1) uses \(layers[$0].used) of its \(layers[$0].codewords) codewords" }
        return used.joined(separator: ", ")
            + " (collapse): the codes say less than their bits could; try a smaller optimizer.learningRate,"
            + " quantizer.reviveAfter or quantizer.branching"
    }
}
