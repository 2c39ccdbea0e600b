import Testing

@testable import Datasets

@Suite struct CropTests {
    @Test("The crop in the middle is torchvision's: int(round(spare / 2.0))")
    func theMiddleIsTorchvisions() {
        for (spare, expected) in [0, 0, 1, 2, 2, 2, 3, 4, 4, 4, 5, 6, 6].enumerated() {
            #expect(Crop.centre.origin(spareWidth: spare, spareHeight: 0) == (expected, 0))
            #expect(Crop.centre.origin(spareWidth: 0, spareHeight: spare) == (0, expected))
        }
    }
}
