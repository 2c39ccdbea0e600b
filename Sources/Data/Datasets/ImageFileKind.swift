import Files
import Images

extension FileTree.Kind {
    /// Pictures that ``PixelImage`` reads.
    package static let images = FileTree.Kind(
        name: "JPEG, PNG, WebP or PPM", extensions: ["jpg", "jpeg", "jpe", "jfif", "png", "webp", "ppm", "pgm", "pnm"],
        isContent: { ImageFormat(magic: $0) != nil })
}
