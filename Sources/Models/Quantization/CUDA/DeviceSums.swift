import Torch

/// What a search on a device adds up for training: errors of each layer, and what each codeword was given.
struct DeviceSums {
    /// The mean of ‖ξⁱ‖² over all numbers, float32 [n].
    let errors: Tensor
    /// The commitment terms' share of the objective, float32 without axes.
    let weighted: Tensor
    /// How many vectors reached each codeword of a hierarchy's last layer, or of all flat layers; float32.
    let counts: Tensor
    /// The sum of these vectors before any layer; of flat layers the sum of what entered the layer. float32 [·, D].
    let sums: Tensor

    /// Sums of nothing.
    init(_ settings: QuantizerSettings, device: Device) throws {
        let codewords = settings.codewords
        let places = settings.structure == .hierarchical ? codewords[settings.layers - 1] : codewords.reduce(0, +)
        // One piece of memory is cleared by one kernel; parts begin where four numbers can be added at once.
        let first = (settings.layers + 4) / 4 * 4
        let second = first + (places + 3) / 4 * 4
        let all = try Tensor.zeros([second + places * settings.dimension], device: device)
        errors = try all.narrowed(axis: 0, 0..<settings.layers)
        weighted = try all.selected(axis: 0, settings.layers)
        counts = try all.narrowed(axis: 0, first..<first + places)
        sums = try all.narrowed(axis: 0, second..<second + places * settings.dimension)
            .reshaped([places, settings.dimension])
    }
}
