import ArgumentParser
import Files
import Foundation

/// `--json FILE`: a command's results for programs, the same in all commands.
struct JSONOptions: ParsableArguments {
    @Option(
        name: .customLong("json"), defaultAsFlag: OutputPath.standard,
        help: ArgumentHelp(
            "Write the results as JSON to this file; '-', or no file, prints them in the place of the text.",
            valueName: "file"),
        completion: .file(extensions: ["json"]))
    var file: String?

    /// What to do where the file exists.
    static let remedy: Message = "add --force to replace it, or choose another file"

    func validate() throws {
        if let file { _ = try ResultKind.json.path(file) }
    }

    /// Writes or prints the results, and prints the text where they are not printed.
    func show(_ figures: @autoclosure () throws -> Data, text: @autoclosure () throws -> String) throws {
        if let file {
            if file == OutputPath.standard { return try printOutput(figures()) }
            try AtomicFile.write(figures(), to: URL(fileURLWithPath: file))
        }
        try printOutput(text())
    }
}
