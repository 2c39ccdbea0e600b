import Datasets
import Files
import Foundation
import FuzzSupport

/// The reader of pickles, and what CIFAR-10 makes of their values.
enum PickleTarget: FuzzTarget {
    static func read(_ bytes: [UInt8]) throws {
        guard case .dictionary(let values) = try PickleReader.read(bytes, path: "folder/data_batch_1"),
            values["data"] != nil
        else { return }
        let dataset = try CIFARDataset(
            files: [(path: "folder/data_batch_1", data: Data(bytes))], names: nil, isPickled: true)
        for index in 0..<dataset.count { require((0...9).contains(dataset.label(at: index) ?? -1)) }
        let image = try dataset.item(at: dataset.count - 1, crop: .centre)
        require(image.pixels.count == 3072)
    }

    static func isDocumented(_ error: any Error) -> Bool { error is FileError }

    static func seeds() -> [String: [UInt8]] {
        func string(_ text: String) -> [UInt8] { [0x55, UInt8(text.utf8.count)] + Array(text.utf8) + [0x71, 1] }
        func array(_ rows: UInt8, _ columns: Int) -> [UInt8] {
            let size = Int(rows) * columns
            var bytes = Array("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n".utf8)
            bytes += [0x4B, 0, 0x85] + string("b") + [0x87, 0x52, 0x28, 0x4B, 1, 0x4B, rows]
            bytes += [0x4D, UInt8(columns & 255), UInt8(columns >> 8), 0x86] + Array("cnumpy\ndtype\n".utf8)
            bytes += string("u1") + [0x4B, 0, 0x4B, 1, 0x87, 0x52, 0x28, 0x4B, 3] + string("|") + [0x4E, 0x74, 0x62]
            bytes += [0x89, 0x54] + (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
            return bytes + [UInt8](repeating: 7, count: size) + [0x74, 0x62]
        }
        func batch(_ rows: UInt8, _ columns: Int) -> [UInt8] {
            [0x80, 2, 0x7D, 0x28] + string("data") + array(rows, columns) + string("labels") + [0x5D, 0x28]
                + (0..<rows).flatMap { [0x4B, $0] } + [0x65, 0x75, 0x2E]
        }
        return [
            "batch": batch(1, 3072),
            "text": Array("c_codecs\nencode\n".utf8) + [0x58, 2, 0, 0, 0, 0xC2, 0x80, 0x8C, 6] + Array("latin1".utf8)
                + [0x86, 0x52, 0x2E],
            "framed": [0x80, 4, 0x95, 9, 0, 0, 0, 0, 0, 0, 0, 0x5D, 0x94, 0x28, 0x4B, 1, 0x4B, 2, 0x65, 0x2E],
        ]
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<PickleTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { FuzzRunner<PickleTarget>.test(start, count) }
