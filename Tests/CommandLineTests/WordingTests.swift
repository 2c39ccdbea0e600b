import ArgumentParser
import Bitstream
import Comparison
import Compression
import Files
import Foundation
import HRVQ
import Logging
import TestSupport
import Testing

@testable import HRVQCommands

@Suite("The words of the library and of the program")
struct WordingTests {
    @Test("Errors name parameters and types in Swift, and flags and commands in the program")
    func errors() {
        for (error, library, program) in [
            (
                TrainingError.runExists(path: "run", step: 3),
                "run: holds a training run already (at step 3); go on with it by `existing: .resume`, replace it with"
                    + " `existing: .replace`, or choose another output folder",
                "run: holds a training run already (at step 3); go on with it by --continue, replace it with --force, or"
                    + " choose another --output"
            ),
            (
                TrainingError.dataMissing(kind: "mnist"),
                "the images of 'mnist' are in a folder; pass the folder as `data`",
                "the images of 'mnist' are in a folder; pass --data FOLDER"
            ),
            (
                TorchError.unavailableDevice(name: "cuda", reason: "there is none"),
                "device 'cuda' is not available: there is none; use `DeviceChoice.cpu`",
                "device 'cuda' is not available: there is none; use --device cpu, or see 'hrvq doctor'"
            ),
            (
                BitstreamError.truncated(name: "a.hrvq", bytes: 9, wholeLayers: 2),
                "a.hrvq: cut off after 9 bytes; expected a whole file; the first 2 layers are whole: decode them with"
                    + " `layers: 2`, or fetch the file again",
                "a.hrvq: cut off after 9 bytes; expected a whole file; the first 2 layers are whole: decode them with"
                    + " --layers 2, or fetch the file again"
            ),
            (
                CompressionError.noStatistics,
                "the model has no statistics of its codes, which modelled coding needs; make them with `EntropyTraining`,"
                    + " or use `CodingMode.packed`",
                "the model has no statistics of its codes, which modelled coding needs; make them with"
                    + " 'hrvq train-entropy', or take --coding packed"
            ),
            (
                ConfigurationError.mismatched(
                    source: "\(phrase: .override("a.b=1"))",
                    [.unknownKey(key: "a.b", suggestion: nil, help: RunConfiguration.help)]),
                "the override a.b=1: unknown key 'a.b'; see `RunConfiguration` for all keys",
                "--set a.b=1: unknown key 'a.b'; see `hrvq train --help-config` for all keys"
            ),
            (
                PriorError.settingsCount(name: "top-k", found: 2, layers: 3),
                "`settings` has 2 values; give one for all layers, or 3, one for each",
                "--top-k has 2 values; give one for all layers, or 3, one for each"
            ),
            (
                ExperimentError.damaged(path: "e.json"),
                "e.json: is not the declaration of an experiment; choose another output folder, or replace it with"
                    + " `replace: true`",
                "e.json: is not the declaration of an experiment; choose another --output, or replace it with --force"
            ),
        ] as [(any Error, String, String)] {
            #expect("\(error)" == library)
            #expect(error.programText == program)
            #expect(ProgramError(error)?.description == program)
        }
        #expect(ProgramError(CodesError.layers(found: 3, available: 2)) == nil)
    }

    @Test("No library names a flag or a command of the program")
    func sources() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        let commands = HRVQCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        let command = try Regex("hrvq (\(commands.joined(separator: "|")))\\b")
        // The variables of a style sheet look like flags.
        let flag = #/--[a-z]/#
        var count = 0
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        for case let file as URL in files
        where file.pathExtension == "swift" && !file.path.hasPrefix(root.path + "/CommandLine/")
            && file.lastPathComponent != "HTMLPage+StyleSheet.swift"
        {
            count += 1
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            where !line.drop(while: \.isWhitespace).hasPrefix("//") {
                #expect(!line.contains(flag) && !line.contains(command), "\(file.lastPathComponent): \(line)")
            }
        }
        #expect(count > 100)
    }

    @Test("What the library logs has the program's words, and goes around a line of progress")
    func console() {
        let shown = Shown()
        let console = Console(quiet: false) { shown.text += $0 + "\n" }
        let message: Files.Message = "skipped: \(phrase: .moreMemory)"
        console.logger.log(level: .info, message)
        let reporter = console.show(
            ProgressReporter(style: .terminal, totalSteps: 2, clock: { 0 }, sink: { shown.text += $0 }))
        reporter.begin()
        console.logger.warning("few")
        reporter.finish()
        console.logger.notice("measuring")
        let parts = shown.text.split(separator: "\r", omittingEmptySubsequences: false).map(String.init)
        #expect(parts.first == "skipped: allow more with --memory SIZE\n")
        #expect(parts[2] == "\u{1B}[Kwarning: few\n", "\(parts)")
        #expect(parts.last?.hasSuffix("\u{1B}[K\nmeasuring\n") == true, "\(parts)")
    }

    @Test("A quiet console shows notices and warnings alone")
    func quiet() {
        let shown = Shown()
        let console = Console(quiet: true) { shown.text += $0 + "\n" }
        console.logger.info("evaluated")
        console.logger.notice("removed")
        console.logger.warning("few")
        #expect(shown.text == "removed\nwarning: few\n")
    }
}
