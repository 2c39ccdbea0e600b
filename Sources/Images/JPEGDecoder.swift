import CJPEG

/// JPEG by TurboJPEG, whose functions return a status: no C jump ever crosses a Swift frame.
struct JPEGDecoder {
    let bytes: [UInt8]
    let name: String
    /// The size that the picture will be scaled to cover, where that is known.
    var target: (width: Int, height: Int)?

    func decode() throws -> DecodedPixels {
        guard let handle = tjInitDecompress() else {
            throw ImageError.unsupported(name: name, format: .jpeg, reason: "libjpeg-turbo could not start")
        }
        defer { tjDestroy(handle) }
        var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
        try check(
            tjDecompressHeader3(handle, bytes, UInt(bytes.count), &width, &height, &subsampling, &space), handle)
        try PixelImage.checkSize(width: Int(width), height: Int(height), name: name)
        let markers = JPEGMarkers(bytes)
        let isInk = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
        let isGrey = space == Int32(TJCS_GRAY.rawValue)
        let format = isInk ? TJPF_CMYK : isGrey ? TJPF_GRAY : TJPF_RGB
        let channels = isInk ? 4 : isGrey ? 1 : 3
        let orientation = Orientation(exif: markers.orientation)
        let whole = orientation.turned(width: Int(width), height: Int(height))
        let factor = markers.hasCoefficients ? reduction(of: whole) : 1
        (width, height) = ((width + factor - 1) / factor, (height + factor - 1) / factor)
        let capacity = Int(width) * Int(height) * channels
        // A crafted progressive file with thousands of scans would take hours; the limit is libjpeg-turbo's own.
        let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
        var pixels = try [UInt8](unsafeUninitializedCapacity: capacity) { target, filled in
            try check(
                tjDecompress2(
                    handle, bytes, UInt(bytes.count), target.baseAddress, width, 0, height,
                    Int32(format.rawValue), flags), handle)
            filled = capacity
        }
        if isInk { pixels = InkConversion.rgb(cmyk: pixels, inverted: markers.isAdobe) }
        let upright = orientation.applied(
            to: pixels, width: Int(width), height: Int(height), channels: isInk ? 3 : channels)
        return DecodedPixels(
            width: upright.width, height: upright.height, channels: isInk ? 3 : channels, pixels: upright.pixels,
            reduction: factor == 1
                ? nil : Reduction(of: whole, to: (upright.width, upright.height), by: Int(factor), orientation))
    }

    /// By how much the decoder may shrink the picture: a half, a quarter or an eighth come from the coefficients alone,
    /// at a fraction of the time. What is left is at least twice as large as it must be, so that the filter that does
    /// the rest still decides what it looks like: the rule of Pillow's `Image.thumbnail`, with its `reducing_gap` of 2.
    private func reduction(of size: (width: Int, height: Int)) -> Int32 {
        guard let target else { return 1 }
        return [8, 4, 2].first {
            size.width / Int($0) / 2 >= target.width && size.height / Int($0) / 2 >= target.height
        } ?? 1
    }

    /// A warning of the library means that data are missing or wrong: the rest would be grey blocks.
    private func check(_ status: Int32, _ handle: tjhandle) throws {
        guard status != 0 else { return }
        throw ImageError.damaged(name: name, format: .jpeg, reason: String(cString: tjGetErrorStr2(handle)))
    }
}
