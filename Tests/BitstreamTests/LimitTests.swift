import Foundation
import Latents
import Testing

@testable import Bitstream

/// What a header claims is checked before memory is taken for it.
@Suite struct LimitTests {
    private let model = Fingerprint(bytes: Array(repeating: 1, count: CompressedHeader.modelBytes))

    private func header(
        _ mode: CodingMode = .packed, width: Int = 8, height: Int = 8, images: Int = 1, channels: Int = 3,
        layers: [CodeLayer]
    ) -> CompressedHeader {
        CompressedHeader(
            mode: mode, channels: channels, width: width, height: height, images: images, model: model,
            statistics: mode == .modelled ? Fingerprint(bytes: Array(repeating: 2, count: 8)) : nil, layers: layers)
    }

    /// The bytes of a header that nobody should write, with a right checksum.
    private func unchecked(_ header: CompressedHeader) throws -> [UInt8] {
        try header.bytes(limits: .init(pixels: .max, codes: .max), name: "x")
    }

    @Test func sizesThatWouldTakeGigabytesAreRefused() throws {
        let layer = CodeLayer(height: 4, width: 4, choices: 8)
        let large = CodeLayer(height: 60_000, width: 60_000, choices: 8)
        for (width, height, images, layers) in [
            (1 << 31, 1 << 31, 1, [layer]), (20_000, 20_000, 1, [layer]), (8, 8, 1, [large]),
            (8, 8, 1 << 31, [layer]), (8, 8, 1 << 20, Array(repeating: layer, count: 255)),
        ] {
            let bytes = try unchecked(header(width: width, height: height, images: images, layers: layers))
            let error = #expect(throws: BitstreamError.self) { try CompressedImage(bytes: bytes, name: "x") }
            guard case .tooLarge = error else {
                Issue.record("\(String(describing: error)) for \(width)x\(height), \(images) images")
                continue
            }
        }
    }

    @Test func whoReadsChoosesTheLimits() throws {
        let layer = CodeLayer(height: 1, width: 3, choices: 4)
        let codes = LayeredCodes(images: 1, layers: [layer], values: [[3, 0, 1]])
        func file(_ limits: CompressedHeader.Limits) throws -> CompressedImage {
            try CompressedImage(codes, width: 20_000, height: 20_000, channels: 1, model: model, limits: limits)
        }
        #expect(throws: BitstreamError.self) { try file(.init()) }
        let raised = CompressedHeader.Limits(pixels: 400_000_000, codes: 3)
        let large = try file(raised)
        let bytes = try large.bytes(limits: raised)
        #expect(throws: BitstreamError.self) { try large.bytes() }
        #expect(throws: BitstreamError.self) { try CompressedImage.header(bytes: bytes, name: "x") }
        #expect(try CompressedImage.header(bytes: bytes, limits: raised, name: "x") == large.header)
        #expect(try CompressedImage(bytes: bytes, limits: raised, name: "x").codes(name: "x").values == codes.values)
        #expect(try CompressedDescription(bytes: bytes, limits: raised, name: "x").width == 20_000)
        #expect(throws: BitstreamError.self) { try CompressedDescription(bytes: bytes, name: "x") }
        let error = #expect(throws: BitstreamError.self) { try file(.init(pixels: 400_000_000, codes: 2)) }
        #expect(error?.description.contains("codes") == true)
    }

    @Test func whatTheFormatCannotHoldIsRefusedWhateverTheLimits() {
        let layer = CodeLayer(height: 1, width: 3, choices: 4)
        for header in [
            header(width: 1 << 33, height: 1, layers: [layer]), header(width: 1, height: 1 << 33, layers: [layer]),
            header(images: 1 << 33, layers: [layer]),
            header(layers: [CodeLayer(height: 1, width: 1 << 33, choices: 4)]),
        ] {
            #expect(throws: BitstreamError.self) {
                try header.bytes(limits: .init(pixels: .max, codes: .max), name: "x")
            }
        }
    }

    @Test func impossibleSizesAreRefused() throws {
        let layer = CodeLayer(height: 4, width: 4, choices: 8)
        for header in [
            header(width: 8, channels: 2, layers: [layer]),
            header(layers: [CodeLayer(height: 4, width: 4, choices: 1 << 25)]),
            header(layers: []),
        ] {
            #expect(throws: BitstreamError.self) { try header.bytes(limits: .init(), name: "x") }
        }
        for header in [
            header(width: 0, layers: [layer]), header(height: 0, layers: [layer]), header(images: 0, layers: [layer]),
            header(layers: [CodeLayer(height: 0, width: 4, choices: 8)]),
            header(layers: [CodeLayer(height: 4, width: 4, choices: 0)]),
        ] {
            #expect(throws: BitstreamError.self) { try header.bytes(limits: .init(), name: "x") }
        }
    }

    @Test func fewBytesCannotClaimManyCodes() throws {
        let fixture = try BitstreamFixture("flat")
        let large = CodeLayer(height: 8_000, width: 8_000, choices: 20)
        let header = CompressedHeader(
            mode: .modelled, channels: 1, width: 8_000, height: 8_000, model: fixture.model,
            statistics: try fixture.statistics.fingerprint(), layers: [large])
        let file = CompressedImage(header: header, payloads: [[1, 2, 3]])
        let read = try CompressedImage(bytes: file.bytes(), name: "x")
        let error = #expect(throws: BitstreamError.self) {
            try read.codes(statistics: fixture.statistics, name: "x")
        }
        #expect(error?.description.contains("too few") == true)
    }

    @Test func aLengthThatTheFileDoesNotHaveTakesNoMemory() throws {
        var bytes = try header(layers: [CodeLayer(height: 4, width: 4, choices: 8)]).bytes(limits: .init(), name: "x")
        bytes += [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 2, 3]
        #expect(throws: BitstreamError.truncated(name: "x", bytes: bytes.count, wholeLayers: 0)) {
            try CompressedImage(bytes: bytes, name: "x")
        }
    }

    @Test func payloadsThatNoEncoderWritesAreRefused() throws {
        let layer = CodeLayer(height: 1, width: 3, choices: 5)
        func codes(_ payload: [UInt8]) throws -> LayeredCodes {
            let file = CompressedImage(header: header(layers: [layer]), payloads: [payload])
            return try CompressedImage(bytes: file.bytes(), name: "x").codes(name: "x")
        }
        #expect(try codes([0b00_011_100, 0]).values == [[4, 3, 0]])
        for payload: [UInt8] in [[0b00_011_101, 0], [0b00_011_100], [0b00_011_100, 0, 0], [0b00_011_100, 0b10]] {
            #expect(throws: BitstreamError.self) { try codes(payload) }
        }
        let fixture = try BitstreamFixture("flat")
        let file = try fixture.file(modelled: true)
        for change in [[0], [1], Array(repeating: UInt8(1), count: 40)] as [[UInt8]] {
            let longer = CompressedImage(header: file.header, payloads: [file.payloads[0] + change])
            if change == [1] { continue }
            #expect(throws: BitstreamError.self) { try longer.codes(statistics: fixture.statistics, name: "x") }
        }
    }

    @Test func numbersHaveOneForm() throws {
        var bytes: [UInt8] = []
        for number in [0, 1, 127, 128, 300, 1 << 21, Int(UInt32.max)] { VariableInteger.append(number, to: &bytes) }
        var source = ByteSource(bytes)
        var kept: [UInt8] = []
        for number in [0, 1, 127, 128, 300, 1 << 21, Int(UInt32.max)] {
            guard case .value(let value) = try VariableInteger.read(&source, keeping: &kept) else {
                Issue.record("\(number) was not read")
                continue
            }
            #expect(value == number)
        }
        #expect(kept == bytes)
        for wrong: [UInt8] in [[0x80, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0x1F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]] {
            var source = ByteSource(wrong)
            guard case .malformed = try VariableInteger.read(&source, keeping: &kept) else {
                Issue.record("\(wrong) was read")
                continue
            }
        }
    }
}
