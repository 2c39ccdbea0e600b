import Processors
import SamplingKernelAVX2
import SamplingKernelAVX512
import SamplingKernelPortable

extension KernelVariant {
    /// The sampler's worker. Variants differ in the last bits of logits where they multiply and add at once.
    private var samplingWorker: any SamplingWorker.Type {
        switch self {
        case .portable: SamplingKernelPortable.Worker.self
        case .avx2: SamplingKernelAVX2.Worker.self
        case .avx512: SamplingKernelAVX512.Worker.self
        }
    }

    /// A worker for a network's packed weights, which must outlive it.
    func makeSamplingWorker(_ settings: PixelSNAILSettings, weights: UnsafePointer<Float>) -> any SamplingWorker {
        samplingWorker.init(
            height: settings.height, width: settings.width, choices: settings.choices,
            hiddenUnits: settings.hiddenUnits, residualUnits: settings.residualUnits, groups: settings.groups,
            residualBlocks: settings.residualBlocks, attentionLayers: settings.attentionLayers,
            attentionHeads: settings.attentionHeads, filterSize: settings.filterSize,
            outputLayers: settings.outputLayers, isConditioned: settings.isConditioned, weights: weights)
    }
}

/// What the kernel's variants have in common; `Worker` in `Sources/Kernels/Sampling/Portable` is documented.
protocol SamplingWorker: AnyObject {
    init(
        height: Int, width: Int, choices: Int, hiddenUnits: Int, residualUnits: Int, groups: Int, residualBlocks: Int,
        attentionLayers: Int, attentionHeads: Int, filterSize: Int, outputLayers: Int, isConditioned: Bool,
        weights: UnsafePointer<Float>)
    var codes: UnsafeMutablePointer<Int32> { get }
    var weightCount: Int { get }
    var byteCount: Int { get }
    func start(conditions: UnsafePointer<Float>?, areConstant: Bool)
    func startRow(_ row: Int)
    @discardableResult
    func visit(row: Int, column: Int, wantsLogits: Bool) -> UnsafePointer<Float>
}

extension SamplingKernelPortable.Worker: SamplingWorker {}
extension SamplingKernelAVX2.Worker: SamplingWorker {}
extension SamplingKernelAVX512.Worker: SamplingWorker {}
