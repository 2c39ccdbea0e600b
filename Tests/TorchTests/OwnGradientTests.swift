import TensorTestSupport
import Testing
import Torch

@Suite("Gradients of our own")
struct OwnGradientTests {
    private struct Refusal: Error, CustomStringConvertible {
        var description: String { "the kernel refused" }
    }

    /// Counts how many of them are alive.
    private final class Witness {}

    private func leaf(_ numbers: [Float], _ shape: [Int]) throws -> Tensor {
        let tensor = try Tensor(numbers, shape)
        try tensor.setRequiresGradient(true)
        return tensor
    }

    /// x · y, computed without recording, with its own gradient.
    private func product(_ x: Tensor, _ y: Tensor) throws -> Tensor {
        let value = try withoutGradients { try x * y }
        return try value.withGradient(of: [x, y]) { gradient in
            // The function may hold the value too.
            #expect(value.shape == gradient.shape)
            return [try gradient * y, try gradient * x]
        }
    }

    @Test("Agrees with the engine's own gradient of the same function, inside of a larger graph")
    func agreement() throws {
        var found: [[Float]] = []
        for isOwn in [true, false] {
            let x = try leaf([1, 2, 3, -4, 5, 0.5], [2, 3])
            let y = try leaf([0.5, -1, 2, 3, -0.25, 1], [2, 3])
            func multiply(_ left: Tensor, _ right: Tensor) throws -> Tensor {
                isOwn ? try product(left, right) : try left * right
            }
            let inner = try multiply(x.relu(), y + 1)
            let loss = try (multiply(inner, x) * inner).sum()
            #expect(loss.requiresGradient)
            try loss.backward()
            found.append(
                [try loss.item()] + (try #require(try x.gradient()).array(of: Float.self))
                    + (try #require(try y.gradient()).array(of: Float.self)))
        }
        expectClose(found[0], found[1])
    }

    @Test("An input that needs no gradient gets none, and so does one without")
    func absence() throws {
        let x = try leaf([1, 2], [2])
        let fixed = try Tensor([3, 4] as [Float], [2])
        let y = try leaf([5, 6], [2])
        let value = try withoutGradients { try x * fixed }
        let result = try value.withGradient(of: [x, fixed, y]) { [try $0 * fixed, try $0 * x, nil] }
        try result.sum().backward()
        #expect(try #require(try x.gradient()).array(of: Float.self) == [3, 4])
        #expect(try fixed.gradient() == nil)
        #expect(try y.gradient() == nil)
    }

    @Test("What the function throws is thrown by backward, with its text")
    func errors() throws {
        let x = try leaf([1, 2], [2])
        let value = try withoutGradients { try x * 2 }
        #expect(throws: TorchError.engine(operation: "backward", text: "the kernel refused")) {
            try value.withGradient(of: [x]) { _ in throw Refusal() }.sum().backward()
        }
        #expect(throws: TorchError.self) { try value.withGradient(of: [x]) { _ in [] }.sum().backward() }
        // A gradient of another shape.
        #expect(throws: TorchError.self) {
            try value.withGradient(of: [x]) { _ in [try Tensor.zeros([3])] }.sum().backward()
        }
        #expect(try x.gradient() == nil)
    }

    @Test("The function is released after its use, with the graph, or at once where nothing is recorded")
    func release() throws {
        let x = try leaf([1, 2], [2])
        weak var witness: Witness?
        func make(_ input: Tensor) throws -> Tensor {
            let held = Witness()
            witness = held
            let value = try withoutGradients { try input * 2 }
            return try value.withGradient(of: [input]) { gradient in
                try withExtendedLifetime((held, value)) { [try gradient * 2] }
            }
        }
        let used = try make(x)
        #expect(witness != nil)
        let loss = try used.sum()
        try loss.backward()
        #expect(witness == nil)
        #expect(throws: TorchError.self) { try used.sum().backward() }

        var unused: Tensor? = try make(x)
        #expect(witness != nil && unused?.requiresGradient == true)
        unused = nil
        #expect(witness == nil)

        let unrecorded = try withoutGradients { try make(x) }
        #expect(witness == nil && !unrecorded.requiresGradient)
        #expect(try unrecorded.array(of: Float.self) == [2, 4])
        let fixed = try make(try Tensor([1, 2] as [Float], [2]))
        #expect(witness == nil && !fixed.requiresGradient)
    }
}
