/// Text that a shell reads, as the commands that messages and reports offer to copy.
package enum ShellText {
    /// A word as a shell reads it back: bare where it has nothing that a shell interprets, else in single quotes.
    package static func quoted(_ word: String) -> String {
        word.wholeMatch(of: #/[A-Za-z0-9_.\/=:,+-]+/#) != nil
            ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// The command that started this process.
    package static var ownCommand: String {
        (["hrvq"] + CommandLine.arguments.dropFirst()).map(quoted).joined(separator: " ")
    }
}
