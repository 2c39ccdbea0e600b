/// Adds up what the positions of a transposed convolution of stride 2, filter 4 and padding 1 give to the image.
///
///     image[n, 2i − 1 + k, 2j − 1 + l, c] += products[n, i, j, k, l, c]        k, l = 0 … 3
///
/// - Parameters:
///   - products: [images, height, width, 4, 4, channels].
///   - bias: [channels].
///   - image: Receives [images, 2·height, 2·width, channels].
///   - lines: Which of the lines [images, 2·height] are made now.
public func overlapAdd(
    _ products: UnsafePointer<Float>, bias: UnsafePointer<Float>, _ image: UnsafeMutablePointer<Float>, height: Int,
    width: Int, channels: Int, lines: Range<Int>
) {
    let length = 2 &* width &* channels
    let reach = 4 &* channels
    for line in lines {
        let target = image + line &* length
        var place = 0
        while place < length {
            for channel in 0..<channels { target[place &+ channel] = bias[channel] }
            place &+= channels
        }
        let (picture, y) = (line / (2 &* height), line % (2 &* height))
        // An even line 2i gets row 1 of i and row 3 of i − 1, an odd one 2i + 1 row 2 of i and row 0 of i + 1.
        let near = (row: y / 2, line: y % 2 == 0 ? 1 : 2)
        let far = (row: y % 2 == 0 ? y / 2 &- 1 : y / 2 &+ 1, line: y % 2 == 0 ? 3 : 0)
        for (row, filterLine) in [near, far] where row >= 0 && row < height {
            var source = products + ((picture &* height &+ row) &* width &* 4 &+ filterLine) &* reach
            for x in 0..<width {
                // The first and the last filter column lie outside of the image at its sides.
                let start = (2 &* x &- 1) &* channels
                let first = x == 0 ? channels : 0
                let last = x == width &- 1 ? reach &- channels : reach
                for index in first..<last { target[start &+ index] += source[index] }
                source += 4 &* reach
            }
        }
    }
}
