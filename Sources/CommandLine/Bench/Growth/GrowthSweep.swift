import ArgumentParser
import Figures
import HRVQ

/// How time and memory grow with one quantity, the others staying as they are.
struct GrowthSweep {
    /// What grows.
    enum Quantity: String, CaseIterable, ExpressibleByArgument {
        case batch, side, branching, layers, images, threads
    }

    /// A size of the quantity, and the work of that size.
    struct Point {
        var size: Int
        /// Arguments of `bench-worker`, its threads left out.
        var arguments: [String]
        /// Threads, where the quantity is not their number; `nil` takes as many as the program.
        var threads: Int?
    }

    /// What is measured, and how the work of a point is divided to be compared.
    struct Series {
        var name: String
        var points: [Point]
        /// Units of work that a time is for, such as the images of a step; by default the time is for one unit.
        var units: @Sendable (Int) -> Double = { _ in 1 }
    }

    /// What grows, which is the name of its files too.
    var quantity: Quantity
    var title: String
    var axis: Axis
    /// What a time is of, such as "a step".
    var work: String
    var series: [Series]
    /// How it must grow, and why.
    var explanation: String

    /// The sweep of a quantity.
    ///
    /// - Parameter threads: The most threads.
    static func of(_ quantity: Quantity, threads: Int) -> GrowthSweep {
        switch quantity {
        case .batch: batch
        case .side: side
        case .branching: branching
        case .layers: layers
        case .images: images
        case .threads: Self.threads(threads)
        }
    }

    private static func sizes(_ exponents: ClosedRange<Int>) -> [Int] { exponents.map { 1 << $0 } }

    private static let batch = GrowthSweep(
        quantity: .batch, title: "A training step as its batch grows",
        axis: Axis("images a step", scale: .logarithmic(base: .two)), work: "a step",
        series: [
            Series(
                name: "hrvqvae-cifar10",
                points: sizes(3...9).map { Point(size: $0, arguments: ["train", "--batch", "\($0)"]) },
                units: { Double($0) })
        ],
        explanation: """
            Every image goes through the same products, so that time grows with the batch; what a step costs beside them \
            (Adam, averages, moving codewords, packing weights) is seen in small batches. Memory grows with the maps \
            that the gradients need.
            """)

    private static let side = GrowthSweep(
        quantity: .side, title: "A training step as its images grow",
        axis: Axis("pixels of a side", scale: .logarithmic(base: .two)), work: "a step of four images",
        series: [
            Series(
                name: "hrvqvae-ffhq",
                points: sizes(5...9).map {
                    Point(size: $0, arguments: ["train-ffhq", "--batch", "4", "--side", "\($0)", "--images", "8"])
                }, units: { _ in 4 })
        ],
        explanation: """
            The network has convolutions and no attention: time and memory grow with the pixels, the square of the side.
            """)

    private static let branching = GrowthSweep(
        quantity: .branching, title: "The search as m grows",
        axis: Axis("codewords a codebook, m", scale: .logarithmic(base: .two)), work: "a million vectors",
        series: [
            searchSeries("hierarchical, n = 3", sizes(1...5)) { "quantize --branching \($0) --layers 3" },
            searchSeries("flat, m³ codewords", sizes(1...5)) { "quantize-flat --branching \($0 * $0 * $0) --layers 1" },
        ],
        explanation: """
            A vector is compared with the m children of one parent a layer, 3·m distances; a flat codebook with as many \
            codewords as the last layer has needs m³. Eight children fill a register, so fewer are not faster; tables that \
            outgrow a cache add to the time.
            """)

    private static let layers = GrowthSweep(
        quantity: .layers, title: "The search as n grows", axis: Axis("layers, n", isCount: true),
        work: "a million vectors",
        series: [
            searchSeries("hierarchical, m = 8", Array(1...5)) { "quantize --branching 8 --layers \($0)" }
        ],
        explanation: """
            A layer more is m distances more, though the codewords are eight times as many: n·m distances for mⁿ codewords. \
            Tables that outgrow a cache add to that: those of the fourth layer take 1 MiB. A single layer is a flat codebook, \
            and the flat kernel searches it.
            """)

    private static func searchSeries(
        _ name: String, _ sizes: [Int], _ arguments: (Int) -> String
    ) -> Series {
        Series(
            name: name,
            points: sizes.map { size in
                Point(size: size, arguments: arguments(size).split(separator: " ").map(String.init))
            }, units: { _ in 1e6 })
    }

    private static let images = GrowthSweep(
        quantity: .images, title: "A training step as the data set grows",
        axis: Axis("images in memory", scale: .logarithmic(base: .two)), work: "a step of 128 images",
        series: [
            Series(
                name: "hrvqvae-cifar10",
                points: stride(from: 10, through: 16, by: 2).map {
                    Point(size: 1 << $0, arguments: ["train", "--images", "\(1 << $0)"])
                }, units: { _ in 128 })
        ],
        explanation: """
            A step does not know how large the data set is. Memory grows with its bytes, 3,072 an image, where the set is \
            held in memory as MNIST and CIFAR-10 are; folders of images are read ahead, and only their names are held.
            """)

    private static func threads(_ most: Int) -> GrowthSweep {
        let counts = (0...).lazy.map { 1 << $0 }.prefix { $0 < most } + [most]
        func series(_ name: String, _ arguments: [String], units: Double) -> Series {
            Series(
                name: name, points: counts.map { Point(size: $0, arguments: arguments, threads: $0) },
                units: { _ in units })
        }
        return GrowthSweep(
            quantity: .threads, title: "Time as threads are added", axis: Axis("threads", isCount: true),
            work: "a step of 128 images, or ten million vectors",
            series: [
                series("training hrvqvae-cifar10", ["train"], units: 128),
                series("searching 3×8 codewords", ["quantize"], units: 1e7),
            ],
            explanation: """
                Convolutions hand blocks of tiles to whichever thread comes for them, the search divides its vectors; what \
                is left of a step is passes over memory, which the cores share.
                """)
    }
}
