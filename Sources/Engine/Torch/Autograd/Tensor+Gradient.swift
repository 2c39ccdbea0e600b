import CTorch

extension Tensor {
    /// Whether operations on this tensor are recorded for differentiation.
    package var requiresGradient: Bool { ct_tensor_requires_gradient(handle) != 0 }

    /// Switches the recording of operations on this tensor.
    ///
    /// - Throws: ``TorchError`` if the tensor is not a leaf or not of a real type.
    package func setRequiresGradient(_ value: Bool) throws {
        try check(ct_tensor_set_requires_gradient(handle, value ? 1 : 0), "requiring a gradient")
    }

    /// Adds the derivative of this one-element tensor to the gradients of all leaves it was computed from.
    ///
    /// - Throws: ``TorchError``.
    package func backward() throws { try check(ct_tensor_backward(handle, 0), "backward") }

    /// What ``backward()`` has added up so far. Of a layer's parameter on a CUDA device ask ``Parameter/gradient()``:
    /// convolutions leave theirs there.
    ///
    /// - Throws: ``TorchError``.
    package func gradient() throws -> Tensor? {
        var result: OpaquePointer?
        try check(ct_tensor_gradient(handle, &result), "reading a gradient")
        return result.map(Tensor.init(owning:))
    }

    /// Replaces the gradient, or clears it.
    ///
    /// - Throws: ``TorchError``.
    package func setGradient(_ gradient: Tensor?) throws {
        try check(ct_tensor_set_gradient(handle, gradient?.handle), "setting a gradient")
    }
}

/// Runs `body` without recording for differentiation on this thread; agrees with `torch.no_grad`.
@discardableResult
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = ct_set_gradient_recording(0)
    defer { _ = ct_set_gradient_recording(before) }
    return try body()
}
