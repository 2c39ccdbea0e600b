import Datasets
import Images
import Testing

@Suite struct GlyphTests {
    /// FNV-1a over many items: the same on every machine.
    func fingerprint(_ dataset: GlyphDataset, items: Int) throws -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0..<items {
            for byte in try dataset.item(at: index, crop: .centre).pixels {
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            }
        }
        return hash
    }

    @Test func itemsAreTheSameEverywhere() throws {
        #expect(try fingerprint(GlyphDataset(split: .train), items: 100) == 0xB770_AA65_0BFF_CE81)
        let colour = ImageShape(channels: 3, height: 32, width: 32)
        #expect(try fingerprint(GlyphDataset(shape: colour, split: .test), items: 100) == 0x859F_EC5A_1218_7560)
    }

    @Test func splitsAndItemsDiffer() throws {
        let train = try GlyphDataset(split: .train)
        let test = try GlyphDataset(split: .test)
        #expect(train.count == 60_000 && test.count == 10_000)
        var seen: Set<[UInt8]> = []
        for index in 0..<100 {
            for dataset in [train, test] { seen.insert(try dataset.item(at: index, crop: .centre).pixels) }
        }
        #expect(seen.count == 200)
        #expect((0..<20).map(train.label) == (0..<20).map { $0 % 10 })
    }

    @Test func digitsAreInsideThePicture() throws {
        let dataset = try GlyphDataset(split: .train)
        for index in 0..<500 {
            let image = try dataset.item(at: index, crop: .centre)
            let ink = image.pixels.reduce(0) { $0 + Int($1) } / 255
            #expect((15...250).contains(ink), "item \(index) has \(ink) white pixels")
            #expect(image.pixels.prefix(28).allSatisfy { $0 == 0 }, "item \(index) touches the upper edge")
        }
    }

    @Test func colourKeepsDigitAndBackgroundApart() throws {
        let shape = ImageShape(channels: 3, height: 32, width: 32)
        let dataset = try GlyphDataset(shape: shape, split: .train)
        for index in 0..<200 {
            let grey = try dataset.item(at: index, crop: .centre).converted(toChannels: 1).pixels.sorted()
            #expect(Int(grey[1023 - 20]) - Int(grey[20]) > 40, "item \(index) has little contrast")
        }
    }

    @Test func settingsAreChecked() {
        #expect(throws: DatasetError.self) { try GlyphDataset(split: .train, count: 0) }
        let shape = ImageShape(channels: 2, height: 28, width: 28)
        #expect(throws: DatasetError.self) { try GlyphDataset(shape: shape, split: .train) }
        let small = ImageShape(channels: 1, height: 4, width: 28)
        #expect(throws: DatasetError.self) { try GlyphDataset(shape: small, split: .train) }
    }
}
