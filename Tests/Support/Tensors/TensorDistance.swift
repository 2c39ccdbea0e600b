import Torch

/// ‖a − b‖ / ‖b‖ of tensors of any type on any device.
package func distance(_ left: Tensor, _ right: Tensor) throws -> Float {
    let (left, right) = (try left.detached().to(.cpu).to(.float32), try right.detached().to(.cpu).to(.float32))
    return try (left - right).norm().item() / (right.norm().item() + 1e-20)
}
