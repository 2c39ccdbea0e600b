import Files
import Foundation

/// A picture made of lines and text that renders itself to a complete SVG document.
///
/// A figure is a plain value: the same value gives the same text, byte by byte, on every machine.
package protocol Figure: Sendable {
    /// The whole document: an `svg` element with a `viewBox`, on white ground, that needs no other file.
    ///
    /// - Throws: ``FigureError`` where the values cannot be drawn.
    func svg() throws -> String
}

extension Figure {
    /// Writes ``svg()`` to a file, whole or not at all.
    ///
    /// - Throws: ``FigureError`` where the values cannot be drawn; no file is made then.
    ///   `FileError.unwritable(path:reason:)`.
    package func write(to url: URL) throws { try AtomicFile.write(svg() + "\n", to: url) }
}
