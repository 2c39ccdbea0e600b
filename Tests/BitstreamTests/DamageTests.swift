import Files
import Foundation
import Latents
import Testing

@testable import Bitstream

/// Every way in which a file can be wrong is told, and what is whole before the damage can be had.
@Suite struct DamageTests {
    @Test(arguments: BitstreamFixture.names, [true, false])
    func everyTruncationIsToldWithTheLayersThatAreWhole(name: String, modelled: Bool) throws {
        let fixture = try BitstreamFixture(name)
        let bytes = modelled ? fixture.modelled : fixture.packed
        let whole = try CompressedImage(bytes: bytes, name: name)
        let ends = try (0...whole.header.layers.count).map { layers in
            try CompressedImage(header: whole.header, payloads: Array(whole.payloads[..<layers])).bytes().count
        }
        for length in 0..<bytes.count {
            let part = Array(bytes[..<length])
            let expected = max((ends.lastIndex { $0 <= length } ?? 0), 0)
            do {
                _ = try CompressedImage(bytes: part, name: name)
                Issue.record("\(length) bytes of \(bytes.count) were read")
            } catch let error as BitstreamError {
                if length == 0 {
                    #expect(error == .unknownFormat(name: name, start: []))
                } else {
                    #expect(error == .truncated(name: name, bytes: length, wholeLayers: expected), "\(length) bytes")
                }
            }
            guard expected > 0 else { continue }
            let codes = try CompressedImage(bytes: part, layers: expected, name: name)
                .codes(statistics: fixture.statistics, name: name)
            #expect(codes.values == Array(fixture.codes.values[..<expected]))
        }
    }

    @Test(arguments: BitstreamFixture.names, [true, false])
    func everyFlippedBitIsTold(name: String, modelled: Bool) throws {
        let fixture = try BitstreamFixture(name)
        let bytes = modelled ? fixture.modelled : fixture.packed
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: BitstreamError.self, "bit \(bit)") {
                try CompressedImage(bytes: flipped, name: name)
            }
        }
    }

    @Test func layersBeforeADamagedOneAreOffered() throws {
        let fixture = try BitstreamFixture("hierarchical")
        var bytes = fixture.packed
        let last = bytes.count - 10
        bytes[last] ^= 1
        #expect(throws: BitstreamError.damaged(name: "x", layer: 3, wholeLayers: 2)) {
            try CompressedImage(bytes: bytes, name: "x")
        }
        let codes = try CompressedImage(bytes: bytes, layers: 2, name: "x").codes(name: "x")
        #expect(codes.values == Array(fixture.codes.values[..<2]))
        let text = BitstreamError.damaged(name: "x", layer: 3, wholeLayers: 2).message
        #expect(text.description.contains("`layers: 2`"))
        let description = try CompressedDescription(bytes: bytes, name: "x")
        #expect(description.layers.map { $0.bytes != nil } == [true, true, false])
        #expect(description.damage == text)
    }

    @Test func trailingBytesAreToldUnlessTheEndIsNotLookedAt() throws {
        let fixture = try BitstreamFixture("flat")
        let bytes = fixture.packed + [0, 0, 0]
        #expect(throws: BitstreamError.trailingBytes(name: "x", count: 3)) {
            try CompressedImage(bytes: bytes, name: "x")
        }
        #expect(try CompressedImage(bytes: bytes, layers: 1, name: "x").codes(name: "x") == fixture.codes)
    }

    @Test func codesThatNeedNoBytesHaveNone() throws {
        let layers = [CodeLayer(height: 2, width: 2, choices: 1)]
        let codes = LayeredCodes(images: 1, layers: layers, values: [[0, 0, 0, 0]])
        let model = Fingerprint(bytes: Array(repeating: 1, count: CompressedHeader.modelBytes))
        let statistics = try #require(StatisticsTraining().statistics(of: codes, isHierarchical: true, model: model))
        #expect(ModelledCoding.encode(codes, statistics) == [[]])
        #expect(try ModelledCoding.decode([[]], layers: layers, images: 1, statistics, name: "x") == codes.values)
        #expect(throws: BitstreamError.self) {
            try ModelledCoding.decode([[7]], layers: layers, images: 1, statistics, name: "x")
        }
    }

    @Test func otherFormatsAndNewerVersionsAreTold() throws {
        var bytes = try BitstreamFixture("flat").packed
        #expect(throws: BitstreamError.unknownFormat(name: "x", start: Array("RIFF0000".utf8))) {
            try CompressedImage(bytes: Array("RIFF0000WEBP".utf8), name: "x")
        }
        bytes[5] = 2
        #expect(throws: BitstreamError.newerVersion(name: "x", found: 2, known: 1)) {
            try CompressedImage(bytes: bytes, name: "x")
        }
    }

    @Test func chunksOfOtherPlacesAndFilesAreDamage() throws {
        let file = try BitstreamFixture("hierarchical").file(modelled: false)
        let bytes = try file.bytes()
        let header = try CompressedImage(header: file.header, payloads: []).bytes().count
        let first = try file.bytes(layers: 1).count - header
        // All layers have payloads of one length here, so that chunks can change places.
        var swapped = bytes
        swapped.replaceSubrange(header..<header + first, with: bytes[header + first..<header + 2 * first])
        #expect(throws: BitstreamError.damaged(name: "x", layer: 1, wholeLayers: 0)) {
            try CompressedImage(bytes: swapped, name: "x")
        }
    }
}
