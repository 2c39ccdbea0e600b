import EntropyKernelInterface
import Foundation
import Testing

@testable import Bitstream

/// Files of version 1 open for ever, and are written to the byte.
@Suite struct ReferenceTests {
    @Test(arguments: BitstreamFixture.names) func filesDecodeToTheCodesBesideThem(name: String) throws {
        let fixture = try BitstreamFixture(name)
        #expect(try fixture.statistics.fingerprint().description == fixture.statisticsName)
        let packed = try CompressedImage(bytes: fixture.packed, name: name)
        #expect(try packed.codes(name: name) == fixture.codes)
        let modelled = try CompressedImage(bytes: fixture.modelled, name: name)
        #expect(try modelled.codes(statistics: fixture.statistics, name: name) == fixture.codes)
        #expect(modelled.header.width == fixture.width && modelled.header.height == fixture.height)
        #expect(modelled.header.channels == fixture.channels && modelled.header.model == fixture.model)
    }

    @Test(arguments: BitstreamFixture.names) func codesBecomeTheBytesOfTheReference(name: String) throws {
        let fixture = try BitstreamFixture(name)
        #expect(try fixture.file(modelled: false).bytes() == fixture.packed)
        #expect(try fixture.file(modelled: true).bytes() == fixture.modelled)
    }

    @Test func powersAreThoseOfTwo() {
        for (index, value) in PowerTable.values.enumerated() {
            #expect(Double(value) == (32768 * exp2(-Double(index) / 256)).rounded(), "\(index)")
        }
    }
}
