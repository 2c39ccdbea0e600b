// Compiled several times, as `Lanes.swift` is.

/// The first convolution, which sees embeddings of codes: for each place of the filter a row of a table.
///
/// Embedding and weights are multiplied when the weights are packed, so a position costs as many additions as the
/// filter has places.
struct InputLayer {
    /// What depends on the row alone, with the bias: [rows, C].
    var rows: UnsafePointer<Float>
    /// What depends on the column alone: [columns, C].
    var columns: UnsafePointer<Float>
    /// [places of the filter, choices, C]; the places are in raster order.
    var tables: UnsafePointer<Float>
    /// Where the rows of tables are that one image adds.
    private let found: UnsafeMutablePointer<UnsafePointer<Float>>

    init(_ reader: inout WeightReader, _ memory: Memory, _ shape: Shape) {
        let stride = padded(shape.hiddenUnits)
        let places = shape.filterSize / 2 * (shape.filterSize + 1)
        rows = reader.take(shape.height * stride)
        columns = reader.take(shape.width * stride)
        tables = reader.take(places * shape.choices * stride)
        found = memory.pointers(places + 2, to: rows)
    }

    /// Writes C channels of each image at a position.
    ///
    /// - Parameter codes: [positions, 8]; those before this position are read.
    func apply(
        row: Int, column: Int, codes: UnsafePointer<Int32>, _ shape: Shape, to hidden: UnsafeMutablePointer<Lanes>
    ) {
        let half = shape.filterSize / 2
        let stride = padded(shape.hiddenUnits)
        found[0] = rows + row * stride
        found[1] = columns + column * stride
        for lane in 0..<8 {
            var count = 2
            var table = tables
            for down in -half...0 {
                for across in -half...half {
                    if down == 0 && across >= 0 { break }
                    let y = row + down
                    let x = column + across
                    if y >= 0 && x >= 0 && x < shape.width {
                        let code = Int(codes[(y * shape.width + x) * 8 + lane])
                        found[count] = table + code * stride
                        count += 1
                    }
                    table += shape.choices * stride
                }
            }
            for block in 0..<stride / 8 {
                var sum = Lanes(repeating: 0)
                for index in 0..<count {
                    sum += UnsafeRawPointer(found[index]).load(fromByteOffset: block * 32, as: Lanes.self)
                }
                scatter(sum, to: hidden + block * 8, lane: lane)
            }
        }
    }
}
