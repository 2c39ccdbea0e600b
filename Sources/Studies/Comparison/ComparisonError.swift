import Files

/// What can be wrong with models that are to be compared.
package enum ComparisonError: WordedError, Sendable, Equatable {
    /// The models take images of different data sets or shapes.
    case differentData(models: [String])
    /// Two models have the same name.
    case sameName(name: String)
    /// A comparison without models.
    case noModels
    /// A model has no hierarchical quantizer whose figure could be drawn.
    case notHierarchical(kind: String)
    /// A position outside of the latent grid.
    case positionOutside(row: Int, column: Int, height: Int, width: Int)

    package var description: String { message.description }

    package var message: Message {
        switch self {
        case .differentData(let models):
            "the models take different images, and errors on different images cannot be compared:\n"
                + "\(Listing.text(models, separator: "\n") { "  - \($0)" })"
                + "\nCompare runs that were trained on one data set in one shape (an imported model: import it with their"
                + " \(phrase: .importedShape))."
        case .sameName(let name):
            "two models are called '\(name: name)'; give folders with different names, or \(phrase: .nameModels)"
        case .noModels: "no model was given; name at least one folder of a run"
        case .notHierarchical(let kind):
            "the codebooks of '\(kind)' are no hierarchy, so there is no path from layer to layer to draw; "
                + "give a run or a preset of kind hrvqvae"
        case .positionOutside(let row, let column, let height, let width):
            "row \(row), column \(column) is outside of the latent grid of \(height) rows and \(width) columns; "
                + "rows and columns count from 0"
        }
    }
}
