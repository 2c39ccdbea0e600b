import Files
import Images

extension FileTree.Kind {
    /// Pictures that ``PixelImage`` reads.
    package static let images = FileTree.Kind(
        name: "JPEG, PNG or WebP", extensions: ["jpg", "jpeg", "jpe", "jfif", "png", "webp"],
        isContent: { ImageFormat(magic: $0) != nil })
}
