/// A reader of bytes from elsewhere, as libFuzzer is to try it.
public protocol FuzzTarget {
    /// Whole and sound inputs by name, from which all others are made.
    ///
    /// - Throws: What making them throws.
    static func seeds() throws -> [String: [UInt8]]

    /// Reads an input and looks at all that came of it.
    ///
    /// - Throws: What the reader throws.
    static func read(_ bytes: [UInt8]) throws

    /// Whether the reader's documentation names such an error.
    static func isDocumented(_ error: any Error) -> Bool
}
