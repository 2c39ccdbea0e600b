import ArgumentParser
import Files
import Foundation
import HRVQ
import Processors

/// `hrvq doctor`.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say which LibTorch this is, what the processor can do, and what of a GPU.")

    @OptionGroup var json: JSONOptions

    @Flag(help: "Replace the file of --json if it exists.")
    var force = false

    private struct Report: Encodable {
        var hrvq: String
        var libTorch: String
        var libTorchFolder: String
        var supported: Bool
        var threads: Int
        var cores: Int
        var libTorchKernels: String
        var searchKernel: String
        var processorHasBFloat16: Bool
        var precisionAuto: String
        var cudaDevices: Int
        var cudaUnavailability: String?
    }

    func run() throws {
        var outputs = OutputGuard(force: force)
        outputs.writes(json.file, .json, remedy: JSONOptions.remedy)
        try outputs.check()
        let version = Engine.version
        let parts = version.split(separator: ".").compactMap { Int($0) }
        let isSupported = parts.count >= 2 && parts[0] == 2 && (11...13).contains(parts[1])
        let unavailability = Engine.cudaUnavailability
        let report = Report(
            hrvq: hrvqVersion, libTorch: version, libTorchFolder: Engine.libraryFolder, supported: isSupported,
            threads: Engine.threadCount, cores: ProcessInfo.processInfo.processorCount,
            libTorchKernels: Engine.processorCapability, searchKernel: KernelVariant.best.rawValue,
            processorHasBFloat16: Precision.processorHasBFloat16,
            precisionAuto: "\(Precision.auto.resolve(on: try DeviceChoice.auto.resolve()))",
            cudaDevices: unavailability == nil ? Engine.cudaDeviceCount : 0, cudaUnavailability: unavailability)
        try json.show(ReportJSON.data(report), text: text(report))
    }

    private func text(_ report: Report) -> String {
        func line(_ label: String, _ value: String) -> String { LabelledLine.text(label, value, column: 18) }
        return [
            line("hrvq", report.hrvq),
            line("LibTorch", report.libTorch + (report.supported ? "" : " (not tried: 2.11 to 2.13 are supported)")),
            line("found in", report.libTorchFolder.isEmpty ? "the loader does not say where" : report.libTorchFolder),
            line("threads", "\(report.threads) of \(report.cores) cores"),
            line("kernels", "LibTorch \(report.libTorchKernels), search \(report.searchKernel)"),
            line(
                "bfloat16",
                report.processorHasBFloat16
                    ? "the processor has instructions for it" : "no instructions in this processor; it would be slow"),
            line("--precision auto", "takes \(report.precisionAuto)"),
            line(
                "GPU",
                report.cudaUnavailability.map { "none: \($0)" }
                    ?? "\(report.cudaDevices) CUDA device\(report.cudaDevices == 1 ? "" : "s")"),
        ].joined(separator: "\n")
    }
}
