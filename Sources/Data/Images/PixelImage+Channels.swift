extension PixelImage {
    /// The image in one or three channels.
    ///
    /// Colour to grey is ITU-R 601 luma, (19595 R + 38470 G + 7471 B + 32768) / 65536 in whole numbers: Pillow's
    /// `convert("L")` bit for bit. Grey to colour repeats the value three times.
    ///
    /// - Parameter wanted: 1 or 3; a program that asks for another number is wrong.
    package func converted(toChannels wanted: Int) -> PixelImage {
        precondition(wanted == 1 || wanted == 3, "an image has 1 or 3 channels, \(wanted) were asked for")
        guard wanted != channels else { return self }
        let count = width * height
        let converted = [UInt8](unsafeUninitializedCapacity: count * wanted) { target, filled in
            pixels.withUnsafeBufferPointer { source in
                if wanted == 1 {
                    for pixel in 0..<count {
                        let red = UInt32(source[pixel * 3]) * 19595
                        let green = UInt32(source[pixel * 3 + 1]) * 38470
                        let blue = UInt32(source[pixel * 3 + 2]) * 7471
                        target[pixel] = UInt8((red + green + blue + 0x8000) >> 16)
                    }
                } else {
                    for pixel in 0..<count {
                        let value = source[pixel]
                        target[pixel * 3] = value
                        target[pixel * 3 + 1] = value
                        target[pixel * 3 + 2] = value
                    }
                }
            }
            filled = count * wanted
        }
        return PixelImage(trusted: converted, width: width, height: height, channels: wanted)
    }
}
