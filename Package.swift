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
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
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
    torchTargets = [
        .systemLibrary(name: "CLibTorch", path: "Sources/System/CLibTorch", pkgConfig: "libtorch")
    ]
    torchDependencies = ["CLibTorch"]
}

/// A module of a street: `Sources/<street>/<folder>`, where the folder is named after the module.
func module(
    _ name: String, in street: String, folder: String? = nil, dependencies: [Target.Dependency] = [],
    resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(street)/\(folder ?? name)", resources: resources)
}

/// A system library in `Sources/System`.
func library(_ name: String, pkgConfig: String? = nil, apt: [String] = [], brew: [String] = []) -> Target {
    .systemLibrary(
        name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig,
        providers: pkgConfig == nil ? nil : [.apt(apt), .brew(brew)])
}

// A kernel is one Swift source, compiled once for every instruction set; the best is chosen at run time. Code generation
// flags are "unsafe" for SwiftPM, so as a versioned dependency every variant is compiled for the baseline processor (pass
// `-Xcc -march=x86-64-v3` to the whole build to raise it; convolutions are the engine's then, as their kernel pays with
// fused products alone).
func kernel(
    _ name: String, _ folder: String, architecture: String? = nil, defines: [String] = [],
    dependencies: [Target.Dependency] = []
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
        name: name, dependencies: dependencies, path: "Sources/Kernels/\(folder)",
        swiftSettings: torchFolder == nil ? [] : settings)
}

/// All variants of a kernel. `Sources/Kernels/<subject>` has the source in `Portable`, which `AVX2` and `AVX512` are links
/// to, and where the variants share types with their caller, `Interface`.
///
/// - Parameters:
///   - avx2: What the source is told of x86-64-v3. FUSED: one instruction multiplies and adds.
///   - avx512: What the source is told of x86-64-v4. WIDE: registers have 64 bytes, and instructions for 16-bit integers.
func kernels(
    _ subject: String, hasInterface: Bool = true, avx2: [String] = [], avx512: [String] = [],
    dependencies: [Target.Dependency] = []
) -> [Target] {
    let interface = "\(subject)KernelInterface"
    let needed = dependencies + (hasInterface ? [.target(name: interface)] : [])
    func variant(_ name: String, _ architecture: String?, _ defines: [String]) -> Target {
        kernel(
            "\(subject)Kernel\(name)", "\(subject)/\(name)", architecture: architecture, defines: defines,
            dependencies: needed)
    }
    return (hasInterface ? [module(interface, in: "Kernels/\(subject)", folder: "Interface")] : []) + [
        variant("Portable", nil, []), variant("AVX2", "x86-64-v3", avx2), variant("AVX512", "x86-64-v4", avx512),
    ]
}

/// What a module that calls a kernel depends on.
func variants(_ subject: String, hasInterface: Bool = true) -> [Target.Dependency] {
    ((hasInterface ? ["Interface"] : []) + ["Portable", "AVX2", "AVX512"]).map { "\(subject)Kernel\($0)" }
        .map { .target(name: $0) }
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
    fuzz("Pickle", ["Datasets"])
    fuzz("Layouts", ["Datasets"])
    fuzz("Archives", ["Archives"])
    fuzz("Pictures", ["Images"])
    fuzz("Safetensors", ["FuzzTensorSupport", "Torch"])
    fuzz("Configuration", ["Settings", "Training"])
    fuzz("Checkpoint", ["FuzzTensorSupport", "Torch", "Training"])
    fuzz("Codes", ["FuzzTensorSupport", "Latents", "Torch", "Autoencoders", "Training"])
    fuzz("HRVQ", ["Bitstream", "Latents"])
    fuzz("Statistics", ["FuzzTensorSupport", "Latents", "Torch", "Bitstream", "Compression"])
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let collections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let system: [Target] = [
    library(
        "CJPEG", pkgConfig: "libturbojpeg", apt: ["libturbojpeg0-dev", "libjpeg-dev"], brew: ["jpeg-turbo"]),
    library("CPNG", pkgConfig: "libpng", apt: ["libpng-dev"], brew: ["libpng"]),
    library("CWebP", pkgConfig: "libwebpdemux", apt: ["libwebp-dev"], brew: ["webp"]),
    library("CArchive", pkgConfig: "libarchive", apt: ["libarchive-dev"], brew: ["libarchive"]),
    library("CZlib", pkgConfig: "zlib", apt: ["zlib1g-dev"]),
    library("CCrypto", pkgConfig: "libcrypto", apt: ["libssl-dev"], brew: ["openssl"]),
    library("CFiles"),
    library("CProcessor"),
    .target(
        name: "CImages", dependencies: ["CJPEG", "CPNG"], path: "Sources/System/CImages",
        linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
    .target(
        name: "CTorch", dependencies: torchDependencies, path: "Sources/System/CTorch",
        cxxSettings: torchCompilerFlags, linkerSettings: torchLinkerFlags),
]

let kernelModules: [Target] =
    kernels("Search", avx512: ["WIDE"], dependencies: ["CProcessor"])
    + kernels("Convolution", avx2: ["FUSED"], avx512: ["FUSED", "WIDE"], dependencies: ["CProcessor"])
    + kernels("Attention", hasInterface: false, avx2: ["FUSED"], avx512: ["FUSED"])
    + kernels(
        "Sampling", hasInterface: false, avx2: ["FUSED"], avx512: ["FUSED", "WIDE"], dependencies: ["CProcessor"])
    + kernels("Entropy")
    + [
        kernel("FeatureMapKernels", "FeatureMaps/Portable"),
        // Every x86-64 processor with instructions for bfloat16 has AVX-512.
        kernel(
            "FeatureMapKernelsBFloat16", "FeatureMaps/BFloat16", architecture: "x86-64-v4",
            dependencies: ["FeatureMapKernels"]),
    ]

let modules: [Target] = [
    module("Files", in: "Base", dependencies: ["CCrypto", "CFiles"]),
    module("Processors", in: "Base", dependencies: ["CProcessor"]),
    module("Settings", in: "Base", dependencies: ["Files", "Yams"]),

    module(
        "Torch", in: "Engine",
        dependencies: ["CTorch", "FeatureMapKernels", "FeatureMapKernelsBFloat16", "Files", "Processors", collections]
            + variants("Convolution"),
        resources: [.embedInCode("CUDA/Kernels")]),

    module("Images", in: "Data", dependencies: ["CImages", "CJPEG", "CPNG", "CWebP", "CZlib", "Files"]),
    module("Archives", in: "Data", dependencies: ["CArchive", "CZlib", "Files"]),
    module("Datasets", in: "Data", dependencies: ["Archives", "CZlib", "Files", "Images", "Processors"]),

    module("Latents", in: "Models"),
    module(
        "Quantization", in: "Models", dependencies: ["Torch", "Processors"] + variants("Search"),
        resources: [.embedInCode("CUDA/Kernels")]),
    module("Autoencoders", in: "Models", dependencies: ["Latents", "Torch", "Quantization"]),
    module(
        "Priors", in: "Models",
        dependencies: ["Latents", "Torch", "Datasets", "Quantization", "Processors"]
            + variants("Sampling", hasInterface: false) + variants("Attention", hasInterface: false)),
    module(
        "Features", in: "Models", folder: "FeatureNetworks",
        dependencies: ["Files", "Settings", "Torch", "Images", "Datasets", "Metrics"]),

    module("Bitstream", in: "Coding", dependencies: ["Files", "Latents", "Processors"] + variants("Entropy")),
    module(
        "Compression", in: "Coding",
        dependencies: ["Datasets", "Bitstream", "Files", "Latents", "Torch", "Images", "Autoencoders", "Training"]),

    module(
        "Training", in: "Runs",
        dependencies: [
            "Files", "Settings", "Latents", "Torch", "Images", "Datasets", "Quantization", "Autoencoders", "Metrics",
            logging,
        ],
        resources: [.embedInCode("Presets"), .embedInCode("CUDA/Kernels")]),
    module(
        "Generation", in: "Runs",
        dependencies: [
            "Files", "Settings", "Latents", "Torch", "Images", "Datasets", "Quantization", "Autoencoders", "Priors",
            "Metrics", "Training", "Features", "Figures", logging,
        ], resources: [.embedInCode("Presets")]),

    module("Metrics", in: "Studies"),
    module("Figures", in: "Studies", dependencies: ["Files"]),
    module(
        "Comparison", in: "Studies",
        dependencies: [
            "Files", "Settings", "Latents", "Torch", "Images", "Datasets", "Quantization", "Autoencoders", "Metrics",
            "Training",
            "Bitstream", "Compression", "Features", "Figures", "Processors", logging,
        ], resources: [.embedInCode("Presets")]),

    .target(name: "Exchange", dependencies: ["Files", "Torch", "Quantization", "Autoencoders", "Training"]),
    .target(
        name: "HRVQ",
        dependencies: [
            "Latents", "Torch", "Images", "Datasets", "Quantization", "Autoencoders", "Metrics", "Training", "Priors",
            "Generation", "Bitstream", "Compression", "Files", "Settings",
        ]),
    .executableTarget(
        name: "HRVQCommands",
        dependencies: [
            "Datasets", "HRVQ", "Files", "Processors", "Comparison", "Compression", "Exchange", "Features", "Figures",
            argumentParser, logging,
        ], path: "Sources/CommandLine"),
]

package.targets =
    torchTargets + fuzzTargets + system + kernelModules + modules + [
        .target(name: "TestSupport", dependencies: [logging], path: "Tests/Support/Files"),
        .target(name: "TensorTestSupport", dependencies: ["Torch"], path: "Tests/Support/Tensors"),

        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
        .testTarget(
            name: "BitstreamTests",
            dependencies: ["Files", "Bitstream", "EntropyKernelInterface", "Latents", "Processors"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "TorchTests",
            dependencies: [
                "Torch", "FeatureMapKernels", "Processors", "ConvolutionKernelInterface", "Files", "TensorTestSupport",
            ], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "ImagesTests", dependencies: ["Files", "Images", "CZlib", "TestSupport"],
            resources: [.copy("Fixtures"), .copy("Matrix")]),
        .testTarget(
            name: "ArchivesTests", dependencies: ["Archives", "Files", "TestSupport"], resources: [.copy("Fixtures")]),
        .testTarget(name: "DatasetsTests", dependencies: ["Files", "Datasets", "Images", "TestSupport"]),
        .testTarget(
            name: "QuantizationTests",
            dependencies: ["SearchKernelInterface", "Quantization", "Torch", "Processors", "TensorTestSupport"],
            resources: [.copy("Fixtures"), .copy("FSQ")]),
        .testTarget(
            name: "AutoencodersTests",
            dependencies: ["Quantization", "Autoencoders", "Latents", "Torch", "TensorTestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Autoencoders", "Metrics", "Quantization", "Torch", "Training", "Datasets", "Files", "Images",
                "Settings", "TestSupport",
            ]),
        .testTarget(
            name: "ExchangeTests",
            dependencies: [
                "Autoencoders", "Quantization", "Exchange", "Settings", "Training", "Torch", "Files", "TestSupport",
                "TensorTestSupport",
            ],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "FeaturesTests",
            dependencies: [
                "Images", "Features", "Datasets", "Settings", "Torch", "Files", "TestSupport", "TensorTestSupport",
            ],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "FiguresTests", dependencies: ["Files", "Figures"]),
        .testTarget(
            name: "ComparisonTests",
            dependencies: [
                "Autoencoders", "Datasets", "Figures", "Latents", "Quantization", "Comparison", "Training", "Images",
                "Bitstream", "Compression", "Metrics", "Settings", "Torch", "Files",
                "TestSupport",
            ]),
        .testTarget(
            name: "PriorsTests",
            dependencies: ["Priors", "Datasets", "Latents", "Torch", "Processors", "TensorTestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "GenerationTests",
            dependencies: [
                "Autoencoders", "Images", "Priors", "Quantization", "Generation", "Training", "Datasets", "Latents",
                "Settings", "Torch", "Files", "TestSupport",
            ]),
        .testTarget(name: "HRVQTests", dependencies: ["HRVQ", "TestSupport"]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "Bitstream", "HRVQ", "HRVQCommands", "Comparison", "Compression", "Exchange", "Features", "Files",
                "TestSupport",
                argumentParser, logging,
            ]),
    ]

// An `any` is visible where it costs, and a member where its module is imported.
for target in package.targets where ![.system, .plugin].contains(target.type) && !target.name.hasPrefix("Fuzz") {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
        ]
}
