import ArgumentParser
import Comparison
import Files
import Foundation
import HRVQ

/// `hrvq bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure speed and memory beside PyTorch, taking turns.",
        discussion: """
            Every program is a process of its own and does a round of work when it is its turn, so that noise of the \
            machine meets all alike. Figures are medians of the rounds. 'time ÷ floor' is how far our time is from \
            that of the work's products at the speed of a product of matrices, or of its bytes at that of a copy, \
            both measured in the same rounds. Run it by 'make bench', which installs what \
            the peers need.
            """)

    @Argument(
        help: ArgumentHelp(
            "What to measure: \(BenchMeasure.allCases.map(\.rawValue).joined(separator: ", ")); all by default.",
            valueName: "measures"))
    var measures: [BenchMeasure] = []

    @Option(help: "The folder of the peers' programs.", completion: .directory)
    var peers = "Benchmarks/peers"

    @Option(parsing: .unconditional, help: "Rounds of each program.")
    var rounds = 5

    @Option(parsing: .unconditional, help: ArgumentHelp("About how long a round takes.", valueName: "seconds"))
    var seconds = 3.0

    @Option(help: "The Python that has torch.", completion: .file())
    var python = "python3"

    @OptionGroup var json: JSONOptions

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Threads of all programs; 0 takes all cores.", valueName: "count"))
    var threads = 0

    @Option(
        help: """
            Where all programs compute: cpu or cuda. On CUDA it is training that is measured beside peers, with \
            the table's batch sizes.
            """)
    var device: DeviceChoice = .cpu

    @Option(
        help: ArgumentHelp(
            """
            Measure hrvq alone as its work grows (batch, image size, m, n, data set, threads), and write tables, charts \
            and a page into this folder.
            """, valueName: "folder"), completion: .directory)
    var growth: String?

    @Option(
        parsing: .upToNextOption,
        help: "What grows: \(GrowthSweep.Quantity.allCases.map(\.rawValue).joined(separator: ", ")); all by default.")
    var quantities: [GrowthSweep.Quantity] = []

    @Flag(help: "Write into a folder of --growth that there is.")
    var force = false

    func validate() throws {
        if growth == nil, !quantities.isEmpty || force {
            throw ValidationError("--quantities and --force are those of --growth, which names a folder")
        }
        if Set(quantities).count < quantities.count { throw ValidationError("--quantities names one twice") }
        if growth != nil, !measures.isEmpty || json.file != nil {
            throw ValidationError("--growth has measures and files of its own; leave the measures and --json out")
        }
        if device != .cpu, growth != nil || measures.contains(where: { !BenchMeasure.onDevice.contains($0) }) {
            let names = BenchMeasure.onDevice.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--device \(device.rawValue) has the measures \(names) alone")
        }
        if !(1...10_000).contains(rounds) { throw ValidationError("--rounds is \(rounds); it must be 1 to 10000") }
        if !(seconds > 0 && seconds <= 3600) {
            throw ValidationError("--seconds is \(seconds); it must be above 0, and 3600 at most")
        }
        if !(0...4096).contains(threads) {
            throw ValidationError("--threads is \(threads); it must be 0 to 4096")
        }
    }

    /// A row of the table and of the JSON.
    struct Row: Encodable {
        var measure: String
        var unit: String
        var ours: Double
        var peers: [String: Double]
        /// Ours divided by the peer's.
        var ratio: [String: Double]
        /// The least ratio to the first peer that is aimed at.
        var aim: Double?
        /// The bound: as many units a second as a product of matrices that was seen in the same run could do of the
        /// work's operations, or a copy of its bytes.
        var limit: Double?
        /// The time of the work divided by what it takes at the bound.
        var timeOverFloor: Double?
        /// The peers in the order of the table.
        var order: [String]

        enum CodingKeys: CodingKey { case measure, unit, ours, peers, ratio, aim, limit, timeOverFloor }
    }

    func run() throws {
        // Figures of an earlier measurement are replaced.
        var outputs = OutputGuard(force: true, quiet: true)
        outputs.writes(json.file, .json)
        try outputs.check()
        let device = try self.device.resolve()
        let threadCount = threads > 0 ? threads : Engine.threadCount
        try Engine.setThreadCount(threadCount)
        if let growth { return try measureGrowth(into: growth, threads: threadCount) }
        var rows: [Row] = []
        let all = device.isCUDA ? BenchMeasure.onDevice : BenchMeasure.allCases
        for measure in measures.isEmpty ? all : measures {
            rows +=
                try measure == .contention
                ? measureContention(threads: threadCount) : self.measure(measure, threads: threadCount, on: device)
        }
        // Each measurement of the same folder replaces the last one's figures.
        try json.show(ReportJSON.data(rows), text: Self.table(rows))
    }

    private func measureGrowth(into path: String, threads: Int) throws {
        let quantities = self.quantities.isEmpty ? GrowthSweep.Quantity.allCases : self.quantities
        let folder = URL(fileURLWithPath: path)
        try OutputPath.refuseExisting(path, force: force)
        let foreign = ReportContents.foreignNames(
            in: URL(fileURLWithPath: path), report: "growth.json", keys: ["series", "size"],
            names: GrowthReport.fileNames(quantities))
        guard foreign.isEmpty else {
            throw OutputError.foreignFolder(
                path: path, expected: "a report that 'hrvq bench' wrote", names: foreign)
        }
        try AtomicFolder.create(folder)
        let measure = GrowthMeasure(
            executable: Self.executable, threads: threads, rounds: rounds, seconds: seconds)
        let report = GrowthReport(folder: folder, threads: threads)
        var sweeps: [(sweep: GrowthSweep, results: [GrowthMeasure.Result])] = []
        for quantity in quantities {
            let sweep = GrowthSweep.of(quantity, threads: threads)
            sweeps.append((sweep, try measure.measure(sweep)))
            // A long run that is stopped leaves what it has seen.
            try report.write(sweeps)
        }
        try printOutput(try String(contentsOf: folder.appendingPathComponent("growth.txt"), encoding: .utf8))
    }

    private static var executable: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

    private func measure(_ measure: BenchMeasure, threads: Int, on device: Device) throws -> [Row] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hrvq-bench-\(UUID().uuidString)")
        try AtomicFolder.create(folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = try measure.prepare(in: folder) + measure.options(on: device)
        var programs = [
            try BenchProcess(
                "hrvq", executable: Self.executable,
                arguments: ["bench-worker", measure.rawValue, "--threads", "\(threads)"] + input)
        ]
        defer { for program in programs { program.quit() } }
        for peer in measure.peers {
            let script = URL(fileURLWithPath: peers).appendingPathComponent(peer.arguments[0]).path
            guard FileManager.default.fileExists(atPath: script) else {
                throw FileError.missing(path: script, remedy: "name the folder of the peers with --peers")
            }
            do {
                programs.append(
                    try BenchProcess(
                        peer.name, executable: "/usr/bin/env",
                        arguments: [python, script] + peer.arguments.dropFirst() + input + ["--threads", "\(threads)"]))
            } catch BenchError.silent where peer.name == BenchMeasure.compiled {
                printError("\(measure.rawValue): \(peer.name) is left out: it did not start, and wants a C++ compiler")
            }
        }
        for program in programs { try program.calibrate(seconds: seconds) }
        var speeds: [[Double]] = programs.map { _ in [] }
        let bound = try programs[0].bound()
        var limits: [Double] = []
        for round in 1...rounds {
            // The machine's peak takes its turn as well.
            if let bound { limits.append(try MachinePeak.measure(bound.type, on: device).limit(bound)) }
            for (index, program) in programs.enumerated() { speeds[index].append(try program.round()) }
            printError("\(measure.rawValue): round \(round) of \(rounds)")
        }
        let limit = limits.isEmpty ? nil : Self.median(limits)
        var rows = [
            Self.row(
                measure.rawValue, measure.unit, programs.map(\.name), speeds.map(Self.median), aim: measure.aim,
                limit: limit)
        ]
        if measure.hasMemory, device == .cpu {
            let memory = try programs.map { try $0.memory() / 1_048_576 }
            rows.append(Self.row("\(measure.rawValue) memory", "MiB", programs.map(\.name), memory))
        }
        return rows
    }

    /// Our speed beside a busy program, divided by our speed alone; see ``ContentionMeasure``.
    private func measureContention(threads: Int) throws -> [Row] {
        try ContentionMeasure.measures.flatMap { measure in
            let folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("hrvq-bench-\(UUID().uuidString)")
            try AtomicFolder.create(folder)
            defer { try? FileManager.default.removeItem(at: folder) }
            let program = try BenchProcess(
                "hrvq", executable: Self.executable,
                arguments: ["bench-worker", measure.rawValue, "--threads", "\(threads)"] + measure.prepare(in: folder))
            defer { program.quit() }
            try program.calibrate(seconds: seconds)
            let result = try ContentionMeasure.run(program, rounds: rounds) {
                printError("contention, \(measure.rawValue): round \($0) of \(rounds)")
            }
            return result.beside.map { neighbour, speed in
                Self.row(
                    "\(measure.rawValue) \(neighbour.name)", measure.unit, ["hrvq", "alone"], [speed, result.alone],
                    aim: ContentionMeasure.aim)
            }
        }
    }

    private static func row(
        _ measure: String, _ unit: String, _ names: [String], _ values: [Double], aim: Double? = nil,
        limit: Double? = nil
    ) -> Row {
        let peers = Dictionary(uniqueKeysWithValues: zip(names, values).dropFirst().map { ($0, $1) })
        return Row(
            measure: measure, unit: unit, ours: values[0], peers: peers, ratio: peers.mapValues { values[0] / $0 },
            aim: aim, limit: limit, timeOverFloor: limit.map { $0 / values[0] }, order: Array(names.dropFirst()))
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    private static func table(_ rows: [Row]) -> String {
        func number(_ value: Double) -> String {
            if value < 1 { return String(format: "%.2g", value) }
            return value >= 1e6
                ? String(format: "%.2f M", value / 1e6) : String(format: value < 100 ? "%.1f" : "%.0f", value)
        }
        var lines = [["measure", "unit", "program", "value", "hrvq is", "aim", "time ÷ floor"]]
        for row in rows {
            let floor = row.timeOverFloor.map { String(format: "%.2f", $0) } ?? ""
            lines.append([row.measure, row.unit, "hrvq", number(row.ours), "", "", floor])
            for (index, name) in row.order.enumerated() {
                let value = row.peers[name] ?? .nan
                let aim = index == 0 ? row.aim.map { String(format: $0 < 1 ? "%.2f×" : "%.1f×", $0) } ?? "" : ""
                lines.append([
                    "", "", name, number(value), String(format: "%.2f×", row.ours / value), aim, "",
                ])
            }
        }
        let widths = (0..<7).map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            zip(line, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
                .replacing(#/\ +$/#, with: "")
        }.joined(separator: "\n")
    }
}
