import Files
import Foundation

/// The format of MNIST: a magic number, big-endian sizes, then bytes. Files compressed by gzip are inflated; which they are,
/// the first bytes say.
package struct IDXFile {
    /// The sizes of the header, first the number of items.
    package var sizes: [Int]
    /// The items, one after another.
    package var bytes: [UInt8]

    /// Reads a file of unsigned bytes with a given number of axes.
    ///
    /// - Parameters:
    ///   - data: All bytes of the file, compressed or not.
    ///   - path: What errors call it.
    ///   - axes: The number of axes.
    ///   - isInteger: Whether items are rows of 32-bit integers, of which the first of each row is taken (QMNIST's labels).
    /// - Throws: `FileError`: another magic number, sizes that the file cannot hold (checked before memory is
    ///   taken), a cut-off or damaged file, or bytes after the last item. `MemoryError`: more items than memory may hold.
    package init(_ data: Data, path: String, axes: Int, isInteger: Bool = false) throws {
        let source: any ByteSource =
            GzipBytes.isGzip(data) ? try GzipBytes(data, path: path) : PlainBytes(data, path: path)
        let header = try source.read(4 + 4 * axes)
        let numbers = stride(from: 0, to: header.count, by: 4).map { start in
            header[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
        }
        let magic = (isInteger ? 0x0C00 : 0x0800) + axes
        guard numbers[0] == magic else {
            throw FileError.malformed(
                path: path, reason: "the magic number is \(numbers[0])",
                expected: "\(magic), an IDX file of \(isInteger ? "integers" : "bytes") with \(axes) axes")
        }
        sizes = Array(numbers[1...])
        var total = isInteger ? 4 : 1
        for size in sizes {
            let (product, overflow) = total.multipliedReportingOverflow(by: size)
            guard size > 0, !overflow, product <= source.mostBytes else {
                throw FileError.malformed(
                    path: path,
                    reason: "the header gives " + sizes.map(String.init).joined(separator: " x ")
                        + " bytes and the file has \(data.count)",
                    expected: "sizes of at least 1 that the file can hold (it may be cut off; fetch it again)")
            }
            total = product
        }
        try MemoryLimit.require(
            ByteCount(total), for: "\(path): " + sizes.map(String.init).joined(separator: " x ") + " bytes",
            remedy: "choose a smaller data set")
        let content = try source.read(total)
        try source.finish()
        guard isInteger else {
            bytes = content
            return
        }
        let width = total / sizes[0]
        bytes = try stride(from: 0, to: total, by: width).map { start in
            guard content[start..<(start + 3)].allSatisfy({ $0 == 0 }) else {
                throw FileError.malformed(
                    path: path, reason: "item \(start / width) begins with a large number", expected: "labels below 256"
                )
            }
            return content[start + 3]
        }
    }
}
