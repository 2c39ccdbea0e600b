import Files
import Foundation
import FuzzSupport
import FuzzTensorSupport
import Torch

/// The reader of safetensors files; ``SafetensorsFrame`` says how an input stands for one.
enum SafetensorsTarget: FuzzTarget {
    static func read(_ bytes: [UInt8]) throws {
        let (tensors, _) = try Safetensors.read(Data(SafetensorsFrame.file(bytes)), path: "file")
        for (_, tensor) in tensors { require(tensor.shape.reduce(1, *) == tensor.count && !"\(tensor)".isEmpty) }
    }

    static func isDocumented(_ error: any Error) -> Bool { error is FileError }

    static func seeds() throws -> [String: [UInt8]] {
        var seeds: [String: [UInt8]] = [:]
        let files: [String: [(name: String, tensor: Tensor)]] = [
            "none": [],
            "floats": [("a", try Tensor([1, 2, 3, 4] as [Float], [2, 2])), ("b", try Tensor([7] as [Int64], []))],
            "types": try [DataType.uint8, .int8, .int16, .int32, .float16, .float64, .bool, .bfloat16].map {
                ("\($0)", try Tensor([1] as [Float], [1]).to($0))
            },
            "empty": [("a", try Tensor([] as [Float], [0, 3]))],
        ]
        for (name, tensors) in files {
            let file = try SafetensorsFrame.bytes(tensors, metadata: name == "floats" ? ["format": "pt"] : [:])
            seeds[name] = SafetensorsFrame.input(file)
            seeds[name + "-raw"] = [0] + file
        }
        return seeds
    }
}

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    FuzzRunner<SafetensorsTarget>.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzRunner<SafetensorsTarget>.test(start, count)
}
