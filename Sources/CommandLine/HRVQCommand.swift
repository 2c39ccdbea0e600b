import ArgumentParser
import Files
import Foundation
import HRVQ
import Logging

/// The program: settings of the process, then the command.
@main
enum Program {
    static func main() {
        Engine.keepFreedMemory()
        LoggingSystem.bootstrap { _ in ConsoleLogHandler(console: Console(quiet: false)) }
        // `hrvq train | head` must not end a run: a write to a closed pipe fails like any other.
        signal(SIGPIPE, SIG_IGN)
        // Nor must a limit to the size of files, which would leave half of one behind: it is an error like a full disk.
        signal(SIGXFSZ, SIG_IGN)
        do {
            try AddressSpace.requireEnough()
            try OpenFiles.requireEnough()
            MemoryOptions.areOfProcess = true
            let arguments = Array(CommandLine.arguments.dropFirst())
            if let word = arguments.first, let text = HRVQCommand.suggestion(for: word) {
                throw ValidationError(text)
            }
            var command = try HRVQCommand.parseAsRoot(arguments)
            try command.run()
        } catch {
            end(with: UntypedError(error) ?? ProgramError(error) ?? error)
        }
    }

    private static func end(with error: any Error) -> Never {
        // Help and completions are wanted and go to standard output as they are. Errors name what the user typed, and what
        // lies in files.
        let code = HRVQCommand.exitCode(for: error)
        guard code != .success else { HRVQCommand.exit(withError: error) }
        let message = HRVQCommand.fullMessage(for: error)
        if !message.isEmpty { printError(onOwnLines(message)) }
        exit(code.rawValue)
    }

    /// A message without the line breaks of arguments that it quotes, which would pretend to be lines of the program.
    private static func onOwnLines(_ message: String) -> String {
        CommandLine.arguments.filter { $0.contains(where: \.isNewline) }.sorted { $0.count > $1.count }
            .reduce(message) { $0.replacingOccurrences(of: $1, with: TerminalText.name($1)) }
    }
}

/// `hrvq`: everything the library does, from a shell.
struct HRVQCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hrvq",
        abstract: "Discrete image tokenizers: train them, compare them, turn images into codes and back.",
        discussion: """
            A first run, without any data:

              hrvq demo --output demo

            Training on a folder of images, and what came of it:

              hrvq train --preset hrvqvae-imagenet --data photos --output run
              hrvq evaluate run --data photos
              hrvq reconstruct run picture.jpg --output pictures
            """,
        version: hrvqVersion,
        subcommands: [
            TrainCommand.self, EvaluateCommand.self, ReconstructCommand.self, TokenizeCommand.self,
            TrainPriorCommand.self, SampleCommand.self, CompleteCommand.self, EncodeCommand.self, DecodeCommand.self,
            TrainEntropyCommand.self, RateDistortionCommand.self, InspectCommand.self, CompareCommand.self,
            ExperimentCommand.self, TrainClassifierCommand.self, DataCommand.self,
            ImportCommand.self, ExportCommand.self, DoctorCommand.self, DemoCommand.self, BenchCommand.self,
            BenchWorkerCommand.self,
        ])
}

extension HRVQCommand {
    /// What to say of a first word that is no command; `nil` where it is one, or an option.
    static func suggestion(for word: String) -> String? {
        let commands = configuration.subcommands.map { $0.configuration }
        let names = commands.compactMap(\.commandName)
        guard !word.hasPrefix("-"), word != "help", !names.contains(word) else { return nil }
        let shown = commands.filter(\.shouldDisplay).compactMap(\.commandName)
        guard let nearest = Suggestion.nearest(to: word, among: shown) else {
            return "there is no command '\(word)'; the commands are \(shown.joined(separator: ", "))"
        }
        return "there is no command '\(word)'; did you mean '\(nearest)'?"
    }
}

/// The version in CHANGELOG.md.
let hrvqVersion = "0.1.0"
