import Torch

/// What the images of a ``TensorSampler`` leave behind from position to position, and what they are told, all on their
/// device.
///
/// Every tensor stays where it is from batch to batch: a recorded `CUDAGraph` reads and writes this memory.
final class TensorMemory {
    /// How many images there are, N.
    let count: Int
    /// The present row, int64 [1].
    let row: Tensor
    /// For each position how many there are up to and including it, int64 [H, W]: the place of the next one.
    let places: Tensor
    /// What every causal filter sees of the present row and of those above, [k, 1 + blocks, N, f/2 + W + f/2, C]: the
    /// codes' embeddings, then the ELU of each block's input. The last of the k rows is the present one; left and right
    /// of the grid are zeros, and so are rows above it.
    let maps: Tensor
    /// Keys and values of every layer of attention, [layers, N, heads, places, 2C/heads], keys first. There is a place
    /// behind the last position, into which it writes what no position reads. `nil` without attention.
    let keysAndValues: Tensor?
    /// How many places a position attends to, those that are not yet known masked; a multiple of 8, as CUDA's kernel
    /// wants.
    let attended: Int
    /// Their numbers, int64 [attended].
    let placeNumbers: Tensor
    /// A row of masks before anything is masked, zeros [W, attended].
    let openMasks: Tensor
    /// What a position's blocks of attention were projected to, [layers, N, 3C]: query, and the block's share of the next
    /// position's keys and values. `nil` without attention.
    let projected: Tensor?
    /// What goes into a merge of attention, [N, 2C].
    let merged: Tensor
    /// What earlier layers and class say, [H, W · N, C]; `nil` where nothing conditions.
    let conditions: Tensor?
    /// The uniform number of each position, float64 [H, W · N].
    let uniforms: Tensor
    /// Codes that are given, int64 [H, W · N], and where, bool.
    let givenCodes: Tensor
    let isGiven: Tensor
    /// The present row's logits, [W, N, m].
    let logits: Tensor
    /// The present row's codes, int64 [W, N].
    let codes: Tensor
    /// Whether the present row's logits are finite where codes are drawn from them, bool [W, N].
    let areFinite: Tensor
    private let one: Tensor
    private let settings: PixelSNAILSettings

    /// Makes room.
    ///
    /// - Throws: `TorchError`, for example where memory does not suffice.
    init(_ settings: PixelSNAILSettings, count: Int, precision: DataType, device: Device) throws {
        let (width, hidden) = (settings.width, settings.hiddenUnits)
        func zeros(_ shape: [Int], _ type: DataType? = nil) throws -> Tensor {
            try Tensor.zeros(shape, type ?? precision, device: device)
        }
        func numbers(_ range: Range<Int>) throws -> Tensor {
            try Tensor(range.map(Int64.init), [range.count]).to(device)
        }
        self.settings = settings
        self.count = count
        row = try zeros([1], .int64)
        one = try numbers(1..<2)
        places = try numbers(1..<settings.positions + 1).reshaped([settings.height, width])
        maps = try zeros([
            settings.filterRows, 1 + settings.groups * settings.residualBlocks, count,
            width + settings.filterSize - 1, hidden,
        ])
        let layers = settings.attentionLayers
        attended = (settings.positions + 7) / 8 * 8
        placeNumbers = try numbers(0..<attended)
        openMasks = try zeros([width, attended])
        let heads = layers > 0 ? settings.attentionHeads : 1
        keysAndValues =
            layers > 0 ? try zeros([layers, count, heads, attended + 8, 2 * hidden / heads]) : nil
        projected = layers > 0 ? try zeros([layers, count, 3 * hidden]) : nil
        merged = try zeros([count, 2 * hidden])
        conditions = settings.isConditioned ? try zeros([settings.height, width * count, hidden]) : nil
        uniforms = try zeros([settings.height, width * count], .float64)
        givenCodes = try zeros([settings.height, width * count], .int64)
        isGiven = try zeros([settings.height, width * count], .bool)
        logits = try zeros([width, count, settings.choices])
        codes = try zeros([width, count], .int64)
        areFinite = try zeros([width, count], .bool)
    }

    /// Goes back to the first row, of which nothing is known.
    ///
    /// - Throws: `TorchError`.
    func restart(_ weights: TensorWeights) throws {
        try row.fillInPlace(0)
        try maps.fillInPlace(0)
        if let keysAndValues, let first = weights.firstKeysAndValues {
            // What a spoilt model left there would get through a mask, as nothing times it is not a number either.
            try keysAndValues.fillInPlace(0)
            let shape = keysAndValues.shape
            try keysAndValues.selected(axis: 3, 0).copyInPlace(from: first.reshaped([shape[0], 1, shape[2], shape[4]]))
        }
    }

    /// Makes the present row one of those above.
    ///
    /// - Throws: `TorchError`.
    func moveOn() throws {
        for index in 0..<settings.filterRows - 1 {
            try maps.selected(axis: 0, index).copyInPlace(from: maps.selected(axis: 0, index + 1))
        }
        try row.addInPlace(one)
    }

    /// What the rows above add at all positions of the present row, seen through a filter's windows:
    /// [W · N, (k − 1) · f · C].
    ///
    /// - Parameter map: 0 for the codes' embeddings, then a block's number from 1 on.
    /// - Throws: `TorchError`.
    func windowsAbove(map: Int) throws -> Tensor {
        let strides = maps.strides
        let (rows, filter, hidden) = (settings.filterRows - 1, settings.filterSize, settings.hiddenUnits)
        return try PriorOperators.view(
            .tensor(maps), .integers([settings.width, count, rows, filter, hidden]),
            .integers([strides[3], strides[2], strides[0], strides[3], 1]), .integer(map * strides[1])
        ).reshaped([settings.width * count, rows * filter * hidden])
    }

    /// The part of a map that belongs to the present row, [N, f/2 + W + f/2, C]; shares memory.
    ///
    /// - Throws: `TorchError`.
    func line(map: Int) throws -> Tensor {
        try maps.selected(axis: 0, settings.filterRows - 1).selected(axis: 0, map)
    }

    /// What the present row's positions may not attend to, [W, attended]: 0 or −∞, to be added to scores.
    ///
    /// - Parameter places: Of the row, [W].
    /// - Throws: `TorchError`.
    func masks(_ places: Tensor) throws -> Tensor {
        let isLater = try PriorOperators.atLeast(.tensor(placeNumbers), .tensor(places.unsqueezed(1)))
        return try PriorOperators.maskedFill(.tensor(openMasks), .tensor(isLater), .real(-.infinity))
    }
}
