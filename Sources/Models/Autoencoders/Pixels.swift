import Torch

/// 8-bit pixels to the numbers that models take, and back.
public enum Pixels {
    /// Pixels as a batch for a model: zero-padded, then x/255 − 0.5.
    ///
    /// - Parameters:
    ///   - pixels: [N, H, W, C], the channels varying fastest.
    ///   - count: N.
    ///   - height: H.
    ///   - width: W.
    ///   - channels: C.
    ///   - padding: Pixels of black added on each of the four sides (2 for MNIST).
    ///   - device: Where the batch is wanted.
    /// - Returns: float32 [N, C, H + 2·padding, W + 2·padding] in [−0.5, 0.5], channels-last.
    /// - Throws: `TorchError`.
    public static func batch(
        _ pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int, padding: Int = 0, device: Device = .cpu
    ) throws -> Tensor {
        try withoutGradients {
            var tensor = try Tensor(pixels, [count, height, width, channels]).to(device)
            if padding > 0 { tensor = try tensor.padded([0, 0, padding, padding, padding, padding]) }
            let values = try tensor.to(.float32)
            try values.multiplyInPlace(1 / 255)
            return try (values - 0.5).permuted([0, 3, 1, 2])
        }
    }

    /// A model's images as 8-bit pixels, the padding cropped away.
    ///
    /// - Parameters:
    ///   - images: float32 [N, C, H, W] in [−0.5, 0.5]; numbers outside are brought into it.
    ///   - padding: Pixels to take off each side.
    /// - Returns: [N, H − 2·padding, W − 2·padding, C], the channels varying fastest.
    /// - Throws: `TorchError`.
    public static func bytes(_ images: Tensor, padding: Int = 0) throws -> [UInt8] {
        try withoutGradients {
            let height = images.size(2)
            let width = images.size(3)
            let cropped = try images.detached().narrowed(axis: 2, padding..<height - padding)
                .narrowed(axis: 3, padding..<width - padding)
            return try ((cropped + 0.5) * 255).rounded().clamped(to: 0...255).to(.uint8).permuted([0, 2, 3, 1])
                .array(of: UInt8.self)
        }
    }
}
