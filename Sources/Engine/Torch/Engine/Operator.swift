import CTorch

/// An ATen operator, looked up once by name and called with tagged arguments.
///
/// Every operator of LibTorch's dispatcher is reachable this way, for example
/// `Operator("aten::linalg_norm")`. A name that does not exist fails at the first call, not at the look-up, so
/// that operators can be kept in constants.
package struct Operator: @unchecked Sendable {
    // The handle is immutable and lives as long as the process.
    private let handle: Result<OpaquePointer, TorchError>
    /// The qualified name, such as `aten::add.Tensor`.
    package let name: String

    /// Looks an operator up.
    ///
    /// - Parameters:
    ///   - name: The qualified name, such as `aten::add`.
    ///   - overload: The overload, such as `Tensor`; empty for the unnamed one.
    package init(_ name: String, _ overload: String = "") {
        self.name = overload.isEmpty ? name : "\(name).\(overload)"
        var found: OpaquePointer?
        if ct_find_operator(name, overload, &found) == 0, let found {
            handle = .success(found)
        } else {
            handle = .failure(TorchError.last(self.name))
        }
    }

    /// Whether this LibTorch has the operator.
    package var isAvailable: Bool { (try? handle.get()) != nil }

    /// Calls the operator and returns its only (or first) result, which must be a tensor.
    ///
    /// - Parameter arguments: In the schema's order; trailing ones may be left out where the schema has defaults.
    /// - Throws: ``TorchError``.
    @discardableResult
    package func callAsFunction(_ arguments: Value...) throws -> Tensor { try self(arguments) }

    /// Calls the operator with a list of arguments; see ``callAsFunction(_:)-(Value...)``.
    ///
    /// - Throws: ``TorchError``.
    @discardableResult
    package func callAsFunction(_ arguments: [Value]) throws -> Tensor {
        guard case .tensor(let tensor)? = try results(arguments).first else {
            throw TorchError.unexpectedResult(operation: name, text: "a tensor was expected as its result")
        }
        return tensor
    }

    /// Calls the operator and returns all of its results; a tensor list is spread over several.
    ///
    /// - Throws: ``TorchError``.
    @discardableResult
    package func results(_ arguments: [Value], capacity: Int = 8) throws -> [Value] {
        let operatorHandle = try handle.get()
        var pack = ArgumentPack()
        pack.values.reserveCapacity(arguments.count)
        for argument in arguments { pack.append(argument) }
        return try withUnsafeTemporaryAllocation(of: ct_value.self, capacity: capacity) { results in
            var count: Int32 = 0
            // The tensors in `arguments` must outlive the call, not only the making of the pack.
            let status = withExtendedLifetime(arguments) {
                pack.withPools { pools in
                    withUnsafePointer(to: pools) {
                        ct_call(
                            operatorHandle, pack.values, Int32(pack.values.count), $0, results.baseAddress,
                            Int32(capacity), &count)
                    }
                }
            }
            try check(status, name)
            return results[..<Int(count)].map(Value.init(owning:))
        }
    }
}

extension Value {
    /// Takes over the reference that a result holds.
    fileprivate init(owning value: ct_value) {
        switch Int(value.tag) {
        case CT_TENSOR: self = value.handle.map { .tensor(Tensor(owning: OpaquePointer($0))) } ?? .none
        case CT_INTEGER: self = .integer(Int(value.integer))
        case CT_REAL: self = .real(value.real)
        case CT_BOOLEAN: self = .boolean(value.integer != 0)
        default: self = .none
        }
    }
}

/// The arguments of one call, lists laid out in pools so that one call needs no nested pointers.
private struct ArgumentPack {
    var values: [ct_value] = []
    var integers: [Int64] = []
    var reals: [Double] = []
    var tensors: [OpaquePointer?] = []
    var characters: [CChar] = []

    mutating func append(_ argument: Value) {
        var value = ct_value(tag: Int32(CT_NONE), count: 0, integer: 0, real: 0, handle: nil)
        switch argument {
        case .none: break
        case .tensor(let tensor):
            value.tag = Int32(CT_TENSOR)
            value.handle = UnsafeMutableRawPointer(tensor.handle)
        case .integer(let number):
            value.tag = Int32(CT_INTEGER)
            value.integer = Int64(number)
        case .real(let number):
            value.tag = Int32(CT_REAL)
            value.real = number
        case .boolean(let truth):
            value.tag = Int32(CT_BOOLEAN)
            value.integer = truth ? 1 : 0
        case .integers(let list):
            value = Self.list(CT_INTEGERS, at: integers.count, count: list.count)
            for number in list { integers.append(Int64(number)) }
        case .reals(let list):
            value = Self.list(CT_REALS, at: reals.count, count: list.count)
            reals += list
        case .tensors(let list):
            value = Self.list(CT_TENSORS, at: tensors.count, count: list.count)
            for tensor in list { tensors.append(tensor?.handle) }
        case .string(let text):
            let bytes = text.utf8.map { CChar(bitPattern: $0) }
            value = Self.list(CT_STRING, at: characters.count, count: bytes.count)
            characters += bytes
        case .device(let device):
            value.tag = Int32(CT_DEVICE)
            value.integer = Int64(device.kind.rawValue)
            value.count = Int32(device.index)
        case .generator(let generator):
            value.tag = Int32(CT_GENERATOR)
            value.handle = UnsafeMutableRawPointer(generator.handle)
        }
        values.append(value)
    }

    private static func list(_ tag: Int, at start: Int, count: Int) -> ct_value {
        ct_value(tag: Int32(tag), count: Int32(count), integer: Int64(start), real: 0, handle: nil)
    }

    func withPools<Result>(_ body: (ct_pools) -> Result) -> Result {
        integers.withUnsafeBufferPointer { integers in
            reals.withUnsafeBufferPointer { reals in
                tensors.withUnsafeBufferPointer { tensors in
                    characters.withUnsafeBufferPointer { characters in
                        body(
                            ct_pools(
                                integers: integers.baseAddress, reals: reals.baseAddress,
                                tensors: tensors.baseAddress, characters: characters.baseAddress))
                    }
                }
            }
        }
    }
}
