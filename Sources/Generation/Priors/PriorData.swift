import Datasets
import Foundation
import Priors
import Torch
import Training

/// The codes of one layer with all that its prior is told, ready to be cut into batches.
package struct PriorData {
    /// [N, H, W], in the type in which they are stored: a byte a code where that suffices.
    let codes: Tensor
    /// int32 [N, h, w] an earlier layer.
    let conditions: [Tensor]
    /// A class an image; `nil` for a prior without labels.
    let labels: [Int]?
    /// How many classes there are: the number that stands for "no class".
    let classes: Int

    /// Takes a layer of some codes.
    package init(_ file: CodesFile, layer: Int, settings: PixelSNAILSettings) throws {
        let place = file.space.layers[layer]
        codes = try file.codes.grids[place.grid].selected(axis: 1, place.indexInGrid)
        conditions = try file.space.conditions(before: layer, in: file.codes).map { try $0.to(.int32) }
        classes = settings.classes
        labels = classes > 0 ? file.labels : nil
    }

    package var count: Int { codes.size(0) }

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
        return PriorInput(
            codes: try codes.indexSelected(axis: 0, rows).to(.int64).to(device),
            conditions: try conditions.map { try $0.indexSelected(axis: 0, rows).to(.int64).to(device) },
            labels: numbers)
    }
}
