import Files
import Foundation

/// PNGs that `decode` wrote. They say so (`Software: hrvq decode`), so that the next `encode` of their folder takes the
/// photos in it and not what became of them.
enum DecodedPicture {
    /// A tEXt chunk with its length and CRC-32: always the same bytes.
    private static let chunk: [UInt8] =
        [0, 0, 0, 20] + Array("tEXtSoftware\0hrvq decode".utf8) + [0xDE, 0x36, 0x3A, 0x42]
    /// PNG's signature and the chunk IHDR, which comes first in every file.
    private static let headerBytes = 33

    /// A PNG file that says who wrote it.
    static func marked(_ png: Data) -> Data { png.prefix(headerBytes) + chunk + png.dropFirst(headerBytes) }

    /// Whether a file was written by `decode`, and not changed since.
    static func isMarked(_ path: String) -> Bool {
        let start = FileReader.start(of: path, count: headerBytes + chunk.count)
        return start.count == headerBytes + chunk.count && start.dropFirst(headerBytes).elementsEqual(chunk)
    }

    /// Leaves out what `decode` wrote beside the files that it is of: `a.png` beside `a.hrvq` or another picture `a`, and
    /// `a/0.png` beside `a.hrvq`. A picture that was named itself stays, and so do pictures that were decoded elsewhere.
    ///
    /// - Returns: What is taken, and what to say where something is not.
    static func leftOut(of inputs: [InputFile]) -> (taken: [InputFile], notice: String?) {
        func stem(_ path: String) -> String { (path as NSString).deletingPathExtension }
        func isCompressed(_ stem: String) -> Bool { FileManager.default.fileExists(atPath: stem + ".hrvq") }
        var stems: [String: Int] = [:]
        for input in inputs { stems[stem(input.path), default: 0] += 1 }
        var (taken, left): ([InputFile], [InputFile]) = ([], [])
        for input in inputs {
            let own = stem(input.path)
            let hasSource =
                stems[own, default: 0] > 1 || isCompressed(own)
                || isCompressed(URL(fileURLWithPath: own).deletingLastPathComponent().path)
            if input.isOfFolder, hasSource, isMarked(input.path) { left.append(input) } else { taken.append(input) }
        }
        guard let first = left.first else { return (taken, nil) }
        let what =
            left.count == 1
            ? "\(name: first.path), which 'hrvq decode' wrote beside its file, is left out; name it to encode it"
            : "\(left.count) pictures that 'hrvq decode' wrote beside their files are left out (\(name: first.path), …); name"
                + " them to encode them"
        return (taken, what)
    }
}
