import Testing
import Torch

@Suite("Tensors")
struct TensorTests {
    @Test("Elements go in and come out in order")
    func roundTrip() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
        #expect(tensor.shape == [2, 3])
        #expect(tensor.strides == [3, 1])
        #expect(try tensor.array(of: Float.self) == [1, 2, 3, 4, 5, 6])
        #expect(try tensor.permuted([1, 0]).array(of: Float.self) == [1, 4, 2, 5, 3, 6])
        #expect(try tensor.to(.int64).array(of: Int64.self) == [1, 2, 3, 4, 5, 6])
    }

    @Test("Arithmetic broadcasts as PyTorch's does")
    func arithmetic() throws {
        let matrix = try Tensor([1, 2, 3, 4] as [Float], [2, 2])
        let row = try Tensor([10, 20] as [Float], [2])
        #expect(try (matrix + row).array(of: Float.self) == [11, 22, 13, 24])
        #expect(try (matrix * row - matrix).array(of: Float.self) == [9, 38, 27, 76])
        #expect(try matrix.matmul(matrix).array(of: Float.self) == [7, 10, 15, 22])
        #expect(try matrix.argmin(axis: 1).array(of: Int64.self) == [0, 0])
        #expect(try matrix.sum(axes: [0]).array(of: Float.self) == [4, 6])
    }

    @Test("Channels-last changes the memory and not the elements")
    func channelsLast() throws {
        let values = (0..<24).map(Float.init)
        let tensor = try Tensor(values, [1, 2, 3, 4]).channelsLast()
        #expect(tensor.isContiguous(.channelsLast))
        #expect(tensor.strides == [24, 1, 8, 2])
        #expect(try tensor.array(of: Float.self) == values)
    }

    @Test("An exception of the engine is a Swift error with its text, and the next call works")
    func engineErrors() throws {
        let left = try Tensor([1, 2] as [Float], [2])
        let right = try Tensor([1, 2, 3] as [Float], [3])
        let error = #expect(throws: TorchError.self) { try left + right }
        #expect("\(try #require(error))".contains("must match the size of tensor"))
        #expect(try (left + left).array(of: Float.self) == [2, 4])
        let unknown = #expect(throws: TorchError.self) { try Operator("aten::no_such_operator")(.tensor(left)) }
        #expect("\(try #require(unknown))".contains("no_such_operator"))
        #expect(throws: TorchError.self) { try Tensor.empty([1 << 40, 1 << 20]) }
        #expect(throws: TorchError.self) { try left.reshaped([5]) }
    }

    @Test("Any operator of the dispatcher can be called, with several results")
    func boxedCalls() throws {
        let tensor = try Tensor([3, 1, 2] as [Float], [3])
        let results = try Operator("aten::sort").results([.tensor(tensor), .integer(0), true])
        #expect(results.count == 2)
        guard case .tensor(let sorted) = results[0], case .tensor(let order) = results[1] else {
            Issue.record("aten::sort gave no tensors")
            return
        }
        #expect(try sorted.array(of: Float.self) == [3, 2, 1])
        #expect(try order.array(of: Int64.self) == [0, 2, 1])
    }

    @Test("The same seed gives the same numbers, and a state goes on where it was taken")
    func generators() throws {
        let first = try Generator(seed: 7)
        let second = try Generator(seed: 7)
        let values = try Tensor.normal([5], generator: first).array(of: Float.self)
        #expect(try Tensor.normal([5], generator: second).array(of: Float.self) == values)
        let state = try first.state()
        let later = try Tensor.normal([5], generator: first).array(of: Float.self)
        #expect(later != values)
        try second.setState(state)
        #expect(try Tensor.normal([5], generator: second).array(of: Float.self) == later)
    }

    @Test("A parallel loop covers its range once")
    func parallelLoop() throws {
        final class Counts: @unchecked Sendable {
            let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: 10_000)
            init() { pointer.initialize(repeating: 0, count: 10_000) }
            deinit { pointer.deallocate() }
        }
        let counts = Counts()
        try Engine.parallel(10_000, grain: 16) { range in for index in range { counts.pointer[index] += 1 } }
        #expect((0..<10_000).allSatisfy { counts.pointer[$0] == 1 })
    }

    @Test("The device 'cuda' without CUDA is an error with the reason", .enabled(if: Engine.cudaUnavailability != nil))
    func noCUDA() throws {
        #expect(try DeviceChoice.auto.resolve() == .cpu)
        let error = #expect(throws: TorchError.self) { try DeviceChoice.cuda.resolve() }
        #expect("\(try #require(error))".contains("use `DeviceChoice.cpu`"))
    }
}
