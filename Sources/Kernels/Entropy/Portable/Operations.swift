import EntropyKernelInterface

/// The coding of rows, compiled for one instruction set.
public enum EntropyKernel: RowKernel {
    /// Writes a row.
    public static func write(
        _ coder: inout RangeWriter, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>
    ) {
        writeRow(&coder, model, planes, codes, .shared)
    }

    /// Counts what a row costs.
    public static func write(
        _ coder: inout CostCounter, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>
    ) {
        writeRow(&coder, model, planes, codes, .shared)
    }

    /// Keeps a row's distributions.
    public static func write(
        _ coder: inout ShareRecorder, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>
    ) {
        writeRow(&coder, model, planes, codes, .shared)
    }

    /// Reads a row.
    public static func read(
        _ coder: inout RangeReader, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafeMutablePointer<Int32>
    ) -> Bool {
        readRow(&coder, model, planes, codes, .shared)
    }

    /// Writes digits of given distributions.
    public static func write(
        _ coder: inout RangeWriter, _ digits: UnsafePointer<UInt8>, _ shares: UnsafePointer<SIMD8<UInt32>>, count: Int
    ) {
        writeDigits(&coder, digits, shares, count: count, .shared)
    }

    /// Reads digits of given distributions.
    public static func read(
        _ coder: inout RangeReader, _ digits: UnsafeMutablePointer<UInt8>, _ shares: UnsafePointer<SIMD8<UInt32>>,
        count: Int
    ) {
        readDigits(&coder, digits, shares, count: count)
    }
}
