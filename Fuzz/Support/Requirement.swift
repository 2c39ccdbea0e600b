/// Ends the process with a message unless what must be true of every input is.
///
/// - Throws: What the condition throws.
public func require(
    _ condition: @autoclosure () throws -> Bool, _ message: @autoclosure () -> String = "what was read is impossible",
    file: StaticString = #fileID, line: UInt = #line
) rethrows {
    // `precondition` would leave its message out, as targets are optimised.
    guard try condition() else { fatalError(message(), file: file, line: line) }
}

/// The result of what must succeed, as its input was read already; ends the process where it does not.
public func unfailing<Result>(
    file: StaticString = #fileID, line: UInt = #line, _ body: () throws -> Result
) -> Result {
    do {
        return try body()
    } catch {
        fatalError("what was read is refused afterwards: \(error)", file: file, line: line)
    }
}
