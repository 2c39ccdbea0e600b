/// What every variant of the kernel does with a row of codes.
///
/// Nothing is checked: codes [width] are in 0 ..< choices, the model's tables have the sizes that follow from its choices
/// (Bitstream's `ContextStatistics` sees to that), planes hold what such codes give, and a writer has room for `width` ×
/// digits words.
public protocol RowKernel {
    /// Writes a row.
    static func write(
        _ coder: inout RangeWriter, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>)

    /// Counts what a row costs.
    static func write(
        _ coder: inout CostCounter, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>)

    /// Keeps a row's distributions; the room for them is the caller's.
    static func write(
        _ coder: inout ShareRecorder, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>)

    /// Reads a row.
    ///
    /// - Returns: Whether all codes are below the number of choices.
    static func read(
        _ coder: inout RangeReader, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafeMutablePointer<Int32>
    ) -> Bool

    /// Writes digits of given distributions.
    ///
    /// - Parameters:
    ///   - digits: [count], each in 0 ..< 8 and of a share that is not 0.
    ///   - shares: [count, 8], each row adding up to 65,536. Not checked.
    static func write(
        _ coder: inout RangeWriter, _ digits: UnsafePointer<UInt8>, _ shares: UnsafePointer<SIMD8<UInt32>>, count: Int)

    /// Reads digits of given distributions, as they were written.
    static func read(
        _ coder: inout RangeReader, _ digits: UnsafeMutablePointer<UInt8>, _ shares: UnsafePointer<SIMD8<UInt32>>,
        count: Int)
}
