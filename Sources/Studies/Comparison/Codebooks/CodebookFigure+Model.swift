import Autoencoders
import Datasets
import Figures
import Quantization
import Torch
import Training

extension CodebookFigure {
    /// Figure 10 of HR-VQVAE (Adiban et al. 2022): the codewords of each layer along their two principal components, and
    /// what the codes of one position leave available of them.
    ///
    /// - Parameters:
    ///   - model: A model with one hierarchical quantizer.
    ///   - kind: The kind of model.
    ///   - codes: The codes of one image, child indices [1, n, H, W].
    ///   - row: The position's row in the latent grid, from 0.
    ///   - column: Its column.
    /// - Throws: ``ComparisonError/notHierarchical(kind:)``, ``ComparisonError/positionOutside(row:column:height:width:)``,
    ///   `TorchError`.
    package init(of model: any Autoencoder, kind: ModelKind, codes: Codes, row: Int, column: Int) throws {
        guard kind.structure == .hierarchical, model.quantizers.count == 1,
            let quantizer = model.quantizers[0] as? ResidualQuantizer,
            codes.grids.count == 1
        else { throw ComparisonError.notHierarchical(kind: kind.rawValue) }
        let grid = codes.grids[0]
        guard (0..<grid.size(2)).contains(row), (0..<grid.size(3)).contains(column) else {
            throw ComparisonError.positionOutside(row: row, column: column, height: grid.size(2), width: grid.size(3))
        }
        let path = try grid.narrowed(axis: 2, row..<row + 1).narrowed(axis: 3, column..<column + 1)
        let chosen = try quantizer.absoluteIndices(path).array(of: Int32.self).map(Int.init)
        let children = try path.to(.int32).array(of: Int32.self)
        let branching = quantizer.settings.branching
        let panels = try quantizer.codebooks.enumerated().map { layer, codebook in
            let codewords = try codebook.tensor.detached().reshaped([-1, quantizer.settings.dimension])
            let parent = layer == 0 ? 0 : chosen[layer - 1]
            let points = try PrincipalComponents.project(codewords).enumerated().map { number, place in
                Point(
                    x: place.x, y: place.y,
                    state: number == chosen[layer]
                        ? .chosen : number / branching == parent ? .available : .unavailable)
            }
            return Panel(points: points)
        }
        self.init(
            panels: panels,
            caption:
                "Codewords of each layer, and the path \(children.map(String.init).joined(separator: " → "))"
                + " of the position in row \(row), column \(column)", width: 960)
    }
}
