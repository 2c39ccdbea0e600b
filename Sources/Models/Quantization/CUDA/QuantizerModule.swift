import Torch

/// The kernels of a quantizer's shape on a CUDA device, each source compiled once for a shape and an element type.
struct QuantizerModule {
    private struct Key: Hashable, Sendable {
        var source: String
        var element: DataType
        var definitions: [String]
    }

    private static let modules = CUDAModuleCache<Key>()

    /// Compiles a source where that was not done yet.
    ///
    /// - Parameters:
    ///   - source: CUDA C++; what `CodebookShape.cu` defines goes before it.
    ///   - name: Its file.
    ///   - further: Macros beside those of the shape.
    /// - Throws: `TorchError`.
    static func module(
        _ source: [UInt8], name: String, _ settings: QuantizerSettings, element: DataType,
        further: [(name: String, value: String)] = []
    ) throws -> CUDAModule {
        let definitions =
            [
                ("LAYERS", "\(settings.layers)"), ("BRANCHING", "\(settings.branching)"),
                ("DIMENSION", "\(settings.dimension)"),
                ("HIERARCHICAL", settings.structure == .hierarchical ? "1" : "0"),
            ] + further
        let key = Key(source: name, element: element, definitions: definitions.map { "\($0.0)=\($0.1)" })
        return try modules(key) {
            try CUDAModule(
                source: PackageResources.CodebookShape_cu + source, name: name, element: element,
                definitions: definitions)
        }
    }
}
