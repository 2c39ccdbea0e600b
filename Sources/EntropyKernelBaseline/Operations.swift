import EntropyKernelTypes

/// The coding of one row of codes with each coder.
public enum EntropyKernel {
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
