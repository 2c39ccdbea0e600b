import TensorTestSupport
import Testing

@testable import Torch

/// What the models use on a CUDA device, beside the processor. cuDNN's float32 convolutions are in TF32, with ten bits.
@Suite("CUDA", .enabled(if: Engine.cudaUnavailability == nil), .serialized)
struct CUDATests {
    private func limit(_ type: DataType) -> Float { type == .bfloat16 ? 1.5e-2 : 1e-3 }

    private struct Shape: Sendable {
        var inputs: Int
        var outputs: Int
        var filter: Int
        var stride: Int
        var padding: Int
        var isTransposed = false
    }

    private static let shapes = [
        Shape(inputs: 3, outputs: 32, filter: 4, stride: 2, padding: 1),
        Shape(inputs: 1, outputs: 8, filter: 4, stride: 2, padding: 1),
        Shape(inputs: 16, outputs: 24, filter: 3, stride: 1, padding: 1),
        Shape(inputs: 64, outputs: 64, filter: 3, stride: 1, padding: 1),
        Shape(inputs: 64, outputs: 16, filter: 1, stride: 1, padding: 0),
        Shape(inputs: 5, outputs: 7, filter: 3, stride: 1, padding: 1),
        Shape(inputs: 128, outputs: 64, filter: 3, stride: 1, padding: 1),
        Shape(inputs: 64, outputs: 128, filter: 1, stride: 1, padding: 0),
        Shape(inputs: 32, outputs: 64, filter: 3, stride: 1, padding: 1),
        Shape(inputs: 32, outputs: 64, filter: 4, stride: 2, padding: 1),
        Shape(inputs: 64, outputs: 3, filter: 4, stride: 2, padding: 1, isTransposed: true),
        Shape(inputs: 16, outputs: 1, filter: 4, stride: 2, padding: 1, isTransposed: true),
        Shape(inputs: 64, outputs: 32, filter: 4, stride: 2, padding: 1, isTransposed: true),
    ]

    @Test("Convolutions and all of their gradients", arguments: shapes.indices, [DataType.float32, .bfloat16])
    func convolutions(_ index: Int, _ type: DataType) throws {
        let shape = Self.shapes[index]
        for relu in [false, true] where !(relu && shape.isTransposed) {
            var results: [[String: Tensor]] = []
            for device in [Device.cpu, .cuda] {
                let store = ParameterStore(device: device)
                let scope = Scope(store: store, generator: try Generator(seed: 5))
                let input = try Tensor.normal([6, shape.inputs, 16, 16], generator: Generator(seed: 6)).channelsLast()
                    .to(device).to(device == .cpu ? .float32 : type)
                try input.setRequiresGradient(true)
                let output: Tensor
                if shape.isTransposed {
                    output = try TransposedConvolution2D(
                        scope, inputs: shape.inputs, outputs: shape.outputs, filter: shape.filter, stride: shape.stride,
                        padding: shape.padding)(input)
                } else {
                    output = try Convolution2D(
                        scope, inputs: shape.inputs, outputs: shape.outputs, filter: shape.filter, stride: shape.stride,
                        padding: shape.padding)(input, relu: relu)
                }
                let weights = try Tensor.normal(output.shape, generator: Generator(seed: 7)).channelsLast().to(device)
                try (output.to(.float32) * weights).sum().backward()
                var found = ["output": output]
                found["input"] = try input.gradient()
                for parameter in store.trainable { found[parameter.name] = try parameter.gradient() }
                results.append(found)
            }
            for (name, expected) in results[0] {
                let found = try #require(results[1][name], "\(name) has no gradient")
                // Where rounding turns the sign of what a ReLU is given, a gradient is there or not: of the share ε of
                // them, which makes the root of ε of the norm.
                let allowed = relu && name != "output" ? (limit(type) * 2).squareRoot() : limit(type)
                let error = try distance(found, expected)
                #expect(error < allowed, "\(shape), relu \(relu): \(name) differs by \(error)")
            }
        }
    }

    @Test("A gradient's way through a ReLU, with and without another one", arguments: [DataType.float32, .bfloat16])
    func reluGradient(_ type: DataType) throws {
        for (channels, side) in [(64, 16), (8, 5), (24, 7), (520, 3)] {
            let tensors = try (1...3).map {
                try Tensor.normal([4, channels, side, side], generator: Generator(seed: $0)).channelsLast().to(type)
            }
            for other in [nil, tensors[2]] as [Tensor?] {
                let expected = try tensors[0].to(.float32).cloned()
                let sum = try expected.passThroughReLU(tensors[1].to(.float32), adding: other?.to(.float32))
                let found = try tensors[0].to(.cuda).cloned()
                let deviceSum = try found.passThroughReLU(tensors[1].to(.cuda), adding: other?.to(.cuda))
                #expect(try distance(found, expected) < 5e-3)
                let lines = try deviceSum.sum(axes: [0])
                #expect(try distance(lines, sum) < (other == nil ? 5e-3 : 1e-4))
                #expect(lines.dataType == .float32)
            }
        }
    }

    @Test("The reconstruction's error and its gradient", arguments: [DataType.float32, .bfloat16])
    func reconstructionError(_ type: DataType) throws {
        for shape in [[3, 3, 9, 5], [16, 3, 32, 32], [2, 1, 28, 28]] {
            let value = try Tensor.normal(shape, generator: Generator(seed: 1)).channelsLast().to(type)
            let target = try Tensor.normal(shape, generator: Generator(seed: 2)).channelsLast()
            var results: [(Tensor, Tensor?)] = []
            for device in [Device.cpu, .cuda] {
                let input = try value.to(device).cloned()
                try input.setRequiresGradient(true)
                let error = try input.reconstructionError(target.to(device))
                try (error * 3).backward()
                results.append((error, try input.gradient()))
            }
            #expect(try distance(results[1].0, results[0].0) < 1e-5)
            #expect(try distance(#require(results[1].1), #require(results[0].1)) < (type == .float32 ? 1e-5 : 1e-2))
        }
    }

    @Test("Adam, averages and copies in one kernel")
    func adam() throws {
        var stores: [ParameterStore] = []
        var averages: [WeightAveraging] = []
        for device in [Device.cpu, .cuda] {
            let store = ParameterStore(device: device)
            let scope = Scope(store: store, generator: try Generator(seed: 3))
            _ = try scope.parameter("a", Tensor.normal([8, 5, 3, 3], generator: scope.generator).channelsLast())
            _ = try scope.parameter("b", Tensor.normal([301], generator: scope.generator))
            try store.keepCopies()
            let adam = try Adam(store, .init(weightDecay: 0.01))
            let averaging = try WeightAveraging(store, decay: 0.9, warmUp: 9)
            let rates = try Tensor([0, 0.01, 0.02, 0.03] as [Float], [4]).to(device)
            let place = try Tensor.zeros([1], .int32, device: device)
            for step in 1...3 {
                for (index, parameter) in store.trainable.enumerated() {
                    let gradient = try Tensor.normal(
                        parameter.tensor.shape, generator: Generator(seed: UInt64(10 * step + index)))
                    // As backward leaves them: in memory as the weights are.
                    let format = parameter.tensor.rank == 4 ? MemoryFormat.channelsLast : .contiguous
                    try parameter.tensor.setGradient(gradient.to(device).contiguous(format))
                }
                if device == .cpu {
                    try adam.step(learningRate: Double(step) / 100)
                    try averaging.update(step: step - 1)
                } else {
                    try place.fillInPlace(Double(step))
                    try adam.deviceStep(rates: rates, place: place, averaging: averaging)
                }
                try store.clearGradients()
            }
            stores.append(store)
            averages.append(averaging)
        }
        for (expected, found) in zip(stores[0].trainable, stores[1].trainable) {
            #expect(try distance(found.tensor, expected.tensor) < 1e-5)
            #expect(try distance(#require(found.copy), #require(expected.copy)) < 5e-3)
        }
        for (expected, found) in zip(averages[0].averages, averages[1].averages) {
            #expect(try distance(found, expected) < 1e-5)
        }
    }

    @Test("A graph does again what was recorded, on what lies in memory then")
    func graph() throws {
        try CUDAStream.run {
            let input = try Tensor.full([4], 1, device: .cuda)
            let total = try Tensor.zeros([4], device: .cuda)
            func body() throws { try total.addInPlace(input * 2) }
            try body()
            let graph = try CUDAGraph.record(body)
            #expect(try total.array(of: Float.self) == [2, 2, 2, 2])
            try input.fillInPlace(5)
            try graph.replay()
            try graph.replay()
            #expect(try total.array(of: Float.self) == [22, 22, 22, 22])
            // What cannot be recorded is an error, and the stream can be used afterwards.
            #expect(throws: (any Error).self) { _ = try CUDAGraph.record { _ = try total.sum().item() } }
            #expect(try total.sum().item() == 88)
        }
    }

    @Test("A source that does not compile is an error with the compiler's words")
    func compilerErrors() throws {
        let error = #expect(throws: TorchError.self) {
            _ = try CUDAModule(source: Array("this is no code".utf8), name: "broken.cu", element: .float32)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("broken.cu"))
        let module = try CUDAModule(source: [], name: "empty.cu", element: .bfloat16)
        #expect(throws: TorchError.self) { _ = try module.function("missing") }
    }
}
