import Processors
import Quantization
import TensorTestSupport
import Testing
import Torch

@Suite("Agreement with PyTorch")
struct PyTorchAgreementTests {
    @Test("2,000 vectors of 32 numbers in three layers of 8")
    func search() throws {
        let fixture = try Fixture("hierarchical-search", in: .module)
        let codebooks = try (0..<3).map { try fixture.numbers("codebooks.\($0)") }
        let search = CodewordSearch(codebooks: codebooks, branching: 8, dimension: 32)
        let vectors = try fixture["vectors"].to(.float32)
        let expected = try fixture["indices"].array(of: Int32.self)
        for kernel in KernelVariant.allCases where kernel.isSupported {
            let found = try search(vectors, sums: .partial, kernel: kernel)
            #expect(try found.indices.array(of: Int32.self) == expected)
            let sums = try #require(found.sums)
            // The fixture keeps halves: 11 bits.
            expectClose(
                try sums.selected(axis: 0, 2).array(of: Float.self), try fixture.numbers("sum"), absolute: 1e-3,
                relative: 1e-3)
            expectClose(
                try sums.narrowed(axis: 1, 0..<200).array(of: Float.self), try fixture.numbers("partialSums"),
                absolute: 1e-3, relative: 1e-3)
        }
    }
}
