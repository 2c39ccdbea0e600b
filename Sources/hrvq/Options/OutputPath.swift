import ArgumentParser

/// Where a result goes: any path but the empty one, which an unset shell variable gives and which would be the current
/// folder.
enum OutputPath {
    static func parse(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("the path is empty") }
        return text
    }
}
