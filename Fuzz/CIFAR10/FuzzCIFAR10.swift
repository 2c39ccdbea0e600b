import Datasets
import Files
import Foundation
import FuzzSupport

/// The reader of CIFAR-10's files: the names of the classes, then up to four files, with separators between. The first
/// byte of a file is 0 where its bytes follow; otherwise two bytes of its length and a pattern that fills it.
enum CIFAR10Target: FuzzTarget {
    static func read(_ bytes: [UInt8]) throws {
        let parts = FuzzInput.parts(bytes, count: 5)
        let files = parts.dropFirst().enumerated().filter { !$1.isEmpty }.map { index, part in
            (path: "folder/data_batch_\(index + 1).bin", data: Data(content(part)))
        }
        guard !files.isEmpty else { return }
        let dataset = try CIFARDataset(
            files: files, names: parts[0].isEmpty ? nil : (path: "folder/batches.meta.txt", data: Data(parts[0])))
        require(dataset.classNames.count == 10)
        for index in 0..<dataset.count {
            require((0...9).contains(dataset.label(at: index) ?? -1) && !dataset.name(at: index).isEmpty)
        }
        for index in Set([0, dataset.count - 1]) {
            let image = try dataset.item(at: index, crop: .centre)
            require(image.pixels.count == dataset.shape.byteCount)
        }
    }

    private static func content(_ part: [UInt8]) -> [UInt8] {
        let (choice, rest) = FuzzInput.choice(part, of: 2)
        guard choice == 1, rest.count > 2 else { return rest }
        let length = (Int(rest[0]) | Int(rest[1]) << 8) % 10_000
        let pattern = Array(rest[2...])
        return (0..<length).map { pattern[$0 % pattern.count] }
    }

    static func isDocumented(_ error: any Error) -> Bool { error is FileError }

    static func seeds() -> [String: [UInt8]] {
        func filled(_ records: Int, _ pattern: [UInt8]) -> [UInt8] {
            [1, UInt8(records * 3073 & 255), UInt8(records * 3073 >> 8)] + pattern
        }
        let names = Array((0...9).map { "name \($0)\n" }.joined().utf8)
        return [
            "one": FuzzInput.joined([[], filled(1, [7])]),
            "several": FuzzInput.joined([names, filled(1, [0, 1, 2]), filled(3, [9]), filled(2, [3, 4])]),
        ]
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<CIFAR10Target>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { FuzzRunner<CIFAR10Target>.test(start, count) }
