import Datasets
import Files
import Foundation
import Images

/// Where real data are, if anywhere: $HRVQ_DATA, then `shared/data` beside the checkout.
enum RealData {
    static let folder: URL? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let places = [
            ProcessInfo.processInfo.environment["HRVQ_DATA"].map { URL(fileURLWithPath: $0) },
            root.deletingLastPathComponent().appendingPathComponent("shared/data"),
        ]
        return places.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    static func has(_ name: String) -> Bool {
        folder.map { FileManager.default.fileExists(atPath: $0.appendingPathComponent(name).path) } ?? false
    }

    static func path(_ name: String) -> String { folder?.appendingPathComponent(name).path ?? name }
}

/// Makes an empty-ish file, and the folders above it.
func write(_ data: Data, to name: String, in folder: URL) throws {
    let url = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
}

/// Grey pictures of 2 x 2 that carry their number; those in `bad` do not decode.
struct NumberedDataset: ImageDataset {
    var count: Int
    var bad: Set<Int> = []
    var hasLabels = true
    let shape = ImageShape(channels: 1, height: 2, width: 2)

    var classNames: [String] { hasLabels ? ["even", "odd"] : [] }
    func label(at index: Int) -> Int? { hasLabels ? index % 2 : nil }
    func name(at index: Int) -> String { "number \(index)" }

    func item(at index: Int, crop: Crop) throws -> PixelImage {
        if bad.contains(index) { throw FileError.unreadable(path: name(at: index), reason: "it is bad") }
        // The last byte tells the crop, the place of the first ones whether the picture was mirrored.
        var byte: UInt8 = 0
        if case .random(var generator) = crop { byte = UInt8(generator.below(256)) }
        return try PixelImage(
            width: 2, height: 2, channels: 1, pixels: [UInt8(index & 255), UInt8(index >> 8), byte, byte])
    }
}
