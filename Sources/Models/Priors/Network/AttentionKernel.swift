import AttentionKernelAVX2
import AttentionKernelAVX512
import AttentionKernelPortable
import Processors

extension KernelVariant {
    /// A network's attention and pointwise functions. Variants differ in the last bits where they multiply and add at once.
    var attention: any AttentionOperations.Type {
        switch self {
        case .portable: AttentionKernelPortable.Operations.self
        case .avx2: AttentionKernelAVX2.Operations.self
        case .avx512: AttentionKernelAVX512.Operations.self
        }
    }
}

/// What the kernel's variants have in common; `Operations` in `Sources/Kernels/Attention/Portable` is documented.
protocol AttentionOperations: Sendable {
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

extension AttentionKernelPortable.Operations: AttentionOperations {}
extension AttentionKernelAVX2.Operations: AttentionOperations {}
extension AttentionKernelAVX512.Operations: AttentionOperations {}
