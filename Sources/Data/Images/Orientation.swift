/// One of the eight ways to turn and mirror a picture, numbered as in EXIF.
package struct Orientation: Equatable {
    /// 1 to 8; 1 leaves the picture as it is.
    package var exif: Int

    /// The size of the picture as it is to be seen.
    func turned(width: Int, height: Int) -> (width: Int, height: Int) {
        (5...8).contains(exif) ? (height, width) : (width, height)
    }

    /// Whether the last column of the file's picture, or its last row where it is turned, is seen as the first column;
    /// and the same for the first row.
    var flips: (across: Bool, down: Bool) { ([2, 3, 6, 7].contains(exif), [3, 4, 7, 8].contains(exif)) }

    /// The picture as it is to be seen: Pillow's `ImageOps.exif_transpose`.
    func applied(
        to pixels: [UInt8], width: Int, height: Int, channels: Int
    ) -> (pixels: [UInt8], width: Int, height: Int) {
        guard (2...8).contains(exif) else { return (pixels, width, height) }
        let (newWidth, newHeight) = turned(width: width, height: height)
        let (right, bottom, row) = (width - 1, (height - 1) * width, width)
        // Where the first pixel comes from, and how far its source moves with each step right and down.
        let (start, across, down) =
            switch exif {
            case 2: (right, -1, row)
            case 3: (right + bottom, -1, -row)
            case 4: (bottom, 1, -row)
            case 5: (0, row, 1)
            case 6: (bottom, -row, 1)
            case 7: (right + bottom, -row, -1)
            default: (right, row, -1)
            }
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, filled in
            pixels.withUnsafeBufferPointer { source in
                var written = 0
                for y in 0..<newHeight {
                    var pixel = start + y * down
                    for _ in 0..<newWidth {
                        for channel in 0..<channels {
                            target[written] = source[pixel * channels + channel]
                            written += 1
                        }
                        pixel += across
                    }
                }
            }
            filled = pixels.count
        }
        return (turned, newWidth, newHeight)
    }
}
