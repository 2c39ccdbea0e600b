import Foundation
import HRVQ
import Synchronization
import TestSupport
import Testing

/// A command, what of its results belongs together, and how a user goes on after a fault.
struct FaultedCommand: Sendable, CustomTestStringConvertible {
    var name: String
    /// Results go into `out`, the folder that faults are injected into.
    var arguments: [String]
    /// What is there before, in the folder that holds `out`.
    var prepare: @Sendable (URL) throws -> Void = { _ in }
    /// Files that are all old or all new, whatever happens.
    var set: [String] = []
    /// Whether a kill (not an error) may leave some of the set: files in different places.
    var mayBePartial = false
    /// Files of the set that differ from run to run, such as those with times in them.
    var volatile: Set<String> = []
    /// Files that are as after an undisturbed run once a user has gone on.
    var result: [String] = []
    /// How a user goes on: the first of these that succeeds. The command itself if empty.
    var again: [[String]] = []
    /// Whether a part of its faults is in the usual test run.
    var isUsual = false

    var testDescription: String { name }
}

extension FaultedCommand {
    private static let small = ["--threads", "1", "--quiet"]

    private static func notes(_ folder: URL) throws {
        let out = folder.appendingPathComponent("out")
        try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
        try Data("a user's".utf8).write(to: out.appendingPathComponent("notes.txt"))
    }

    private static func folder(_ folder: URL) throws {
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("out"), withIntermediateDirectories: true)
    }

    private static func run(_ arguments: [String], in folder: URL) throws {
        let answer = try Shell.finish(Shell.start(arguments, in: folder))
        guard answer.status == 0 else { throw ShellError.failed(answer.error) }
    }

    /// Every command that writes.
    static func all() throws -> [FaultedCommand] {
        let inputs = try Inputs.folder.get()
        func input(_ name: String) -> String { inputs.appendingPathComponent(name).path }
        let model = ["config.json", "model.safetensors"].map { "out/\($0)" }
        let train = ["train", "--preset", "hrvqvae-tiny", "--output", "out", "--seed", "1"] + small
        let resume = ["train", "--resume", "--output", "out", "--quiet"]
        let prior = [
            "train-prior", "--preset", "prior-tiny", "--codes", input("codes.safetensors"), "--output", "out",
            "--steps", "6",
        ]
        let imported = [
            "import", "--from", "rosinality", PyTorch.state, "--output", "out", "--height", "32", "--width", "48",
            "--force",
        ]
        let classifier =
            [
                "train-classifier", "--kind", "folder", "--data", input("classes"), "--height", "12", "--width", "12",
                "--channels", "1", "--steps", "2", "--batch-size", "4", "--output", "out",
            ] + small
        let rate = ["rate-distortion", "--images", input("classes/a"), "--output", "out", "--limit", "1", "--quiet"]
        return [
            FaultedCommand(
                name: "train", arguments: train, result: model, again: [resume, train], isUsual: true),
            FaultedCommand(
                name: "train --resume", arguments: resume + ["--steps", "12"],
                prepare: {
                    try FileManager.default.copyItem(
                        at: inputs.appendingPathComponent("run"), to: $0.appendingPathComponent("out"))
                },
                result: model),
            FaultedCommand(
                name: "train-prior", arguments: prior + small,
                result: model.map { $0.replacingOccurrences(of: "out/", with: "out/layer-2/") },
                again: [
                    [
                        "train-prior", "--codes", input("codes.safetensors"), "--output", "out", "--resume", "--quiet",
                    ], prior + small,
                ]),
            FaultedCommand(
                name: "tokenize",
                arguments: ["tokenize", input("run"), "--limit", "8", "--output", "out/codes.safetensors"] + small,
                prepare: folder, set: ["out/codes.safetensors"], result: ["out/codes.safetensors"]),
            FaultedCommand(
                name: "train-classifier", arguments: classifier, set: model, volatile: ["out/config.json"],
                result: model),
            FaultedCommand(
                name: "train-classifier --force beside a user's file", arguments: classifier + ["--force"],
                prepare: {
                    try run(classifier.map { $0 == "2" ? "1" : $0 }, in: $0)
                    try notes($0)
                }, set: model, volatile: ["out/config.json"], result: model, isUsual: true),
            FaultedCommand(
                name: "train-entropy",
                arguments: [
                    "train-entropy", input("run"), "--codes", input("codes.safetensors"), "--output",
                    "out/entropy.safetensors", "--json", "out/figures.json", "--quiet",
                ], prepare: folder, set: ["out/entropy.safetensors", "out/figures.json"], mayBePartial: true,
                volatile: ["out/figures.json"], result: ["out/entropy.safetensors"]),
            FaultedCommand(
                name: "encode",
                arguments: ["encode", input("run"), input("classes/a"), "--output", "out/"] + small,
                prepare: folder, result: ["out/0.hrvq", "out/1.hrvq"]),
            FaultedCommand(
                name: "decode",
                arguments: ["decode", input("run"), input("several.hrvq"), "--output", "out/pictures"] + small,
                prepare: folder, set: ["out/pictures/0.png", "out/pictures/1.png"],
                result: ["out/pictures/0.png", "out/pictures/1.png"]),
            FaultedCommand(name: "import", arguments: imported, set: model, result: model),
            FaultedCommand(
                name: "import --force over a run", arguments: imported,
                prepare: { try run(train, in: $0) }, set: model, result: model, isUsual: true),
            FaultedCommand(
                name: "import --force beside a user's file", arguments: imported,
                prepare: {
                    try run(train, in: $0)
                    try notes($0)
                }, set: model, result: model, isUsual: true),
            FaultedCommand(
                name: "export",
                arguments: [
                    "export", input("imported"), "--to", "rosinality", "--output", "out/state.safetensors", "--force",
                ],
                prepare: {
                    try notes($0)
                    try Data("old".utf8).write(to: $0.appendingPathComponent("out/state.safetensors"))
                }, set: ["out/state.safetensors"], result: ["out/state.safetensors"]),
            FaultedCommand(
                name: "compare",
                arguments: ["compare", input("run"), "--output", "out", "--limit", "8", "--force"] + small,
                prepare: {
                    try notes($0)
                    for name in ["index.html", "comparison.json"] {
                        try Data("old".utf8).write(to: $0.appendingPathComponent("out/\(name)"))
                    }
                }, set: ["out/index.html", "out/comparison.json", "out/sheet.png"],
                volatile: ["out/index.html", "out/comparison.json"], result: ["out/sheet.png"]),
            FaultedCommand(
                name: "evaluate",
                arguments: [
                    "evaluate", input("run"), "--limit", "8", "--json", "out/figures.json", "--layer-sheet",
                    "out/sheet.png",
                ] + small, prepare: folder, set: ["out/figures.json", "out/sheet.png"], mayBePartial: true,
                volatile: ["out/figures.json"], result: ["out/sheet.png"]),
            FaultedCommand(
                name: "sample",
                arguments: [
                    "sample", input("run"), input("prior"), "--count", "2", "--seed", "3", "--output", "out/sheet.png",
                    "--images", "out/images", "--force",
                ] + small,
                prepare: {
                    try FileManager.default.createDirectory(
                        at: $0.appendingPathComponent("out/images"), withIntermediateDirectories: true)
                    for name in ["0000.png", "0001.png", "0002.png", "mine.txt"] {
                        try Data("old".utf8).write(to: $0.appendingPathComponent("out/images/\(name)"))
                    }
                }, set: ["out/images/0000.png", "out/images/0001.png"],
                result: ["out/images/0000.png", "out/images/0001.png", "out/images/0002.png", "out/sheet.png"]),
            FaultedCommand(
                name: "reconstruct",
                arguments: ["reconstruct", input("run"), input("classes/a"), "--output", "out/pictures", "--force"]
                    + small, prepare: folder, result: ["out/pictures/0.png", "out/pictures/before-after.png"]),
            FaultedCommand(
                name: "inspect --codebook-figure",
                arguments: ["inspect", input("run"), "--codebook-figure", "out/figure.svg"], prepare: folder,
                set: ["out/figure.svg"], result: ["out/figure.svg"]),
            FaultedCommand(
                name: "rate-distortion", arguments: rate + ["--force"],
                prepare: {
                    try notes($0)
                    for name in ["index.html", "rate-distortion.json", "sheet.png"] {
                        try Data("old".utf8).write(to: $0.appendingPathComponent("out/\(name)"))
                    }
                }, set: ["out/index.html", "out/rate-distortion.json", "out/psnr.svg"],
                volatile: ["out/index.html", "out/rate-distortion.json"], result: ["out/psnr.svg", "out/sheet.png"]),
        ]
    }

    /// What commands read, made once.
    enum Inputs {
        static let folder: Result<URL, any Error> = Result {
            let folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("hrvq-faults-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: TinyRun.folder.get(), to: folder.appendingPathComponent("run"))
            for (index, name) in ["a", "b"].enumerated() {
                let place = folder.appendingPathComponent("classes/\(name)")
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                for number in 0..<10 {
                    try PixelImage(
                        width: 40, height: 30, channels: 1,
                        pixels: (0..<1200).map { UInt8(truncatingIfNeeded: $0 * (index + 1) + number) }
                    ).writePNG(to: place.appendingPathComponent("\(number).png").path)
                }
            }
            for arguments in [
                ["tokenize", "run", "--split", "train", "--limit", "60", "--output", "codes.safetensors", "--quiet"],
                [
                    "train-prior", "--preset", "prior-tiny", "--codes", "codes.safetensors", "--output", "prior",
                    "--steps", "2", "--quiet",
                ],
                ["encode", "run", "--split", "test", "--limit", "2", "-o", "several.hrvq", "--quiet"],
                [
                    "import", "--from", "rosinality", PyTorch.state, "--output", "imported", "--height", "32",
                    "--width", "48",
                ],
            ] { try run(arguments, in: folder) }
            return folder
        }
    }
}

extension PyTorch {
    /// A state dictionary of another program.
    static var state: String {
        root.appendingPathComponent("Tests/ExchangeTests/Fixtures/rosinality-state.safetensors").path
    }
}

/// One call of the system that a command makes in its output folder.
private struct Call: Sendable {
    var name: String
    /// Which of its calls of this name it is, from 1.
    var number: Int
    var line: String

    static let names = [
        "openat", "write", "fsync", "rename", "renameat2", "close", "mkdir", "unlink", "rmdir", "flock", "chmod",
    ]

    /// Whether an error of this call must end the command.
    var mustBeTold: Bool {
        switch name {
        case "write", "fsync", "rename", "renameat2", "mkdir": true
        case "openat": line.contains("O_CREAT")
        default: false
        }
    }

    /// Calls that differ in nothing but numbers have the same.
    var signature: String {
        // What is written is a binary text as often as not; the file tells which writes are alike.
        String(name == "write" ? line.prefix { $0 != "," } : line[...]).replacing(#/ = .*$/#, with: "").replacing(
            #/[0-9a-f]{16}/#, with: "*"
        )
        .replacing(#/[0-9]+/#, with: "#").replacing(#/"[^\/][^"]*"\.*/#, with: "")
    }
}

@Suite(
    "What a kill and a failing disk leave", .serialized,
    .enabled(if: Strace.isThere, "needs strace, and the permission to trace; 'apt-get install strace'"))
struct FaultTests {
    /// `make faults` sets it: `all` faults of all commands, or `some` faults of all commands.
    private static let choice = ProcessInfo.processInfo.environment["HRVQ_FAULTS"]
    private static var isWhole: Bool { choice == "all" }

    @Test("Old or new, whole; the error is told; the next run goes on and leaves nothing", arguments: try commands())
    func faults(_ command: FaultedCommand) throws {
        try withTemporaryFolder { folder in
            let trial = try Trial(command, in: folder)
            let faults = Self.selection(of: trial.calls)
            #expect(!faults.isEmpty)
            let problems = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: faults.count) { index in
                let (call, fault) = faults[index]
                let found: [String]
                do { found = try trial.problems(with: call, fault) } catch { found = ["\(error)"] }
                let told = found.map { "\(fault) at \(call.name) \(call.number), \(call.line): \($0)" }
                problems.withLock { $0 += told }
            }
            let found = problems.withLock { $0 }
            #expect(found.isEmpty, "\(found.count) of \(faults.count) faults:\n\(found.joined(separator: "\n"))")
            if Self.choice != nil { print("\(command.name): \(faults.count) faults") }
        }
    }

    private static func commands() throws -> [FaultedCommand] {
        guard Strace.isThere else { return [] }
        let all = try FaultedCommand.all()
        if let only = ProcessInfo.processInfo.environment["HRVQ_FAULTS_ONLY"] { return all.filter { $0.name == only } }
        return choice == nil ? all.filter(\.isUsual) : all
    }

    /// All calls, but of more than a dozen that differ in nothing but numbers, such as the writes of one file, a dozen: the
    /// first and the last ones, and some between.
    private static func thinned(_ calls: [Call]) -> [Call] {
        Dictionary(grouping: calls.indices) { calls[$0].signature }.values.flatMap { alike -> [Int] in
            guard alike.count > 12 else { return alike }
            let between = alike.dropFirst(4).dropLast(4)
            return Array(alike.prefix(4) + alike.suffix(4))
                + (0..<4).map { between[between.startIndex + $0 * between.count / 4] }
        }.sorted().map { calls[$0] }
    }

    /// All faults, or of calls of a kind the first and the last; a dozen of the usual commands' at most.
    private static func selection(of calls: [Call]) -> [(Call, Trial.Fault)] {
        if isWhole { return thinned(calls).flatMap { [($0, .error), ($0, .kill)] } }
        var last: [String: Int] = [:]
        for (index, call) in calls.enumerated() { last[call.signature] = index }
        var first: Set<String> = []
        let telling = calls.enumerated().filter { index, call in
            call.mustBeTold && (first.insert(call.signature).inserted || last[call.signature] == index)
        }.map(\.element)
        let renames = telling.filter { $0.name.hasPrefix("rename") }
        let others = telling.filter { !$0.name.hasPrefix("rename") }
        let step = max(others.count / 5, 1)
        return renames.suffix(4).flatMap { [($0, .error), ($0, .kill)] }
            + others.enumerated().filter { $0.offset % step == 0 }.map {
                ($0.element, $0.offset % 2 == 0 ? .error : .kill)
            }
    }
}

/// A command that is run again and again, each time with one fault.
private struct Trial: Sendable {
    enum Fault: Sendable { case error, kill }

    private let command: FaultedCommand
    private let folder: URL
    private let before: [String: Data]
    private let after: [String: Data]
    let calls: [Call]

    init(_ command: FaultedCommand, in folder: URL) throws {
        self.command = command
        self.folder = folder
        let place = folder.appendingPathComponent("undisturbed")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try command.prepare(place)
        let paths = command.set + command.result + ["out/notes.txt"]
        before = Self.contents(paths, in: place)
        let log = folder.appendingPathComponent("calls")
        let answer = try Strace.run(
            ["-y", "-s", "8", "-o", log.path, "-e", "trace=" + Call.names.joined(separator: ",")], command.arguments,
            in: place)
        guard answer.status == 0 else { throw ShellError.failed(answer.error) }
        after = Self.contents(paths, in: place)
        var counts: [String: Int] = [:]
        var calls: [Call] = []
        for line in try String(contentsOf: log, encoding: .utf8).split(separator: "\n") {
            let name = String(line.prefix { $0 != "(" })
            counts[name, default: 0] += 1
            // A folder that appears as a whole is written beside its place.
            let isOutput = ["/out", "/.hrvq-"].contains { line.contains(place.path + $0) }
            if Call.names.contains(name), isOutput {
                calls.append(Call(name: name, number: counts[name] ?? 0, line: String(line)))
            }
        }
        self.calls = calls
    }

    private static func contents(_ paths: [String], in place: URL) -> [String: Data] {
        var result: [String: Data] = [:]
        for path in paths { result[path] = try? Data(contentsOf: place.appendingPathComponent(path)) }
        return result
    }

    /// What is wrong after a fault.
    func problems(with call: Call, _ fault: Fault) throws -> [String] {
        // A name of the same length, so that nothing else differs.
        let place = folder.appendingPathComponent(String(UUID().uuidString.prefix(11)))
        defer { try? FileManager.default.removeItem(at: place) }
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try command.prepare(place)
        let injection = "inject=\(call.name):\(fault == .kill ? "signal=KILL" : "error=EIO"):when=\(call.number)"
        let answer = try Strace.run(
            ["-o", "/dev/null", "-e", "trace=\(call.name)", "-e", injection], command.arguments, in: place)
        var problems: [String] = []
        switch fault {
        case .kill: if answer.status != 137 { problems.append("status \(answer.status) after a kill") }
        case .error:
            if call.mustBeTold, answer.status == 0 { problems.append("the error was not told") }
            if answer.status != 0, !answer.error.contains("Input/output error") {
                problems.append("said \(answer.error)")
            }
            for word in ["Cocoa", "NSPOSIX", "operation could", "couldn’t"] where answer.error.contains(word) {
                problems.append("said \(answer.error)")
            }
        }
        // A replacement that was stopped in between counts as done, and is completed by the next command that reads it.
        if FileManager.default.fileExists(atPath: place.path + "/out/.hrvq-replacing") {
            let read = try Shell.hrvq(command.name.contains("classifier") ? "doctor" : "inspect", "out", in: place)
            if command.name.contains("import"), read.status != 0 { problems.append("cannot be read: \(read.error)") }
        }
        let isNew = command.set.map { path -> Bool? in
            let found = try? Data(contentsOf: place.appendingPathComponent(path))
            if found == before[path] { return found == after[path] ? nil : false }
            if found == after[path] || (command.volatile.contains(path) && found?.isEmpty == false) { return true }
            problems.append("\(path) is neither old nor new")
            return nil
        }.compactMap { $0 }
        let isPending = FileManager.default.fileExists(atPath: place.path + "/out/.hrvq-replacing")
        if Set(isNew).count > 1, !(fault == .kill && command.mayBePartial), !isPending {
            problems.append("some of \(command.set) are old and some new: \(isNew)")
        }
        problems += try goOn(in: place, isDone: isNew.contains(true))
        return problems
    }

    /// What is wrong after a user went on.
    private func goOn(in place: URL, isDone: Bool) throws -> [String] {
        var ways = command.again.isEmpty ? [command.arguments] : command.again
        // What is done already is not done again without being asked.
        if isDone || command.set.isEmpty, command.again.isEmpty { ways.append(command.arguments + ["--force"]) }
        var answers: [String] = []
        for way in ways where answers.count < ways.count {
            let answer = try Shell.finish(Shell.start(way, in: place))
            guard answer.status == 0 else {
                answers.append(answer.error)
                continue
            }
            var problems: [String] = []
            let found = Self.contents(Array(after.keys) + Array(before.keys), in: place)
            for path in Set(command.result + ["out/notes.txt"]) where !command.volatile.contains(path) {
                if found[path] != after[path] { problems.append("after going on \(path) is another") }
            }
            let names = FileManager.default.enumerator(atPath: place.path)?.compactMap { $0 as? String } ?? []
            let hidden = names.filter { ($0 as NSString).lastPathComponent.hasPrefix(".") }
            if !hidden.isEmpty { problems.append("after going on there are \(hidden)") }
            return problems
        }
        return ["cannot go on: \(answers)"]
    }
}

/// The tracer that injects faults.
private enum Strace {
    static let isThere: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["strace", "-o", "/dev/null", "-e", "inject=rmdir:error=EIO:when=1", "true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Runs the program under it.
    static func run(_ options: [String], _ arguments: [String], in folder: URL) throws -> Answer {
        let quoted = (options + [Shell.executable.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        return try Shell.finish(Shell.start([], in: folder, after: "exec strace -q \(quoted) 2>&2"))
    }
}
