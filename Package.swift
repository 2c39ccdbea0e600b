// swift-tools-version: 6.1
import Foundation
import PackageDescription

// LibTorch is looked for in three places, in this order:
//   1. $LIBTORCH, a folder with `include` and `lib` (a LibTorch archive, or `torch` inside site-packages);
//   2. the folder that `make setup` fills in this checkout;
//   3. pkg-config's `libtorch`, which is how a package that depends on this one by version finds it
//      (SwiftPM refuses build flags in a versioned dependency, but accepts pkg-config's).
let package = Package(
    name: "hrvq",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "HRVQ", targets: ["HRVQ"]),
        .executable(name: "hrvq", targets: ["HRVQCommands"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)

let manifestFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
let environment = ProcessInfo.processInfo.environment
let checkoutTorch = manifestFolder + "/.libtorch/site/torch"
let torchFolder: String? =
    environment["LIBTORCH"].flatMap { $0.isEmpty ? nil : $0 }
    ?? (FileManager.default.fileExists(atPath: checkoutTorch + "/lib") ? checkoutTorch : nil)

var torchCompilerFlags: [CXXSetting] = []
var torchLinkerFlags: [LinkerSetting] = []
var torchTargets: [Target] = []
var torchDependencies: [Target.Dependency] = []
if let torchFolder {
    torchCompilerFlags = [
        .unsafeFlags([
            "-isystem", "\(torchFolder)/include",
            "-isystem", "\(torchFolder)/include/torch/csrc/api/include",
        ])
    ]
    torchLinkerFlags = [
        .unsafeFlags(["-L\(torchFolder)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(torchFolder)/lib"]),
        .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
    ]
} else {
    torchTargets = [.systemLibrary(name: "CLibTorch", pkgConfig: "libtorch")]
    torchDependencies = ["CLibTorch"]
}

// The kernels are one Swift source each, compiled once for every instruction set; the best is chosen at
// run time. Code generation flags are "unsafe" for SwiftPM, so as a versioned dependency every variant is
// compiled for the baseline processor (pass `-Xcc -march=x86-64-v3` to the whole build to raise it; convolutions are
// the engine's then, as their kernel pays with fused products alone).
func kernel(
    _ name: String, architecture: String?, defines: [String] = [], dependencies: [Target.Dependency] = []
) -> Target {
    // A debug build optimizes file by file, and the kernels' generic parts are in files of their own.
    let whole: SwiftSetting = .unsafeFlags(
        ["-disable-batch-mode", "-whole-module-optimization", "-num-threads", "2"], .when(configuration: .debug))
    var settings: [SwiftSetting] = [.unsafeFlags(["-Ounchecked"]), whole]
    #if arch(x86_64)
        if let architecture {
            settings.append(.unsafeFlags(["-Xcc", "-march=\(architecture)"]))
            settings += defines.map { .define($0) }
        }
    #endif
    return .target(
        name: name, dependencies: dependencies, path: "Sources/\(name)",
        swiftSettings: torchFolder == nil ? [] : settings)
}

// Only `make documentation` needs DocC; other packages should not have to fetch it.
if environment["HRVQ_DOCUMENTATION"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}

var fuzzTargets: [Target] = []
// Only `make fuzz` needs the fuzz targets: libFuzzer brings their `main`.
if environment["HRVQ_FUZZ"] != nil {
    func fuzz(_ name: String, _ dependencies: [Target.Dependency]) {
        package.products.append(.executable(name: "fuzz-\(name.lowercased())", targets: ["Fuzz\(name)"]))
        fuzzTargets.append(
            .executableTarget(
                name: "Fuzz\(name)", dependencies: ["FuzzSupport", "Files"] + dependencies, path: "Fuzz/\(name)",
                swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
    }
    fuzzTargets = [
        .target(name: "FuzzSupport", dependencies: ["CZlib"], path: "Fuzz/Support"),
        .target(name: "FuzzTensorSupport", dependencies: ["FuzzSupport", "Torch"], path: "Fuzz/TensorSupport"),
    ]
    fuzz("IDX", ["Datasets"])
    fuzz("CIFAR10", ["Datasets"])
    fuzz("Pictures", ["Images"])
    fuzz("Safetensors", ["FuzzTensorSupport", "Torch"])
    fuzz("Configuration", ["Training"])
    fuzz("Checkpoint", ["FuzzTensorSupport", "Torch", "Training"])
    fuzz("Codes", ["FuzzTensorSupport", "Torch", "Training"])
    fuzz("HRVQ", ["Bitstream"])
    fuzz("Statistics", ["FuzzTensorSupport", "Torch", "Bitstream", "Compression"])
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let collections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")

package.targets =
    torchTargets + fuzzTargets + [
        .systemLibrary(
            name: "CJPEG", pkgConfig: "libturbojpeg",
            providers: [.apt(["libturbojpeg0-dev", "libjpeg-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(
            name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .target(
            name: "CImages", dependencies: ["CJPEG", "CPNG"],
            linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
        .systemLibrary(
            name: "CWebP", pkgConfig: "libwebpdemux", providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),
        .systemLibrary(name: "CProcessor"),
        .systemLibrary(name: "CFiles"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),

        .target(
            name: "CTorch", dependencies: torchDependencies, cxxSettings: torchCompilerFlags,
            linkerSettings: torchLinkerFlags),
        .target(name: "Files", dependencies: ["CCrypto", "CFiles"]),
        .target(name: "Processors"),
        kernel("ConvolutionKernels", architecture: nil),
        kernel("BFloat16Kernels", architecture: "x86-64-v4", dependencies: ["ConvolutionKernels"]),
        .target(name: "WinogradKernelTypes"),
        // FUSED: one instruction multiplies and adds, where every processor of the variant has it. WIDE: there are
        // thirty-two registers of sixteen numbers.
        kernel("WinogradKernelBaseline", architecture: nil, dependencies: ["WinogradKernelTypes", "CProcessor"]),
        kernel(
            "WinogradKernelAVX2", architecture: "x86-64-v3", defines: ["FUSED"],
            dependencies: ["WinogradKernelTypes", "CProcessor"]),
        kernel(
            "WinogradKernelAVX512", architecture: "x86-64-v4", defines: ["FUSED", "WIDE"],
            dependencies: ["WinogradKernelTypes", "CProcessor"]),
        .target(
            name: "Torch",
            dependencies: [
                "CTorch", "ConvolutionKernels", "BFloat16Kernels", "WinogradKernelTypes", "WinogradKernelBaseline",
                "WinogradKernelAVX2", "WinogradKernelAVX512", "Files", "Processors", collections,
            ], resources: [.embedInCode("CUDA/Kernels")]),
        .target(name: "Images", dependencies: ["CImages", "CJPEG", "CPNG", "CWebP", "CZlib", "Files"]),
        .target(name: "Datasets", dependencies: ["CZlib", "Files", "Images", "Processors"]),
        .target(name: "SearchKernelTypes"),
        kernel("SearchKernelBaseline", architecture: nil, dependencies: ["SearchKernelTypes", "CProcessor"]),
        kernel("SearchKernelAVX2", architecture: "x86-64-v3", dependencies: ["SearchKernelTypes", "CProcessor"]),
        // WIDE: with the instructions for 16-bit integers in registers of 64 bytes.
        kernel(
            "SearchKernelAVX512", architecture: "x86-64-v4", defines: ["WIDE"],
            dependencies: ["SearchKernelTypes", "CProcessor"]),
        .target(
            name: "Quantization",
            dependencies: [
                "Torch", "Processors", "SearchKernelTypes", "SearchKernelBaseline", "SearchKernelAVX2",
                "SearchKernelAVX512",
            ], resources: [.embedInCode("CUDA/Kernels")]),
        .target(name: "Autoencoders", dependencies: ["Torch", "Quantization"]),
        kernel("SamplerKernelBaseline", architecture: nil, dependencies: ["CProcessor"]),
        kernel("SamplerKernelAVX2", architecture: "x86-64-v3", defines: ["FUSED"], dependencies: ["CProcessor"]),
        kernel(
            "SamplerKernelAVX512", architecture: "x86-64-v4", defines: ["FUSED", "WIDE"], dependencies: ["CProcessor"]),
        kernel("PriorKernelBaseline", architecture: nil),
        kernel("PriorKernelAVX2", architecture: "x86-64-v3", defines: ["FUSED"]),
        kernel("PriorKernelAVX512", architecture: "x86-64-v4", defines: ["FUSED"]),
        .target(
            name: "Priors",
            dependencies: [
                "Torch", "Datasets", "Quantization", "Processors", "SamplerKernelBaseline", "SamplerKernelAVX2",
                "SamplerKernelAVX512", "PriorKernelBaseline", "PriorKernelAVX2", "PriorKernelAVX512",
            ]),
        .target(name: "EntropyKernelTypes"),
        kernel("EntropyKernelBaseline", architecture: nil, dependencies: ["EntropyKernelTypes"]),
        kernel("EntropyKernelAVX2", architecture: "x86-64-v3", dependencies: ["EntropyKernelTypes"]),
        kernel("EntropyKernelAVX512", architecture: "x86-64-v4", dependencies: ["EntropyKernelTypes"]),
        .target(
            name: "Bitstream",
            dependencies: [
                "Files", "Processors", "EntropyKernelTypes", "EntropyKernelBaseline", "EntropyKernelAVX2",
                "EntropyKernelAVX512",
            ]),
        .target(name: "Metrics"),
        .target(
            name: "Training",
            dependencies: ["Files", "Torch", "Images", "Datasets", "Quantization", "Autoencoders", "Metrics", "Yams"],
            resources: [.embedInCode("Presets"), .embedInCode("CUDA/Kernels")]),
        .target(
            name: "Compression",
            dependencies: ["Bitstream", "Files", "Torch", "Images", "Autoencoders", "Training"]),
        .target(name: "Exchange", dependencies: ["Files", "Torch", "Quantization", "Autoencoders", "Training"]),
        .target(name: "Features", dependencies: ["Files", "Torch", "Images", "Datasets", "Metrics"]),
        .target(name: "Figures", dependencies: ["Files"]),
        .target(
            name: "Comparison",
            dependencies: [
                "Files", "Torch", "Images", "Datasets", "Quantization", "Autoencoders", "Metrics", "Training",
                "Bitstream", "Compression", "Features", "Figures", "Processors",
            ], resources: [.embedInCode("Presets")]),
        .target(
            name: "Generation",
            dependencies: [
                "Files", "Torch", "Images", "Datasets", "Quantization", "Autoencoders", "Priors", "Metrics", "Training",
                "Features", "Figures",
            ], resources: [.embedInCode("Presets")]),
        .target(
            name: "HRVQ",
            dependencies: [
                "Torch", "Images", "Datasets", "Quantization", "Autoencoders", "Metrics", "Training", "Exchange",
                "Features", "Figures", "Comparison", "Priors", "Generation", "Bitstream", "Compression",
            ]),
        .executableTarget(
            name: "HRVQCommands", dependencies: ["HRVQ", "Files", argumentParser], path: "Sources/hrvq"),

        .testTarget(name: "FilesTests", dependencies: ["Files"]),
        .testTarget(
            name: "BitstreamTests", dependencies: ["Bitstream", "EntropyKernelTypes"], resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "TorchTests",
            dependencies: ["Torch", "ConvolutionKernels", "Processors", "WinogradKernelTypes", "Files"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "ImagesTests", dependencies: ["Images", "CZlib"], resources: [.copy("Fixtures"), .copy("Matrix")]),
        .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Images"]),
        .testTarget(
            name: "QuantizationTests", dependencies: ["Quantization", "Torch"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "AutoencodersTests", dependencies: ["Autoencoders", "Torch"], resources: [.copy("Fixtures")]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"], resources: [.copy("Fixtures")]),
        .testTarget(name: "TrainingTests", dependencies: ["Training", "Datasets", "Files", "Images"]),
        .testTarget(
            name: "ExchangeTests", dependencies: ["Exchange", "Training", "Torch", "Files"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "FeaturesTests", dependencies: ["Features", "Datasets", "Torch", "Files"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "FiguresTests", dependencies: ["Figures"]),
        .testTarget(
            name: "ComparisonTests",
            dependencies: ["Comparison", "Training", "Images", "Bitstream", "Compression", "Metrics", "Torch", "Files"]),
        .testTarget(
            name: "PriorsTests", dependencies: ["Priors", "Datasets", "Torch"], resources: [.copy("Fixtures")]),
        .testTarget(name: "GenerationTests", dependencies: ["Generation", "Training", "Datasets", "Torch", "Files"]),
        .testTarget(name: "CommandLineTests", dependencies: ["HRVQ", "HRVQCommands"]),
    ]
