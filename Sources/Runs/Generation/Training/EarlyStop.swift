import Torch

/// Ends the training of a layer when held-out codes gain no more.
///
/// Its memory is tensors, so that a checkpoint keeps it and a resumed run ends where the whole one would.
struct EarlyStop {
    /// Evaluations in a row without a gain that end the training; 0 for never.
    let patience: Int
    /// The best bits a position so far, and after how many steps; the evaluations since then.
    private let best: Tensor
    private let bestStep: Tensor
    private let waited: Tensor

    init(patience: Int) throws {
        self.patience = patience
        best = try Tensor.full([1], .infinity)
        bestStep = try Tensor([Int64(-1)], [1])
        waited = try Tensor([Int64(0)], [1])
    }

    /// What a checkpoint keeps; shares memory.
    var state: [(name: String, tensor: Tensor)] {
        [("best.bitsPerPosition", best), ("best.step", bestStep), ("best.evaluationsSince", waited)]
    }

    /// Takes an evaluation.
    ///
    /// - Returns: Whether it is the best so far.
    func take(_ bitsPerPosition: Double, step: Int) throws -> Bool {
        guard try Float(bitsPerPosition) < best.item() else {
            try waited.fillInPlace(Double(waited.array(of: Int64.self)[0] + 1))
            return false
        }
        try best.fillInPlace(bitsPerPosition)
        try bestStep.fillInPlace(Double(step))
        try waited.fillInPlace(0)
        return true
    }

    /// Whether there was an evaluation.
    func hasMeasured() throws -> Bool { try bestStep.array(of: Int64.self)[0] >= 0 }

    /// Whether there were as many evaluations without a gain as are allowed.
    func hasEnded() throws -> Bool { try patience > 0 && waited.array(of: Int64.self)[0] >= patience }
}
