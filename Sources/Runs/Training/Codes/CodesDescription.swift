import Autoencoders
import Files
import Latents

/// What a file of codes holds, as `hrvq inspect` shows it.
package struct CodesDescription: Codable, Sendable, Equatable {
    /// Images.
    package var images: Int
    /// The kind and the fingerprint of the model.
    package var kind: String
    package var model: String
    /// The grids with their layers.
    package var grids: [LatentGrid]
    /// Whether there are labels, and the classes that they number.
    package var hasLabels: Bool
    package var classNames: [String]
    /// Further texts, such as the data set's kind and part.
    package var notes: [String: String]

    /// Describes codes that were read and checked.
    package init(_ file: CodesFile) {
        images = file.count
        kind = file.space.kind
        model = file.space.model
        grids = file.space.grids
        hasLabels = file.labels != nil
        classNames = file.space.classNames
        notes = file.notes
    }

    /// Lines for people.
    package var text: String {
        func line(_ label: String, _ value: String) -> String { LabelledLine.text(label, value) }
        var lines = [
            line("codes of", "\(images) images" + (notes["split"].map { ", \($0) split" } ?? "")),
            line("model", "\(kind), fingerprint \(model.prefix(12))…"),
        ]
        var number = 0
        for grid in grids {
            for size in grid.branchings {
                number += 1
                lines.append(line("layer \(number)", "\(grid.width)×\(grid.height) grid, codebook size \(size)"))
            }
        }
        lines.append(
            line(
                "labels",
                hasLabels ? "\(classNames.count) classes: " + Listing.text(classNames) : "none"))
        return lines.joined(separator: "\n")
    }
}
