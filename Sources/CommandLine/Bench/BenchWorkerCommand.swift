import ArgumentParser
import Foundation
import HRVQ

/// `hrvq bench-worker`: our side of a benchmark, driven line by line as the peers are (`Benchmarks/peers/protocol.py`).
struct BenchWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-worker", abstract: "Our side of a benchmark.", shouldDisplay: false)

    @Argument(help: "The measure.")
    var measure: BenchMeasure

    @Option(help: "What all programs are given to work on, where that is files.")
    var input: String?

    @Option(help: "Images a step; the measure's own by default.")
    var batch: Int?

    @Option(help: "Pixels of an image's side; the measure's own by default.")
    var side: Int?

    @Option(help: "Images in memory; the measure's own by default.")
    var images: Int?

    @Option(help: "Layers of codebooks; the measure's own by default.")
    var layers: Int?

    @Option(help: "Codewords a codebook; the measure's own by default.")
    var branching: Int?

    @OptionGroup var engine: EngineOptions

    func run() throws {
        let device = try engine.prepare(trains: true)
        if device.isCUDA {
            guard BenchMeasure.onDevice.contains(measure) else {
                throw ValidationError("\(measure.rawValue) is measured on the processor")
            }
            return try CUDAStream.run { try serve(on: device) }
        }
        try serve(on: device)
    }

    private func serve(on device: Device) throws {
        var workload: any BenchWorkload =
            switch measure {
            case .train: try train(.cifar10, batch: 128, images: 4096, on: device)
            case .trainFFHQ: try train(.ffhq, batch: 8, images: 64, on: device)
            case .trainVQVAE2: try train(.vqvae2CIFAR10, batch: 128, images: 4096, on: device)
            case .quantize: try QuantizeWorkload(.hierarchical, layers: layers ?? 3, branching: branching ?? 8)
            case .quantizeStatistics:
                try QuantizeWorkload(
                    .hierarchical, layers: layers ?? 3, branching: branching ?? 8, hasStatistics: true)
            case .quantizeTrain: try QuantizeTrainWorkload(layers: layers ?? 3, branching: branching ?? 8)
            case .quantizeFlat: try QuantizeWorkload(.flat, layers: layers ?? 1, branching: branching ?? 512)
            case .trainPrior: try TrainPriorWorkload()
            case .sample32: try SampleWorkload(.hrvqvaeFFHQ, side: 32)
            case .sample16: try SampleWorkload(.hrvqvaeCIFAR10, side: 16)
            case .encodeCodes: try EntropyWorkload(.encode)
            case .decodeCodes: try EntropyWorkload(.decode)
            case .rangeEncode: try EntropyWorkload(.rangeEncode)
            case .rangeDecode: try EntropyWorkload(.rangeDecode)
            case .tokenize: try TokenizeWorkload(folder: required(input))
            case .contention: throw ValidationError("contention consists of other measures")
            }
        _ = try workload.repeated(3)
        say(["ready": true, "unit": workload.unit])
        while let line = readLine() {
            let words = line.split(separator: " ")
            if words == ["quit"] { return }
            if words == ["memory"] {
                say(["peakBytes": Self.peakBytes])
            } else if words == ["bound"] {
                let bound = try workload.bound()
                say(bound.map { ["operations": $0.operations, "bytes": $0.bytes, "type": "\($0.type)"] } ?? [:])
            } else if words.count == 2, words[0] == "round", let count = Int(words[1]) {
                // A round of its own: what other programs did in their turns says nothing of this one.
                let pace = ThreadPace(on: device)
                let start = ProcessInfo.processInfo.systemUptime
                let units =
                    try device.isCUDA
                    ? workload.repeated(count)
                    : (0..<count).reduce(0) { sum, _ in try sum + pace.step { try workload.repeated(1) } }
                say(["seconds": ProcessInfo.processInfo.systemUptime - start, workload.unit: units])
            }
        }
    }

    private func train(_ preset: Preset, batch: Int, images: Int, on device: Device) throws -> any BenchWorkload {
        let batch = self.batch ?? batch
        let images = max(self.images ?? images, batch)
        return device.isCUDA
            ? try DeviceTrainWorkload(preset, batch: batch, images: images, side: side, on: device)
            : try TrainWorkload(preset, batch: batch, images: images, side: side)
    }

    private func required(_ input: String?) throws -> String {
        guard let input else { throw ValidationError("--input names the files of this measure") }
        return input
    }

    private func say(_ values: [String: Any]) {
        let data = (try? JSONSerialization.data(withJSONObject: values)) ?? Data()
        try? FileHandle.standardOutput.write(contentsOf: data + Data("\n".utf8))
    }

    /// The largest resident memory of this process so far.
    private static var peakBytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
}

/// What `hrvq bench` measures.
enum BenchMeasure: String, CaseIterable, ExpressibleByArgument {
    case train
    case trainFFHQ = "train-ffhq"
    case trainVQVAE2 = "train-vqvae2"
    case quantize
    case quantizeStatistics = "quantize-statistics"
    case quantizeTrain = "quantize-train"
    case quantizeFlat = "quantize-flat"
    case trainPrior = "train-prior"
    case sample32 = "sample-32"
    case sample16 = "sample-16"
    case encodeCodes = "encode-codes"
    case decodeCodes = "decode-codes"
    case rangeEncode = "range-encode"
    case rangeDecode = "range-decode"
    case tokenize
    case contention

    /// What is measured on a CUDA device too.
    static let onDevice: [BenchMeasure] = [.train, .trainFFHQ, .trainVQVAE2]

    /// What all programs are told beside the measure: two cores take a part of FFHQ's batch, a GPU all of it.
    func options(on device: Device) -> [String] {
        guard device.isCUDA else { return [] }
        return ["--device", "cuda"] + (self == .trainFFHQ ? ["--batch", "32"] : [])
    }

    /// The peers that want a C++ compiler, and are left out where there is none.
    static let compiled = "PyTorch compiled"

    /// The peers: what the table calls them, and how they are started.
    var peers: [(name: String, arguments: [String])] {
        switch self {
        case .train: Self.trainingPeers("train.py", [])
        case .trainFFHQ: Self.trainingPeers("train.py", ["--preset", "ffhq"])
        case .trainVQVAE2: Self.trainingPeers("train_vqvae2.py", [])
        case .trainPrior:
            [
                ("PyTorch float32", ["pixelsnail.py", "--variant", "train"]),
                ("channels-last, fused", ["pixelsnail.py", "--variant", "train-tuned"]),
            ]
                // Without instructions for it a step takes five minutes.
                + (Precision.auto.resolve(on: .cpu) == .bfloat16
                    ? [("PyTorch bfloat16", ["pixelsnail.py", "--variant", "train-bfloat16"])] : [])
        case .sample32:
            [
                ("rows so far", ["pixelsnail.py", "--variant", "sample-32", "--positions", "2"]),
                ("whole grid", ["pixelsnail.py", "--variant", "sample-32-whole", "--positions", "1"]),
            ]
        case .sample16:
            [
                ("rows so far", ["pixelsnail.py", "--variant", "sample-16"]),
                ("whole grid", ["pixelsnail.py", "--variant", "sample-16-whole", "--positions", "4"]),
            ]
        case .encodeCodes, .rangeEncode: [("constriction", ["entropy.py", "--variant", "encode"])]
        case .decodeCodes, .rangeDecode: [("constriction", ["entropy.py", "--variant", "decode"])]
        case .tokenize:
            [
                ("PyTorch float32", ["encode_files.py", "--variant", "eager-float32"]),
                ("PyTorch bfloat16", ["encode_files.py", "--variant", "eager-bfloat16"]),
                ("PyTorch channels-last", ["encode_files.py", "--variant", "channels-last-float32"]),
            ]
        case .quantizeFlat:
            [
                ("matmul and argmin", ["quantize.py", "--variant", "flat"]),
                ("cdist and argmin", ["quantize.py", "--variant", "flat-cdist"]),
            ]
        case .quantize:
            [
                ("gather", ["quantize.py", "--variant", "gather"]),
                ("gather-tuned", ["quantize.py", "--variant", "gather-tuned"]),
                ("ResidualVQ 3×512", ["quantize.py", "--variant", "residual-vq"]),
            ]
        case .contention: []
        case .quantizeStatistics:
            [("gather", ["quantize.py", "--variant", "gather-statistics"])]
        case .quantizeTrain:
            [
                ("PyTorch", ["quantize.py", "--variant", "train"]),
                ("ResidualVQ 3×512", ["quantize.py", "--variant", "residual-vq-train"]),
            ]
        }
    }

    private static func trainingPeers(
        _ script: String, _ options: [String]
    ) -> [(name: String, arguments: [String])] {
        [
            ("PyTorch float32", "eager-float32"), ("PyTorch bfloat16", "eager-bfloat16"),
            ("PyTorch channels-last", "channels-last-float32"), (compiled, "compiled"),
            ("its convolutions alone", "convolutions"),
        ].map { ($0.0, [script, "--variant", $0.1] + options) }
    }

    /// What is counted.
    var unit: String {
        switch self {
        case .train, .trainFFHQ, .trainVQVAE2, .trainPrior, .sample32, .sample16, .tokenize, .contention: "images/s"
        case .quantize, .quantizeStatistics, .quantizeTrain, .quantizeFlat: "vectors/s"
        case .encodeCodes, .decodeCodes, .rangeEncode, .rangeDecode: "codes/s"
        }
    }

    /// The least ratio to the first peer that the project aims at.
    var aim: Double {
        switch self {
        case .train: 2.8
        case .trainFFHQ, .trainPrior: 2.5
        case .trainVQVAE2: 2
        case .quantize, .quantizeStatistics: 100
        case .quantizeTrain: 40
        case .quantizeFlat, .tokenize: 3
        case .sample32: 1000
        case .sample16: 200
        case .encodeCodes, .decodeCodes, .rangeEncode, .rangeDecode: 1
        case .contention: ContentionMeasure.aim
        }
    }

    /// Whether a process's memory is that of the measure: a peer's worker processes have memory of their own.
    var hasMemory: Bool { self != .tokenize }

    /// Writes what programs are given to work on.
    ///
    /// - Returns: Arguments for them; none where they make their own input.
    func prepare(in folder: URL) throws -> [String] {
        switch self {
        case .encodeCodes, .decodeCodes, .rangeEncode, .rangeDecode:
            let file = folder.appendingPathComponent("digits.safetensors")
            try EntropyWorkload(.encode).write(to: file)
            return ["--input", file.path]
        case .tokenize:
            try TokenizeWorkload.write(to: folder)
            return ["--input", folder.path]
        default: return []
        }
    }
}
