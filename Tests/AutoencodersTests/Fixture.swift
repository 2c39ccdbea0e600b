import Foundation
import Testing
import Torch

/// A committed file of numbers that PyTorch gave; see its manifest.json for how it was made.
struct Fixture {
    private let tensors: [String: Tensor]

    init(_ name: String) throws {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "safetensors", subdirectory: "Fixtures"))
        tensors = try Safetensors.read(url).tensors
    }

    /// All tensors.
    var all: [String: Tensor] { tensors }

    /// A tensor that must be there.
    subscript(name: String) -> Tensor {
        get throws { try #require(tensors[name], "the fixture has no '\(name)'") }
    }

    /// Its numbers.
    func numbers(_ name: String) throws -> [Float] { try self[name].array(of: Float.self) }
}
