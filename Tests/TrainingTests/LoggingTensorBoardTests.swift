import Foundation
import Testing

@testable import Training

@Suite struct LoggingTensorBoardTests {
    @Test func recordsComeBack() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try TensorBoardWriter(
            folder: folder, host: "some host", now: { Date(timeIntervalSince1970: 1_700_000_000.25) })
        try writer.append("train/loss", scalar: 0.125, step: 300)
        try writer.append("samples", png: Data([1, 2, 3]), width: 640, height: 48, channels: 3, step: 5)
        #expect(writer.url.lastPathComponent == "events.out.tfevents.1700000000.some-host")

        let events = try TensorBoardReader.events(of: Data(contentsOf: writer.url))
        #expect(events.count == 3)
        #expect(events[0][3] == .bytes(Data("brain.Event:2".utf8)))
        for event in events { #expect(event[1] == .fixed64((1_700_000_000.25).bitPattern)) }

        let scalar = try TensorBoardReader.value(of: events[1])
        #expect(events[1][2] == .varint(300))
        #expect(scalar[1] == .bytes(Data("train/loss".utf8)))
        #expect(scalar[2] == .fixed32(Float(0.125).bitPattern))

        let picture = try TensorBoardReader.value(of: events[2])
        guard case .bytes(let message)? = picture[4] else {
            Issue.record("no picture")
            return
        }
        let image = try TensorBoardReader.message(message)
        #expect(image == [1: .varint(48), 2: .varint(640), 3: .varint(3), 4: .bytes(Data([1, 2, 3]))])
    }

    @Test func resumingMakesANewFileThatPurges() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let time = { Date(timeIntervalSince1970: 5) }
        let first = try TensorBoardWriter(folder: folder, host: "h", now: time)
        let second = try TensorBoardWriter(folder: folder, resumedStep: 10, host: "h", now: time)
        #expect(first.url.lastPathComponent == "events.out.tfevents.0000000005.h")
        #expect(second.url.lastPathComponent == "events.out.tfevents.0000000006.h")
        let events = try TensorBoardReader.events(of: Data(contentsOf: second.url))
        #expect(events.last?[2] == .varint(11))
        #expect(events.last?[7] == .bytes(Data([8, 1])))
    }

    @Test("Events of a resumed run sort after those of a machine whose clock was ahead")
    func clockAhead() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let ahead = try TensorBoardWriter(
            folder: folder, host: "z", now: { Date(timeIntervalSince1970: 2_000_000_000) })
        let later = try TensorBoardWriter(
            folder: folder, resumedStep: 3, host: "a", now: { Date(timeIntervalSince1970: 1_000_000_000) })
        #expect(later.url.lastPathComponent == "events.out.tfevents.2000000001.a")
        #expect(ahead.url.lastPathComponent < later.url.lastPathComponent)
        // Names that say no time change nothing.
        try Data().write(to: folder.appendingPathComponent("events.out.tfevents.99999999999999999999.h"))
        let last = try TensorBoardWriter(folder: folder, host: "a", now: { Date(timeIntervalSince1970: 5) })
        #expect(last.url.lastPathComponent == "events.out.tfevents.2000000002.a")
    }

    private func temporaryFolder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }
}

/// Reads event files by the published formats, apart from the writer's code.
enum TensorBoardReader {
    enum Field: Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(Data)
    }

    struct Damaged: Error {}

    static func events(of data: Data) throws -> [[Int: Field]] {
        var rest = [UInt8](data)[...]
        var events: [[Int: Field]] = []
        while !rest.isEmpty {
            let length = Array(rest.prefix(8))
            let count = Int(integer(try take(8, &rest)))
            guard integer(try take(4, &rest)) == UInt64(masked(length)) else { throw Damaged() }
            let body = try take(count, &rest)
            guard integer(try take(4, &rest)) == UInt64(masked(Array(body))) else { throw Damaged() }
            events.append(try message(Data(body)))
        }
        return events
    }

    static func value(of event: [Int: Field]) throws -> [Int: Field] {
        guard case .bytes(let summary)? = event[5], case .bytes(let value)? = try message(summary)[1] else {
            throw Damaged()
        }
        return try message(value)
    }

    static func message(_ data: Data) throws -> [Int: Field] {
        var rest = [UInt8](data)[...]
        var fields: [Int: Field] = [:]
        while !rest.isEmpty {
            let key = try varint(&rest)
            let field: Field
            switch key & 7 {
            case 0: field = .varint(try varint(&rest))
            case 1: field = .fixed64(integer(try take(8, &rest)))
            case 2: field = .bytes(Data(try take(Int(try varint(&rest)), &rest)))
            case 5: field = .fixed32(UInt32(integer(try take(4, &rest))))
            default: throw Damaged()
            }
            fields[Int(key >> 3)] = field
        }
        return fields
    }

    private static func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw Damaged() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        throw Damaged()
    }

    /// CRC-32C bit by bit, then TFRecord's mask.
    private static func masked(_ bytes: [UInt8]) -> UInt32 {
        var value = UInt32.max
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
        }
        value = ~value
        return (value >> 15 | value << 17) &+ 0xA282_EAD8
    }
}
