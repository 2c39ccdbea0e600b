import Files
import Foundation

/// What the header of a safetensors file says; no tensor is read.
package struct SafetensorsSummary: Codable, Sendable, Equatable {
    /// A tensor.
    package struct Entry: Codable, Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Its element type.
        package var type: String
        /// Its sizes.
        package var shape: [Int]

        /// How many elements it has.
        package var count: Int { shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue } }
    }

    /// The tensors by name.
    package var tensors: [Entry]
    /// The texts of `__metadata__`.
    package var metadata: [String: String]

    /// Reads a file's header, which is checked against the file's size.
    ///
    /// - Throws: `FileError`.
    package init(_ data: Data, path: String) throws {
        let header = try SafetensorsHeader(data, path: path)
        tensors = header.entries.map { .init(name: $0.name, type: "\($0.type)", shape: $0.shape) }
            .sorted { $0.name < $1.name }
        metadata = header.metadata
    }
}
