import ArgumentParser
import Foundation
import HRVQ

/// The program: settings of the process, then the command.
@main
enum Program {
    static func main() {
        Engine.keepFreedMemory()
        // `hrvq train | head` must not end a run: a write to a closed pipe fails like any other.
        signal(SIGPIPE, SIG_IGN)
        // Nor must a limit to the size of files, which would leave half of one behind: it is an error like a full disk.
        signal(SIGXFSZ, SIG_IGN)
        HRVQCommand.main()
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
            ExperimentCommand.self, TrainClassifierCommand.self,
            ImportCommand.self, ExportCommand.self, DoctorCommand.self, DemoCommand.self, BenchCommand.self,
            BenchWorkerCommand.self,
        ])
}

/// The version in CHANGELOG.md.
let hrvqVersion = "0.1.0"
