import EntropyKernelAVX2
import EntropyKernelAVX512
import EntropyKernelBaseline
import EntropyKernelTypes
import Processors

/// The variants of the kernel that codes rows, and which of them this processor takes. All give the same bytes.
package enum CodingKernel: String, KernelVariant {
    /// The least that every processor of the architecture has (SSE2, NEON).
    case baseline
    /// x86-64-v3: AVX2.
    case avx2
    /// x86-64-v4: AVX-512.
    case avx512

    /// The best variant of this processor.
    package static let best: CodingKernel = allCases.last(where: \.isSupported) ?? .baseline

    /// Writes a row.
    func write(
        _ coder: inout RangeWriter, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>
    ) {
        switch self {
        case .baseline: EntropyKernelBaseline.EntropyKernel.write(&coder, model, planes, codes)
        case .avx2: EntropyKernelAVX2.EntropyKernel.write(&coder, model, planes, codes)
        case .avx512: EntropyKernelAVX512.EntropyKernel.write(&coder, model, planes, codes)
        }
    }

    /// Counts what a row costs.
    func write(
        _ coder: inout CostCounter, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>
    ) {
        switch self {
        case .baseline: EntropyKernelBaseline.EntropyKernel.write(&coder, model, planes, codes)
        case .avx2: EntropyKernelAVX2.EntropyKernel.write(&coder, model, planes, codes)
        case .avx512: EntropyKernelAVX512.EntropyKernel.write(&coder, model, planes, codes)
        }
    }

    /// Keeps a row's distributions.
    func write(
        _ coder: inout ShareRecorder, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>
    ) {
        switch self {
        case .baseline: EntropyKernelBaseline.EntropyKernel.write(&coder, model, planes, codes)
        case .avx2: EntropyKernelAVX2.EntropyKernel.write(&coder, model, planes, codes)
        case .avx512: EntropyKernelAVX512.EntropyKernel.write(&coder, model, planes, codes)
        }
    }

    /// Reads a row.
    ///
    /// - Returns: Whether all codes are below the number of choices.
    func read(
        _ coder: inout RangeReader, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafeMutablePointer<Int32>
    ) -> Bool {
        switch self {
        case .baseline: EntropyKernelBaseline.EntropyKernel.read(&coder, model, planes, codes)
        case .avx2: EntropyKernelAVX2.EntropyKernel.read(&coder, model, planes, codes)
        case .avx512: EntropyKernelAVX512.EntropyKernel.read(&coder, model, planes, codes)
        }
    }

    /// Writes digits of given distributions.
    func write(
        _ coder: inout RangeWriter, _ digits: UnsafePointer<UInt8>, _ shares: UnsafePointer<SIMD8<UInt32>>, count: Int
    ) {
        switch self {
        case .baseline: EntropyKernelBaseline.EntropyKernel.write(&coder, digits, shares, count: count)
        case .avx2: EntropyKernelAVX2.EntropyKernel.write(&coder, digits, shares, count: count)
        case .avx512: EntropyKernelAVX512.EntropyKernel.write(&coder, digits, shares, count: count)
        }
    }

    /// Reads digits of given distributions.
    func read(
        _ coder: inout RangeReader, _ digits: UnsafeMutablePointer<UInt8>, _ shares: UnsafePointer<SIMD8<UInt32>>,
        count: Int
    ) {
        switch self {
        case .baseline: EntropyKernelBaseline.EntropyKernel.read(&coder, digits, shares, count: count)
        case .avx2: EntropyKernelAVX2.EntropyKernel.read(&coder, digits, shares, count: count)
        case .avx512: EntropyKernelAVX512.EntropyKernel.read(&coder, digits, shares, count: count)
        }
    }
}
