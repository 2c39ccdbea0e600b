import Latents
import Torch

/// A request's tensors, checked against a network and made uniform.
struct SamplingInput {
    let count: Int
    private let settings: PixelSNAILSettings
    private let conditions: [Tensor]
    private let labels: Tensor?
    private let device: Device
    /// Codes of all positions and whether they are kept, [N, H, W]; empty where none are.
    private(set) var keptCodes: [Int32] = []
    private(set) var keptMask: [Bool] = []

    /// Checks a request.
    ///
    /// - Throws: ``SamplingError`` for whatever does not fit the network, or `TorchError`.
    init(_ request: SamplingRequest, _ network: PixelSNAIL) throws {
        try self.init(request.count, request.conditions, request.labels, network)
        if let kept = request.kept { try keep(kept) }
    }

    /// Checks what images are conditioned on.
    ///
    /// - Throws: ``SamplingError``, or `TorchError`.
    init(_ count: Int, _ conditions: [Tensor], _ labels: [Int]?, _ network: PixelSNAIL) throws {
        guard count > 0 else { throw SamplingError.wrongImageCount(found: count) }
        let settings = network.settings
        self.count = count
        self.settings = settings
        device = network.parameters.device
        guard conditions.count == settings.conditions.count else {
            throw SamplingError.wrongConditionCount(found: conditions.count, expected: settings.conditions.count)
        }
        for (layer, (tensor, condition)) in zip(conditions, settings.conditions).enumerated() {
            let expected = [count, condition.height, condition.width]
            guard tensor.shape == expected else {
                throw SamplingError.wrongConditionShape(layer: layer, found: tensor.shape, expected: expected)
            }
            let codewords = try tensor.array(of: Int64.self)
            if let found = codewords.first(where: { $0 < 0 || $0 >= condition.choices }) {
                throw SamplingError.codewordOutOfRange(layer: layer, found: Int(found), choices: condition.choices)
            }
        }
        self.conditions = try conditions.map { try $0.to(network.parameters.device).to(.int64) }
        self.labels = try Self.check(labels, count, settings.classes)
            .map { try Tensor($0.map(Int64.init), [$0.count]).to(network.parameters.device) }
    }

    private static func check(_ labels: [Int]?, _ count: Int, _ classes: Int) throws -> [Int]? {
        guard let labels else {
            if classes > 0 { throw SamplingError.missingLabels(classes: classes) }
            return nil
        }
        guard classes > 0 else { throw SamplingError.unexpectedLabels }
        guard labels.count == count else {
            throw SamplingError.wrongLabelCount(found: labels.count, expected: count)
        }
        if let found = labels.first(where: { $0 < 0 || $0 > classes }) {
            throw SamplingError.labelOutOfRange(found: found, classes: classes)
        }
        return labels
    }

    private mutating func keep(_ kept: KeptCodes) throws {
        let positions = settings.positions
        guard kept.mask.count == positions || kept.mask.count == positions * count else {
            throw SamplingError.wrongMaskSize(found: kept.mask.count, positions: positions, images: count)
        }
        let mask =
            kept.mask.count == positions * count
            ? kept.mask : Array((0..<count).map { _ in kept.mask }.joined())
        let codes = try checked(kept.codes, "the kept codes", only: mask)
        keptMask = mask
        keptCodes = codes
    }

    /// The numbers of codes [N, H, W].
    ///
    /// - Parameter only: Which of them count; `nil` for all.
    /// - Throws: ``SamplingError`` if the shape or a number does not fit.
    func checked(_ codes: Tensor, _ what: String, only mask: [Bool]? = nil) throws -> [Int32] {
        let expected = [count, settings.height, settings.width]
        guard codes.shape == expected else {
            throw SamplingError.wrongCodeShape(what: what, found: codes.shape, expected: expected)
        }
        var numbers = try codes.array(of: Int64.self)
        for index in numbers.indices {
            if let mask, !mask[index] { numbers[index] = 0 }
            guard numbers[index] >= 0, numbers[index] < settings.choices else {
                throw SamplingError.codeOutOfRange(
                    what: what, found: Int(numbers[index]), choices: settings.choices)
            }
        }
        return numbers.map { Int32(truncatingIfNeeded: $0) }
    }

    /// What a network is asked about some images.
    ///
    /// - Parameters:
    ///   - images: Their numbers; those past the last image repeat it.
    ///   - codes: Their codes, int64 [images, H, W].
    func input(_ images: Range<Int>, codes: Tensor) throws -> PriorInput {
        let numbers = images.map { Int64(min($0, count - 1)) }
        let rows = try Tensor(numbers, [numbers.count]).to(device)
        return PriorInput(
            codes: codes, conditions: try conditions.map { try $0.indexSelected(axis: 0, rows) },
            labels: try labels.map { try $0.indexSelected(axis: 0, rows) })
    }
}
