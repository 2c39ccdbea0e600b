import Foundation

/// Writes to standard error, which is for people: standard output is for results.
func printError(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}
