import AttentionKernelAVX2
import AttentionKernelAVX512
import AttentionKernelPortable
import Processors

/// The variants of the kernel for a network's attention and pointwise functions, and which of them this processor takes.
///
/// They differ in the last bits: where there are instructions that multiply and add at once, they are used.
public enum PriorKernel: String, KernelVariant {
    /// The least that every processor of the architecture has (SSE2, NEON).
    case baseline
    /// x86-64-v3: AVX2 and FMA.
    case avx2
    /// x86-64-v4: AVX-512.
    case avx512

    /// The best variant of this processor.
    public static let best: PriorKernel = allCases.last(where: \.isSupported) ?? .baseline

    /// The variant's functions. The variants are one source in three modules, whose types are alike and not the same.
    var operations: any PriorOperations.Type {
        switch self {
        case .baseline: AttentionKernelPortable.Operations.self
        case .avx2: AttentionKernelAVX2.Operations.self
        case .avx512: AttentionKernelAVX512.Operations.self
        }
    }
}

/// What the kernel's variants have in common; the documentation is at `Operations` in `Sources/AttentionKernelPortable`.
protocol PriorOperations: Sendable {
    static func attend(
        _ items: Range<Int>, queries: UnsafePointer<Float>, keysAndValues: UnsafePointer<Float>,
        result: UnsafeMutablePointer<Float>, logSums: UnsafeMutablePointer<Float>, positions: Int, heads: Int,
        size: Int)
    static func attendBackward(
        _ items: Range<Int>, queries: UnsafePointer<Float>, keysAndValues: UnsafePointer<Float>,
        result: UnsafePointer<Float>, logSums: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        queryGradient: UnsafeMutablePointer<Float>, keyValueGradient: UnsafeMutablePointer<Float>, positions: Int,
        heads: Int, size: Int)
    static func padELU(
        _ rows: Range<Int>, source: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>, height: Int, length: Int,
        above: Int, side: Int)
    static func padELUBackward(
        _ rows: Range<Int>, padded: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        target: UnsafeMutablePointer<Float>, height: Int, length: Int, above: Int, side: Int)
    static func dropELU(
        _ blocks: Range<Int>, source: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>, count: Int,
        share: Float, threshold: UInt32, seed: UInt64)
    static func dropELUBackward(
        _ blocks: Range<Int>, result: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        target: UnsafeMutablePointer<Float>, count: Int, share: Float)
    static func addGated(
        _ rows: Range<Int>, hidden: UnsafePointer<Float>, gates: UnsafePointer<Float>,
        target: UnsafeMutablePointer<Float>, channels: Int)
    static func addGatedBackward(
        _ rows: Range<Int>, gates: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
        target: UnsafeMutablePointer<Float>, channels: Int)
}

extension AttentionKernelPortable.Operations: PriorOperations {}
extension AttentionKernelAVX2.Operations: PriorOperations {}
extension AttentionKernelAVX512.Operations: PriorOperations {}
