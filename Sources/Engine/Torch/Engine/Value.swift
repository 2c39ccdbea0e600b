import CTorch

/// An argument or a result of an ``Operator``.
package enum Value {
    /// Absent: `None` in the operator's schema.
    case none
    /// A tensor.
    case tensor(Tensor)
    /// An integer; also the number of a data type, a layout or a memory format.
    case integer(Int)
    /// A real number.
    case real(Double)
    /// A truth value.
    case boolean(Bool)
    /// A list of integers, such as sizes.
    case integers([Int])
    /// A list of real numbers.
    case reals([Double])
    /// A list of tensors; `nil` is an absent one.
    case tensors([Tensor?])
    /// A text, such as a rounding mode.
    case string(String)
    /// A device.
    case device(Device)
    /// A source of random numbers.
    case generator(Generator)

    /// The number of a data type as an argument.
    package static func dataType(_ type: DataType) -> Value { .integer(Int(type.rawValue)) }

    /// The number of a memory format as an argument.
    package static func memoryFormat(_ format: MemoryFormat) -> Value { .integer(Int(format.rawValue)) }
}

extension Value: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral
{
    /// An integer argument.
    package init(integerLiteral value: Int) { self = .integer(value) }
    /// A real argument.
    package init(floatLiteral value: Double) { self = .real(value) }
    /// A truth argument.
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// An absent argument.
    package init(nilLiteral: ()) { self = .none }
    /// A list of integers.
    package init(arrayLiteral elements: Int...) { self = .integers(elements) }
}

/// How the four axes of an image tensor lie in memory.
package enum MemoryFormat: Int8, Sendable {
    /// The last logical axis varies fastest.
    case contiguous = 0
    /// The strides of the input are kept.
    case preserve = 1
    /// Logical [N, C, H, W] with the channels varying fastest.
    case channelsLast = 2
}
