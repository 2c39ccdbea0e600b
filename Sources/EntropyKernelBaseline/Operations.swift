import EntropyKernelTypes

/// The coding of one row of codes with each coder.
///
/// Nothing is checked here: codes [width] are in 0 ..< choices, the model's tables have the sizes that follow from its
/// choices (Bitstream's `ContextStatistics` sees to that), planes hold what such codes give, and a writer has room for
/// `width` × digits words.
public enum EntropyKernel {
    /// Enters a row's codes into the layer's own plane, where there is nothing to code.
    public static func fill(_ planes: RowPlanes, _ codes: UnsafePointer<Int32>, choices: Int, isChild: Bool) {
        planes.fill(codes, choices: choices, isChild: isChild)
    }

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

    /// Keeps a row's distributions; the room for them is the caller's.
    public static func write(
        _ coder: inout ShareRecorder, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafePointer<Int32>
    ) {
        writeRow(&coder, model, planes, codes, .shared)
    }

    /// Reads a row.
    ///
    /// - Returns: Whether all codes are below the number of choices.
    public static func read(
        _ coder: inout RangeReader, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafeMutablePointer<Int32>
    ) -> Bool {
        readRow(&coder, model, planes, codes, .shared)
    }
}
