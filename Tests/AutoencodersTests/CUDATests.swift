import Quantization
import TensorTestSupport
import Testing
import Torch

@testable import Autoencoders

/// Whole models on a CUDA device, beside the processor.
@Suite("Models on CUDA", .enabled(if: Engine.cudaUnavailability == nil), .serialized)
struct CUDATests {
    private func model(_ kind: Int, _ device: Device) throws -> any Autoencoder {
        let network = NetworkSettings(
            channels: kind == 1 ? 1 : 3, hiddenUnits: 32, residualUnits: 16, downsampling: kind == 2 ? 4 : 2)
        let generator = try Generator(seed: 3)
        if kind == 3 {
            return try VQVAE2(
                network: network, levels: 2,
                quantizer: QuantizerSettings(structure: .flat, layers: 1, branching: 16, dimension: 8),
                generator: generator,
                device: device)
        }
        return try SingleGridAutoencoder(
            network: network,
            quantizer: QuantizerSettings(
                layers: 2, branching: 4, dimension: 8, learning: kind == 2 ? .gradient : .movingAverage),
            generator: generator, device: device)
    }

    @Test("Objective and gradients", arguments: [0, 1, 2, 3], [DataType.float32, .bfloat16])
    func gradients(_ kind: Int, _ precision: DataType) throws {
        let (host, device) = (try model(kind, .cpu), try model(kind, .cuda))
        device.precision = precision
        let images = try makeImages(4, host.channels, 32, 32)
        let expected = try host.forward(images)
        let found = try device.forward(images.to(.cuda))
        let objective = ReconstructionObjective()
        let expectedTotal = try objective(expected, images: images).total
        let foundTotal = try objective(found, images: images.to(.cuda)).total
        #expect(try distance(foundTotal, expectedTotal) < 5e-3)
        #expect(try distance(found.reconstruction, expected.reconstruction) < 0.05)
        try expectedTotal.backward()
        try foundTotal.backward()
        var (error, size): (Float, Float) = (0, 0)
        for (one, other) in zip(host.parameters.trainable, device.parameters.trainable) {
            let (left, right) = (try #require(try one.gradient()), try #require(try other.gradient(), "\(other.name)"))
            let difference = try (left - right.to(.cpu).to(.float32)).norm().item()
            error += difference * difference
            size += try left.norm().item() * left.norm().item()
        }
        // Vectors that rounding gives to another codeword take another way.
        #expect((error / size).squareRoot() < 0.1, "gradients differ by \((error / size).squareRoot())")
    }

    @Test("Codes and reconstructions", arguments: [0, 1, 2, 3])
    func codes(_ kind: Int) throws {
        let (host, device) = (try model(kind, .cpu), try model(kind, .cuda))
        let images = try makeImages(4, host.channels, 32, 32)
        let (expected, found) = (try host.encode(images), try device.encode(images.to(.cuda)))
        for (left, right) in zip(expected.grids, found.grids) {
            let codes = (try left.array(of: Int32.self), try right.array(of: Int32.self))
            let different = zip(codes.0, codes.1).filter { $0 != $1 }.count
            #expect(different <= codes.0.count / 50, "\(different) of \(codes.0.count) codes differ")
        }
        #expect(try distance(device.decode(expected), host.decode(expected)) < 2e-3)
    }
}
