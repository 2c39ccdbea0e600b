extension Tensor {
    /// Element by element, with broadcasting; agrees with `torch.add`.
    public static func + (left: Tensor, right: Tensor) throws -> Tensor {
        try Operators.add(.tensor(left), .tensor(right))
    }

    /// Adds a number to each element.
    public static func + (left: Tensor, right: Double) throws -> Tensor {
        try Operators.addScalar(.tensor(left), .real(right))
    }

    /// Element by element, with broadcasting; agrees with `torch.sub`.
    public static func - (left: Tensor, right: Tensor) throws -> Tensor {
        try Operators.subtract(.tensor(left), .tensor(right))
    }

    /// Subtracts a number from each element.
    public static func - (left: Tensor, right: Double) throws -> Tensor { try left + (-right) }

    /// Element by element, with broadcasting; agrees with `torch.mul`.
    public static func * (left: Tensor, right: Tensor) throws -> Tensor {
        try Operators.multiply(.tensor(left), .tensor(right))
    }

    /// Multiplies each element with a number.
    public static func * (left: Tensor, right: Double) throws -> Tensor {
        try Operators.multiplyScalar(.tensor(left), .real(right))
    }

    /// Element by element, with broadcasting; agrees with `torch.div`.
    public static func / (left: Tensor, right: Tensor) throws -> Tensor {
        try Operators.divide(.tensor(left), .tensor(right))
    }

    /// The sign of each element turned.
    public static prefix func - (tensor: Tensor) throws -> Tensor { try Operators.negate(.tensor(tensor)) }

    /// Adds another tensor to this one's memory.
    package func addInPlace(_ other: Tensor) throws {
        try Operators.addInPlace(.tensor(self), .tensor(other))
    }

    /// Multiplies this tensor's memory with a number.
    package func multiplyInPlace(_ factor: Double) throws {
        try Operators.multiplyInPlace(.tensor(self), .real(factor))
    }

    /// max(x, 0).
    package func relu() throws -> Tensor { try Operators.relu(.tensor(self)) }

    /// max(x, 0) in this tensor's memory; only for a tensor that nothing else reads.
    package func reluInPlace() throws -> Tensor { try Operators.reluInPlace(.tensor(self)) }

    /// √x of each element.
    package func squareRoot() throws -> Tensor { try Operators.squareRoot(.tensor(self)) }

    /// Elements brought into a range.
    package func clamped(to range: ClosedRange<Double>) throws -> Tensor {
        try Operators.clamp(.tensor(self), .real(range.lowerBound), .real(range.upperBound))
    }

    /// tanh(x) of each element; agrees with `torch.tanh`.
    package func hyperbolicTangent() throws -> Tensor { try Operators.tanh(.tensor(self)) }

    /// To the nearest integer, halves to even, as `torch.round`.
    package func rounded() throws -> Tensor { try Operators.round(.tensor(self)) }

    /// The product of matrices (the last two axes), with broadcasting over the others; agrees with `torch.matmul`.
    package func matmul(_ other: Tensor) throws -> Tensor { try Operators.matmul(.tensor(self), .tensor(other)) }

    /// Which end of a range.
    package enum Extreme: Sendable {
        /// The smallest number.
        case least
        /// The largest number.
        case most
    }

    /// The smallest or the largest element of a tensor of whole numbers that is not empty.
    ///
    /// - Throws: ``TorchError`` where there is no element.
    package func extreme(_ end: Extreme) throws -> Int {
        let result = try (end == .least ? Operators.least : Operators.most)(.tensor(self))
        return Int(try result.array(of: Int64.self)[0])
    }

    /// The mean of all elements.
    package func mean() throws -> Tensor { try Operators.mean(.tensor(self)) }

    /// The sum of all elements.
    package func sum() throws -> Tensor { try Operators.sum(.tensor(self)) }

    /// The sum over axes.
    package func sum(axes: [Int], keepAxes: Bool = false) throws -> Tensor {
        try Operators.sumAxes(.tensor(self), .integers(axes), .boolean(keepAxes))
    }

    /// The sum over axes of numbers in bfloat16 as float32; in another type's own.
    ///
    /// Not recorded where the sum is that of all elements. The number of threads has no influence on the bits.
    package func wideSum(axes: [Int]) throws -> Tensor {
        if isReducedInParts, axes.reduce(1, { $0 * size($1) }) == count {
            let kept = (0..<rank).filter { !axes.contains($0) }.map { size($0) }
            return try fixedSum(dataType == .bfloat16 ? .float32 : nil).reshaped(kept)
        }
        guard dataType == .bfloat16 else { return try sum(axes: axes) }
        return try Operators.sumAxes(.tensor(self), .integers(axes), false, .integer(Int(DataType.float32.rawValue)))
    }

    /// The index of the least element along an axis, the first of equals; int64.
    package func argmin(axis: Int) throws -> Tensor { try Operators.argmin(.tensor(self), .integer(axis)) }

    /// mean((x − y)²) over all elements; agrees with `torch.nn.functional.mse_loss`. The number of threads has no
    /// influence on the bits.
    package func meanSquaredError(_ other: Tensor) throws -> Tensor {
        guard isReducedInParts, shape == other.shape, dataType == other.dataType, device == other.device else {
            return try Operators.meanSquaredError(.tensor(self), .tensor(other))
        }
        let (noReduction, mean): (Value, Value) = (0, 1)
        let error = try withoutGradients {
            try Operators.meanSquaredError(.tensor(self), .tensor(other), noReduction).fixedSum()
                * (1 / Double(count))
        }
        return try error.withGradient(of: [self, other]) { gradient in
            let found = try Operators.meanSquaredErrorBackward(
                .tensor(gradient), .tensor(self), .tensor(other), mean)
            return [self.requiresGradient ? found : nil, other.requiresGradient ? try -found : nil]
        }
    }

    /// mean(|x − y|) over all elements; agrees with `torch.nn.functional.l1_loss`. The gradient is 0 where both are equal.
    /// The number of threads has no influence on the bits.
    package func meanAbsoluteError(_ other: Tensor) throws -> Tensor {
        let difference = try self - other
        guard difference.isReducedInParts else {
            return try Operators.mean(.tensor(Operators.absolute(.tensor(difference))))
        }
        let scale = 1 / Double(difference.count)
        let detached = try difference.detached()
        let error = try withoutGradients { try Operators.absolute(.tensor(detached)).fixedSum() * scale }
        return try error.withGradient(of: [difference]) { gradient in
            [try Operators.sign(.tensor(detached)) * (gradient * scale)]
        }
    }

    /// The square root of the sum of all squares. Not recorded on a processor; there, the number of threads has no
    /// influence on the bits.
    package func norm() throws -> Tensor {
        guard isReducedInParts, !requiresGradient else { return try Operators.vectorNorm(.tensor(self)) }
        return try fixedNorm()
    }

    /// Whether no element is infinite or not a number.
    package func isFinite() throws -> Bool {
        try Operators.all(.tensor(Operators.allFinite(.tensor(self)))).item() != 0
    }
}

extension Tensor {
    /// The remainder of a division with the divisor's sign; agrees with `torch.remainder`.
    package func remainder(_ divisor: Tensor) throws -> Tensor {
        try Operators.remainder(.tensor(self), .tensor(divisor))
    }

    /// Where elements exceed a number, as truth values.
    package func isGreater(than number: Double) throws -> Tensor {
        try Operators.greater(.tensor(self), .real(number))
    }

    /// `first` where this tensor of truth values holds, `second` elsewhere; agrees with `torch.where`.
    package func choose(_ first: Tensor, _ second: Tensor) throws -> Tensor {
        try Operators.choose(.tensor(self), .tensor(first), .tensor(second))
    }
}
