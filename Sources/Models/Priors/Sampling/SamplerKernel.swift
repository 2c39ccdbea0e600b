import Processors
import SamplingKernelAVX2
import SamplingKernelAVX512
import SamplingKernelPortable

/// The variants of the sampler's kernel, and which of them this processor takes.
///
/// They differ in the last bits of logits: where there are instructions that multiply and add at once, they are used.
public enum SamplerKernel: String, KernelVariant {
    /// The least that every processor of the architecture has (SSE2, NEON).
    case baseline
    /// x86-64-v3: AVX2 and FMA.
    case avx2
    /// x86-64-v4: AVX-512.
    case avx512

    /// The best variant of this processor.
    public static let best: SamplerKernel = allCases.last(where: \.isSupported) ?? .baseline

    /// The variant's worker. The variants are one source in three modules, whose types are alike and not the same.
    private var worker: any SamplerWorker.Type {
        switch self {
        case .baseline: SamplingKernelPortable.Worker.self
        case .avx2: SamplingKernelAVX2.Worker.self
        case .avx512: SamplingKernelAVX512.Worker.self
        }
    }

    /// A worker for a network's packed weights, which must outlive it.
    func makeWorker(_ settings: PixelSNAILSettings, weights: UnsafePointer<Float>) -> any SamplerWorker {
        worker.init(
            height: settings.height, width: settings.width, choices: settings.choices,
            hiddenUnits: settings.hiddenUnits, residualUnits: settings.residualUnits, groups: settings.groups,
            residualBlocks: settings.residualBlocks, attentionLayers: settings.attentionLayers,
            attentionHeads: settings.attentionHeads, filterSize: settings.filterSize,
            outputLayers: settings.outputLayers, isConditioned: settings.isConditioned, weights: weights)
    }
}

/// What the kernel's variants have in common; the documentation is at `Worker` in `Sources/SamplingKernelPortable`.
protocol SamplerWorker: AnyObject {
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

extension SamplingKernelPortable.Worker: SamplerWorker {}
extension SamplingKernelAVX2.Worker: SamplerWorker {}
extension SamplingKernelAVX512.Worker: SamplerWorker {}
