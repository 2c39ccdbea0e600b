import Figures
import Foundation

extension PriorLikelihood {
    /// The figures as a table for a person.
    ///
    /// - Throws: Nothing that its rows, which fit its columns, could cause.
    package func text() throws -> String {
        func number(_ value: Double, _ digits: Int = 3) -> String { String(format: "%.\(digits)f", value) }
        let names = [
            "layer", "grid", "choices", "bits/position", "uniform", "order 0", "given parent", "saving", "bits/image",
            "bits/dimension",
        ]
        let table = try TextTable(
            columns: names.map { TextTable.Column($0, .right) },
            rows: layers.map { layer in
                [
                    "\(layer.layer)", "\(layer.width)×\(layer.height)", "\(layer.choices)",
                    number(layer.bitsPerPosition), number(layer.uniform), number(layer.entropy),
                    number(layer.entropyGivenParent), number(layer.saving, 1) + " %", number(layer.bitsPerImage, 1),
                    number(layer.bitsPerDimension, 4),
                ]
            })
        let told = isConditional ? ", told their classes" : ""
        return table.text
            + "\n\(images) images\(told): \(number(bitsPerImage, 1)) bits an image, "
            + "\(number(bitsPerDimension, 4)) a dimension (uniform \(number(uniformBitsPerDimension, 4))); "
            + "\(number(imagesPerSecond, 1)) images/s\nsaving: of the order-0 entropy"
    }
}
