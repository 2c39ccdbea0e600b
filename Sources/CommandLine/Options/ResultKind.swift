import ArgumentParser
import Files
import Foundation

/// What a command writes to a path. Every option that names a result is parsed by ``path(_:)``, so that a name that says
/// something else than the content is refused before any work.
enum ResultKind: String, CaseIterable {
    case png, svg, json, safetensors, hrvq
    case folder

    /// Extensions that promise a kind of file. Others, such as the `.009` of `lr=0.009`, are a part of the name.
    private static let promises: Set<String> = [
        // Pictures and videos.
        "png", "jpg", "jpeg", "jpe", "jfif", "webp", "gif", "bmp", "tif", "tiff", "ico", "heic", "heif", "avif", "jxl",
        "jp2", "ppm", "pgm", "pnm", "svg", "pdf", "eps", "ps", "mp4", "webm", "hrvq",
        // Figures and settings.
        "json", "jsonl", "yaml", "yml", "toml", "csv", "tsv", "txt", "md", "html", "htm", "xml", "log", "xlsx",
        // Tensors.
        "safetensors", "pt", "pth", "ckpt", "npy", "npz", "pkl", "pickle", "onnx", "gguf", "h5", "hdf5", "parquet",
        "bin",
        // Archives.
        "zip", "tar", "gz", "tgz", "bz2", "xz", "zst", "7z",
    ]

    /// The extension of a path where it promises a kind of file.
    static func promise(of path: String) -> String? {
        let own = (path as NSString).pathExtension.lowercased()
        return promises.contains(own) ? own : nil
    }

    /// Checks the value of an option: a path whose extension is the result's own, or promises nothing.
    ///
    /// - Throws: `ValidationError`.
    func path(_ text: String) throws -> String {
        let path = try OutputPath.parse(text)
        guard let found = Self.promise(of: path), found != rawValue else { return path }
        guard self == .folder else {
            throw ValidationError(
                "\(name: path): the result is a .\(rawValue) file, not a .\(found) file; expected a name that ends in"
                    + " .\(rawValue) or has no extension")
        }
        // A folder that exists was given its name on purpose.
        if path.hasSuffix("/") || FileStatus.kind(of: path) == .folder { return path }
        throw ValidationError(
            "\(name: path): the result is a folder, not a .\(found) file; choose another name, or end it with a slash")
    }
}
