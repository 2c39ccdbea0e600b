import Autoencoders
import Files
import Foundation
import FuzzSupport
import FuzzTensorSupport
import Latents
import Torch
import Training

/// The reader of codes; ``SafetensorsFrame`` says how an input stands for a file.
enum CodesTarget: FuzzTarget {
    static func read(_ bytes: [UInt8]) throws {
        let file = try CodesFile(Data(SafetensorsFrame.file(bytes)), path: "file")
        require(file.count > 0 && file.indices.count == file.count && file.space.uniformBits >= 0)
        let one = unfailing { try file.selected([file.count - 1]) }
        require(
            one.count == 1 && one.space.layers.count == file.space.grids.reduce(0) { $0 + $1.branchings.count })
    }

    static func isDocumented(_ error: any Error) -> Bool { error is FileError }

    static func seeds() throws -> [String: [UInt8]] {
        func input(_ name: String, _ grids: [LatentGrid], classes: [String]) throws -> [UInt8] {
            let space = CodeSpace(
                model: "m", kind: "k", grids: grids, isHierarchical: grids.count == 1, imageDimensions: 12,
                classNames: classes)
            let tensors = try grids.enumerated().map { index, grid in
                let shape = [2, grid.branchings.count, grid.height, grid.width]
                let codes = (0..<shape.reduce(1, *)).map { UInt8($0 % (grid.branchings.min() ?? 1)) }
                return (name: grids.count == 1 ? "codes" : "codes.\(index)", tensor: try Tensor(codes, shape))
            }
            var all = [(name: "indices", tensor: try Tensor([4, 5] as [Int64], [2]))] + tensors
            if !classes.isEmpty { all.append(("labels", try Tensor([0, 1] as [Int64], [2]))) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            let text = String(decoding: try encoder.encode(space), as: UTF8.self)
            return SafetensorsFrame.input(try SafetensorsFrame.bytes(all, metadata: ["codeSpace": text]))
        }
        return [
            "hierarchy": try input(
                "hierarchy", [.init(height: 2, width: 1, branchings: [3, 2])], classes: ["a", "b"]),
            "levels": try input(
                "levels",
                [.init(height: 1, width: 1, branchings: [200]), .init(height: 2, width: 1, branchings: [5])],
                classes: []),
        ]
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<CodesTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt { FuzzRunner<CodesTarget>.test(start, count) }
