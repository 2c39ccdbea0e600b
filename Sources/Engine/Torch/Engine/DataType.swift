/// The type of a tensor's elements, numbered as LibTorch numbers it.
public enum DataType: Int32, Sendable, CaseIterable {
    /// 8-bit unsigned integers.
    case uint8 = 0
    /// 8-bit signed integers.
    case int8 = 1
    /// 16-bit signed integers.
    case int16 = 2
    /// 32-bit signed integers.
    case int32 = 3
    /// 64-bit signed integers, the type of indices.
    case int64 = 4
    /// IEEE half precision.
    case float16 = 5
    /// IEEE single precision.
    case float32 = 6
    /// IEEE double precision.
    case float64 = 7
    /// Truth values, one byte each.
    case bool = 11
    /// The upper half of an IEEE single.
    case bfloat16 = 15

    /// Bytes an element.
    package var size: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .int16, .float16, .bfloat16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }
}

/// A Swift type that can be an element of a tensor.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The element type that LibTorch calls it.
    static var dataType: DataType { get }
}

extension UInt8: TensorElement {
    /// 8-bit unsigned.
    public static var dataType: DataType { .uint8 }
}
extension Int16: TensorElement {
    /// 16-bit signed.
    public static var dataType: DataType { .int16 }
}
extension Int32: TensorElement {
    /// 32-bit signed.
    public static var dataType: DataType { .int32 }
}
extension Int64: TensorElement {
    /// 64-bit signed.
    public static var dataType: DataType { .int64 }
}
extension Float: TensorElement {
    /// Single precision.
    public static var dataType: DataType { .float32 }
}
extension Double: TensorElement {
    /// Double precision.
    public static var dataType: DataType { .float64 }
}
