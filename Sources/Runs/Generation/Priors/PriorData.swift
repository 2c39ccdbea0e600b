import Autoencoders
import Foundation
import Latents
import Priors
import Torch
import Training

/// The codes of one layer with all that its prior is told, ready to be cut into batches.
package struct PriorData {
    /// The codes of all layers, as they are stored: a byte a code where that suffices.
    private let codes: Codes
    private let space: CodeSpace
    private let layer: Int
    /// A class an image; `nil` for a prior without labels.
    private let labels: [Int]?
    /// How many classes there are: the number that stands for "no class".
    private let classes: Int

    /// Takes a layer of some codes.
    package init(_ file: CodesFile, layer: Int, settings: PixelSNAILSettings) throws {
        codes = file.codes
        space = file.space
        self.layer = layer
        classes = settings.classes
        labels = classes > 0 ? file.labels : nil
    }

    package var count: Int { codes.count }

    /// Images by their places, the class of some withheld; int64, as the engine wants indices.
    package func batch(_ places: [Int], withheld: (Int) -> Bool = { _ in false }, on device: Device) throws
        -> PriorInput
    {
        let rows = try Tensor(places.map(Int64.init), [places.count])
        var numbers: Tensor?
        if classes > 0 {
            let told = places.enumerated().map { place, image in
                withheld(place) ? Int64(classes) : Int64(labels?[image] ?? classes)
            }
            numbers = try Tensor(told, [told.count]).to(device)
        }
        let chosen = try codes.selected { try $0.indexSelected(axis: 0, rows) }
        return PriorInput(
            codes: try chosen.layer(layer).to(.int64).to(device),
            conditions: try space.conditions(before: layer, in: chosen).map { try $0.to(device) }, labels: numbers)
    }
}
