import Foundation
import Testing
import Torch

/// A committed file of numbers that PyTorch gave; see its manifest.json for how it was made.
package struct Fixture {
    private let tensors: [String: Tensor]

    /// Reads `Fixtures/<name>.safetensors` of a test target.
    ///
    /// - Parameters:
    ///   - bundle: The target's own, `.module`.
    ///   - folder: Another folder than `Fixtures`.
    package init(_ name: String, in bundle: Bundle, folder: String = "Fixtures") throws {
        let url = try #require(
            bundle.url(forResource: name, withExtension: "safetensors", subdirectory: folder))
        tensors = try Safetensors.read(url).tensors
    }

    /// All tensors.
    package var all: [String: Tensor] { tensors }

    /// A tensor that must be there.
    package subscript(name: String) -> Tensor {
        get throws { try #require(tensors[name], "the fixture has no '\(name)'") }
    }

    /// Its numbers.
    package func numbers(_ name: String) throws -> [Float] { try self[name].array(of: Float.self) }
}
