import Datasets

/// The way of eight images, or fewer, through the sampler's kernel; one thread's work.
struct GroupRun: @unchecked Sendable {
    // Threads share only what none of them changes, and write to parts of their own.
    let worker: any SamplingWorker
    let settings: PixelSNAILSettings
    /// What the blocks are told, [rows, W, C, 8].
    let conditions: UnsafePointer<Float>?
    /// Whether `conditions` has one row for all.
    let conditionsAreConstant: Bool
    let monitor: SamplingMonitor

    /// How many images a worker takes.
    static let lanes = 8

    /// Visits all positions.
    ///
    /// - Parameters:
    ///   - filled: How many of the eight images there are; the others repeat the last one.
    ///   - wantsLogits: Whether the logits of a position are needed.
    ///   - choose: Gives the code of an image at a position from the logits, which are eight numbers apart; `nil` to
    ///     stop.
    private func visit(
        filled: Int, wantsLogits: (Int) -> Bool, choose: (Int, Int, UnsafePointer<Float>) -> Int32?
    ) {
        worker.start(conditions: conditions, areConstant: conditionsAreConstant)
        for row in 0..<settings.height {
            worker.startRow(row)
            for column in 0..<settings.width {
                let position = row * settings.width + column
                let logits = worker.visit(row: row, column: column, wantsLogits: wantsLogits(position))
                let codes = worker.codes + position * Self.lanes
                for lane in 0..<filled {
                    guard let code = choose(lane, position, logits + lane) else { return }
                    codes[lane] = code
                }
                for lane in filled..<Self.lanes { codes[lane] = codes[filled - 1] }
            }
            if !monitor.advance(settings.width * filled) { return }
        }
    }

    /// Draws codes.
    ///
    /// - Parameters:
    ///   - images: The numbers of the images within the request.
    ///   - codes: Out, [images of the request, positions].
    func sample(
        _ images: Range<Int>, _ request: SamplingRequest, _ input: SamplingInput, _ drawing: CodeDrawing,
        to codes: UnsafeMutablePointer<Int32>
    ) {
        var drawing = drawing
        var generators = images.map { request.generator(image: $0) }
        let positions = settings.positions
        func isKept(_ lane: Int, _ position: Int) -> Bool {
            !input.keptMask.isEmpty && input.keptMask[(images.lowerBound + lane) * positions + position]
        }
        visit(
            filled: images.count,
            wantsLogits: { position in images.indices.contains { !isKept($0 - images.lowerBound, position) } },
            choose: { lane, position, logits in
                let place = (images.lowerBound + lane) * positions + position
                if isKept(lane, position) {
                    codes[place] = input.keptCodes[place]
                } else {
                    let uniform = generators[lane].uniform()
                    guard let code = drawing.draw(logits, stride: Self.lanes, uniform: uniform) else {
                        monitor.fail(
                            .notFinite(
                                image: images.lowerBound + lane, row: position / settings.width,
                                column: position % settings.width))
                        return nil
                    }
                    codes[place] = Int32(truncatingIfNeeded: code)
                }
                return codes[place]
            })
    }

    /// Copies the logits of given codes.
    ///
    /// - Parameters:
    ///   - codes: [images of the request, positions].
    ///   - logits: Out, [images of the request, choices, positions].
    func evaluate(
        _ images: Range<Int>, codes: UnsafePointer<Int32>, to logits: UnsafeMutablePointer<Float>
    ) {
        let positions = settings.positions
        visit(
            filled: images.count, wantsLogits: { _ in true },
            choose: { lane, position, found in
                let image = images.lowerBound + lane
                for choice in 0..<settings.choices {
                    logits[(image * settings.choices + choice) * positions + position] = found[choice * Self.lanes]
                }
                return codes[image * positions + position]
            })
    }
}
