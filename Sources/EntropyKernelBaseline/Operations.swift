/// The coding of one row of codes with each coder.
public enum EntropyKernel {
    /// round(32768 · 2^(−i/256)) for i in 0 ..< 256.
    public static var powers: [UInt16] { PowerTable.values }

    /// Writes a row; the room for words is the caller's: one for each digit.
    public static func write(
        _ coder: inout RangeWriter, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafeMutablePointer<Int32>,
        width: Int
    ) {
        KernelConstants.use { _ = codeRow(&coder, model, planes, codes, width: width, constants: $0) }
    }

    /// Reads a row.
    ///
    /// - Returns: Whether all codes are below the number of choices.
    public static func read(
        _ coder: inout RangeReader, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafeMutablePointer<Int32>,
        width: Int
    ) -> Bool {
        KernelConstants.use { codeRow(&coder, model, planes, codes, width: width, constants: $0) }
    }

    /// Counts what a row costs.
    public static func count(
        _ coder: inout CostCounter, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafeMutablePointer<Int32>,
        width: Int
    ) {
        KernelConstants.use { _ = codeRow(&coder, model, planes, codes, width: width, constants: $0) }
    }

    /// Learns from a row.
    public static func learn(
        _ digits: UnsafePointer<RegressionModel>, count: Int, choices: Int, isChild: Bool, _ planes: RowPlanes,
        _ codes: UnsafeMutablePointer<Int32>, width: Int, rate: Float
    ) {
        KernelConstants.use { constants in
            var visitor = RegressionVisitor(digits: digits, rate: rate, constants: constants)
            _ = visitRow(
                &visitor, digits: count, choices: choices, isChild: isChild, planes, codes, width: width)
        }
    }

    /// Keeps a row's distributions; the room for them is the caller's.
    public static func record(
        _ coder: inout ShareRecorder, _ model: LayerModel, _ planes: RowPlanes, _ codes: UnsafeMutablePointer<Int32>,
        width: Int
    ) {
        KernelConstants.use { _ = codeRow(&coder, model, planes, codes, width: width, constants: $0) }
    }

    /// Writes digits of given distributions over eight values, which add up to 65,536 each.
    public static func write(
        _ coder: inout RangeWriter, _ digits: UnsafePointer<UInt8>, _ shares: UnsafePointer<SIMD8<UInt32>>, count: Int
    ) {
        KernelConstants.use { constants in
            var own = coder
            for index in 0..<count {
                _ = own.code(Int(digits[index]), Frequencies(shares: shares[index], size: 8), constants)
            }
            coder = own
        }
    }

    /// Reads digits of given distributions.
    public static func read(
        _ coder: inout RangeReader, _ digits: UnsafeMutablePointer<UInt8>, _ shares: UnsafePointer<SIMD8<UInt32>>,
        count: Int
    ) {
        KernelConstants.use { constants in
            var own = coder
            for index in 0..<count {
                digits[index] = UInt8(
                    truncatingIfNeeded: own.code(0, Frequencies(shares: shares[index], size: 8), constants))
            }
            coder = own
        }
    }
}
