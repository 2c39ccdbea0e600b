/// Limits on the size of a step.
public enum GradientClipping {
    /// Scales all gradients so that their common norm is at most `maximum`.
    ///
    /// g ← g · min(1, maximum / (‖g‖ + 10⁻⁶)); agrees with `torch.nn.utils.clip_grad_norm_`.
    ///
    /// - Returns: The norm before scaling.
    /// - Throws: ``TorchError``.
    @discardableResult
    public static func clip(_ store: ParameterStore, maximum: Double) throws -> Double {
        try withoutGradients {
            let gradients = try store.trainable.compactMap { try $0.tensor.gradient() }
            guard !gradients.isEmpty else { return 0 }
            let norms = try Operators.foreachNorm.results([.tensors(gradients), 2.0], capacity: gradients.count)
            let all = norms.compactMap { if case .tensor(let norm) = $0 { norm } else { nil } }
            let norm = Double(try Tensor.stack(all, axis: 0).norm().item())
            let factor = maximum / (norm + 1e-6)
            if factor < 1 { try Operators.foreachMultiply.results([.tensors(gradients), .real(factor)]) }
            return norm
        }
    }
}
