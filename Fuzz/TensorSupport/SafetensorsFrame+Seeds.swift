import Foundation
import FuzzSupport
import Torch

extension SafetensorsFrame {
    /// The bytes of a file of tensors.
    ///
    /// - Throws: `FileError`, `TorchError`.
    public static func bytes(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
    ) throws -> [UInt8] {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try Safetensors.write(tensors, metadata: metadata, to: url)
        return [UInt8](try Data(contentsOf: url))
    }
}
