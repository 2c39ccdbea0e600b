import Files
import Foundation

/// Writes a line to standard error, which is for people; what cannot be written is lost, as it is no reason to end.
///
/// What a terminal would obey is escaped; see `TerminalText`.
func printError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((TerminalText.visible(text) + "\n").utf8))
}

/// Writes results to standard output.
///
/// - Throws: `FileError.unwritable` where nobody reads any more or a disk is full.
func printOutput(_ data: Data) throws {
    try FileSink(descriptor: STDOUT_FILENO, path: "standard output").write(data)
}

/// Writes a line of results for people to standard output; what a terminal would obey is escaped, see `TerminalText`.
///
/// - Throws: `FileError.unwritable`.
func printOutput(_ line: String) throws { try printOutput(Data((TerminalText.visible(line) + "\n").utf8)) }
