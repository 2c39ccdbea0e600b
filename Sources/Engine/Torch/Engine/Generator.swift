import CTorch

/// A source of random numbers inside the engine, with a state of its own.
///
/// The same seed, calls, device and LibTorch version give the same numbers. Agrees with `torch.Generator`.
public final class Generator {
    let handle: OpaquePointer
    /// Where tensors of its numbers are made: on ``Device/meta`` nothing is drawn.
    let target: Device

    /// Makes a generator.
    ///
    /// - Throws: ``TorchError`` if the device is not available.
    public init(seed: UInt64, device: Device = .cpu) throws {
        var result: OpaquePointer?
        // LibTorch has no generator for tensors without elements.
        let source = device == .meta ? .cpu : device
        try check(
            ct_generator_create(Int32(source.kind.rawValue), Int32(max(source.index, 0)), seed, &result), "a generator")
        guard let result else { throw TorchError.last("a generator") }
        handle = result
        target = device == .meta ? .meta : .cpu
    }

    deinit { ct_generator_release(handle) }

    /// The whole state, as bytes.
    ///
    /// - Throws: ``TorchError``.
    package func state() throws -> Tensor {
        var result: OpaquePointer?
        try check(ct_generator_state(handle, &result), "the state of a generator")
        guard let result else { throw TorchError.last("the state of a generator") }
        return Tensor(owning: result)
    }

    /// Goes on from a state that ``state()`` gave.
    ///
    /// - Throws: ``TorchError`` if the bytes are not such a state.
    package func setState(_ state: Tensor) throws {
        try check(ct_generator_set_state(handle, state.handle), "setting a generator's state")
    }
}
