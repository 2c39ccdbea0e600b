import Datasets
import Files
import Foundation
import FuzzSupport

/// The reader of MNIST's files: images, a separator, labels. The first byte of each says how it is packed: 0 and 1 as what
/// follows it is, 2 with a gzip frame that is made here.
enum IDXTarget: FuzzTarget {
    static func read(_ bytes: [UInt8]) throws {
        let files = try zip(FuzzInput.parts(bytes, count: 2), [3, 1]).map { part, axes in
            let (packing, content) = FuzzInput.choice(part, of: 3)
            return try IDXFile(
                Data(packing == 2 ? GzipFrame.stored(content) : content), path: "file", axes: axes)
        }
        for file in files { require(file.bytes.count == file.sizes.reduce(1, *)) }
        let dataset = try MNISTDataset(images: (files[0], "images"), labels: (files[1], "labels"))
        for index in Set([0, dataset.count / 2, dataset.count - 1]) {
            let image = try dataset.item(at: index, crop: .centre)
            require(image.pixels.count == dataset.shape.byteCount)
            require((0...9).contains(dataset.label(at: index) ?? -1) && !dataset.name(at: index).isEmpty)
        }
    }

    static func isDocumented(_ error: any Error) -> Bool {
        error is FileError || error is DatasetError || error is MemoryError
    }

    static func seeds() -> [String: [UInt8]] {
        func file(_ sizes: [Int]) -> [UInt8] {
            let header = [0x0800 + sizes.count] + sizes
            let body = (0..<sizes.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0 % 10) }
            return header.flatMap { number in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } } + body
        }
        let (images, labels) = (file([3, 4, 5]), file([3]))
        return [
            "plain": FuzzInput.joined([[0] + images, [0] + labels]),
            "deflated": FuzzInput.joined([[1] + GzipFrame.deflated(images), [1] + GzipFrame.deflated(labels)]),
            "stored": FuzzInput.joined([[2] + images, [2] + labels]),
            "zeros": FuzzInput.joined([
                [1] + GzipFrame.deflated(file([20, 28, 28]).prefix(16) + [UInt8](repeating: 0, count: 20 * 28 * 28)),
                [0] + file([20]),
            ]),
        ]
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<IDXTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { FuzzRunner<IDXTarget>.test(start, count) }
