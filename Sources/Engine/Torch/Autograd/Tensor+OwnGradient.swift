import CTorch

/// The gradients of a function's inputs, from the gradient of its value; `nil` for an input that has none.
package typealias GradientFunction = (_ gradient: Tensor) throws -> [Tensor?]

extension Tensor {
    /// This tensor, as if an operator had computed it from `inputs` and knew its own gradient.
    ///
    /// The numbers may come from anywhere, such as a kernel outside of LibTorch. The gradient function runs without
    /// recording, on the thread of ``backward()``, and once: it is released afterwards with all that it holds, or with
    /// the graph that it is part of. It may hold this tensor and the inputs; none of them may change until then. Where
    /// recording is off, or no input requires a gradient, nothing is recorded and the function is released at once.
    /// Agrees with `torch.autograd.Function`, without second derivatives.
    ///
    /// - Parameters:
    ///   - inputs: What the numbers were computed from.
    ///   - gradients: For each input the gradient, in the input's shape. What it throws, ``backward()`` throws as a
    ///     ``TorchError`` with the text of it.
    /// - Returns: Another tensor on the same memory.
    /// - Throws: ``TorchError``.
    package func withGradient(of inputs: [Tensor], _ gradients: @escaping GradientFunction) throws -> Tensor {
        let context = Unmanaged.passRetained(GradientContext(inputs.count, gradients)).toOpaque()
        var result: OpaquePointer?
        let handles = inputs.map { Optional($0.handle) }
        let status = ct_tensor_with_gradient(
            handle, handles, Int32(handles.count), context,
            { context, gradient, results in GradientContext.answer(context, gradient, results) },
            { context in if let context { Unmanaged<GradientContext>.fromOpaque(context).release() } }, &result)
        try check(status, "a gradient of our own")
        guard let result else { throw TorchError.last("a gradient of our own") }
        return Tensor(owning: result)
    }
}

/// What the graph holds of a ``GradientFunction``.
private final class GradientContext {
    private let count: Int
    private let gradients: GradientFunction

    init(_ count: Int, _ gradients: @escaping GradientFunction) {
        self.count = count
        self.gradients = gradients
    }

    /// Runs the function and hands its results over; −1 and a text where it throws.
    static func answer(
        _ context: UnsafeMutableRawPointer?, _ gradient: OpaquePointer?,
        _ results: UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32 {
        guard let context, let gradient, let results else { return -1 }
        let own = Unmanaged<GradientContext>.fromOpaque(context).takeUnretainedValue()
        do {
            let found = try withoutGradients { try own.gradients(Tensor(aliasing: gradient)) }
            guard found.count == own.count else {
                throw TorchError.unexpectedResult(
                    operation: "a gradient of our own", text: "\(found.count) gradients for \(own.count) inputs")
            }
            for (index, tensor) in found.enumerated() {
                guard let tensor else { continue }
                try check(ct_tensor_alias(tensor.handle, &results[index]), "a gradient of our own")
            }
            return 0
        } catch {
            ct_set_last_error("\(error)")
            return -1
        }
    }
}

extension Tensor {
    /// A reference of its own to the tensor of a handle.
    fileprivate convenience init(aliasing handle: OpaquePointer) throws {
        var result: OpaquePointer?
        try check(ct_tensor_alias(handle, &result), "a reference to a tensor")
        guard let result else { throw TorchError.last("a reference to a tensor") }
        self.init(owning: result)
    }
}
