/// Limits on the size of a step.
package enum GradientClipping {
    /// Scales all gradients so that their common norm is at most `maximum`.
    ///
    /// g ← g · min(1, maximum / (‖g‖ + 10⁻⁶)); agrees with `torch.nn.utils.clip_grad_norm_`.
    ///
    /// - Returns: The norm before scaling.
    /// - Throws: ``TorchError``.
    @discardableResult
    package static func clip(_ store: ParameterStore, maximum: Double) throws -> Double {
        try withoutGradients {
            let parameters = try store.trainable.filter { try $0.gradientOrLines() != nil }
            guard !parameters.isEmpty else { return 0 }
            let gradients = try parameters.compactMap { try $0.gradient()?.to(.float32) }
            let norm = Double(try Tensor.stack(norms(gradients), axis: 0).norm().item())
            let factor = maximum / (norm + 1e-6)
            if factor < 1 { for parameter in parameters { try parameter.scaleGradient(by: factor) } }
            return norm
        }
    }

    /// The norm of each gradient. On a processor LibTorch takes one after the other anyway.
    private static func norms(_ gradients: [Tensor]) throws -> [Tensor] {
        guard gradients.contains(where: { $0.device.isCUDA }) else { return try gradients.map { try $0.norm() } }
        return try Operators.foreachNorm.results([.tensors(gradients), 2.0], capacity: gradients.count)
            .compactMap { if case .tensor(let norm) = $0 { norm } else { nil } }
    }

    /// The norm of all gradients, and what to multiply them with so that it is at most `maximum`, on their device and
    /// without waiting for it.
    ///
    /// - Returns: Both float32 without axes.
    /// - Throws: ``TorchError``.
    package static func onDevice(_ store: ParameterStore, maximum: Double) throws -> (norm: Tensor, scale: Tensor) {
        try withoutGradients {
            let norms = try store.trainable.compactMap { try $0.gradient() }.map { try $0.to(.float32).norm() }
            let norm = try Tensor.stack(norms, axis: 0).norm()
            let one = try Tensor.full([], 1, device: norm.device)
            return (norm, try (one * maximum / (norm + 1e-6)).clamped(to: 0...1))
        }
    }
}
