import Datasets
import Files
import Testing

@Suite struct BatchLoaderTests {
    func batches(_ loader: BatchLoader, _ count: Int) throws -> [ImageBatch] {
        try (0..<count).map { _ in try loader.next() }
    }

    @Test func batchesHoldWhatTheySay() throws {
        let loader = try BatchLoader(dataset: NumberedDataset(count: 300), batchSize: 4, seed: 1)
        let batch = try loader.next()
        #expect(batch.count == 4 && batch.pixels.count == 16)
        for (place, index) in batch.indices.enumerated() {
            #expect(Int(batch.pixels[place * 4]) + Int(batch.pixels[place * 4 + 1]) << 8 == index)
            #expect(batch.labels?[place] == index % 2)
        }
        let unlabelled = NumberedDataset(count: 4, hasLabels: false)
        #expect(try BatchLoader(dataset: unlabelled, batchSize: 2, seed: 1).next().labels == nil)
    }

    @Test func eachEpochIsAPermutationOfItsOwn() throws {
        let loader = try BatchLoader(dataset: NumberedDataset(count: 103), batchSize: 10, seed: 1)
        #expect(loader.batchesPerEpoch == 10)
        let epochs = try (0..<3).map { _ in try batches(loader, 10).flatMap(\.indices) }
        for epoch in epochs { #expect(Set(epoch).count == 100 && epoch != epoch.sorted()) }
        #expect(Set(epochs).count == 3)
        let other = try BatchLoader(dataset: NumberedDataset(count: 103), batchSize: 10, seed: 2)
        #expect(try batches(other, 10).flatMap(\.indices) != epochs[0])
        let plain = try BatchLoader(dataset: NumberedDataset(count: 103), batchSize: 10, seed: 1, shuffle: false)
        #expect(try batches(plain, 11).flatMap(\.indices) == Array(0..<100) + Array(0..<10))
    }

    @Test func workersChangeNothing() throws {
        for bad: Set<Int> in [[], [3, 17, 18, 60]] {
            let dataset = NumberedDataset(count: 130, bad: bad)
            let streams = try [0, 1, 2, 4].map { workers in
                try batches(
                    BatchLoader(
                        dataset: dataset, batchSize: 8, seed: 5, flip: true, workers: workers, prefetch: 3,
                        maximumSkippedShare: 0.1), 50)
            }
            // Which batch first meets a bad image is the same too.
            #expect(streams.allSatisfy { $0 == streams[0] })
        }
    }

    @Test(arguments: [64, 5]) func anyStepCanBeStartedAt(count: Int) throws {
        let dataset = NumberedDataset(count: count)
        let whole = try batches(BatchLoader(dataset: dataset, batchSize: 7, seed: 3, flip: true), 40)
        for start in [1, 9, 25, 39] {
            let loader = try BatchLoader(dataset: dataset, batchSize: 7, seed: 3, flip: true, startStep: start)
            #expect(loader.step == start)
            #expect(try batches(loader, 40 - start) == Array(whole[start...]))
            #expect(loader.step == 40)
        }
        // A step far away needs no walk through the epochs before it.
        let far = try BatchLoader(dataset: dataset, batchSize: 7, seed: 3, startStep: 1 << 40)
        #expect(try far.next().count == 7)
    }

    @Test func smallDataSetsAreStrungTogether() throws {
        let loader = try BatchLoader(dataset: NumberedDataset(count: 3), batchSize: 7, seed: 1)
        #expect(loader.batchesPerEpoch == 1)
        let indices = try batches(loader, 3).flatMap(\.indices)
        for epoch in 0..<7 { #expect(Set(indices[(epoch * 3)..<(epoch * 3 + 3)]).count == 3) }
    }

    @Test func cropsAndFlipsAreDrawnAnewEachEpoch() throws {
        let dataset = NumberedDataset(count: 16)
        let loader = try BatchLoader(dataset: dataset, batchSize: 16, seed: 1, shuffle: false, flip: true)
        let epochs = try batches(loader, 20)
        #expect(Set(epochs.map { $0.pixels[2] }).count > 10)
        // Unmirrored, the first byte of image 9 is 9 and the second is 0.
        let mirrored = epochs.filter { $0.pixels[9 * 4] == 0 }.count
        #expect((3...17).contains(mirrored))
        let centre = try BatchLoader(dataset: dataset, batchSize: 16, seed: 1, shuffle: false, randomCrop: false)
        #expect(try batches(centre, 3).allSatisfy { $0.pixels[2] == 0 && $0.pixels[9 * 4] == 9 })
    }

    @Test func badImagesAreReplacedAndNamed() throws {
        let loader = try BatchLoader(
            dataset: NumberedDataset(count: 20, bad: [4, 5]), batchSize: 5, seed: 1, shuffle: false,
            maximumSkippedShare: 0.2)
        #expect(try loader.next().indices == [0, 1, 2, 3, 6])
        #expect(loader.skipped.map(\.index) == [4, 5])
        #expect(loader.skipped[0].name == "number 4" && loader.skipped[0].reason.description.contains("it is bad"))
        #expect(try batches(loader, 7).allSatisfy { $0.count == 5 })
        #expect(loader.skipped.count == 2)
    }

    @Test func tooManyBadImagesAreAnError() throws {
        // One bad image at the very start of a large data set is not judged at once.
        let one = try BatchLoader(
            dataset: NumberedDataset(count: 5000, bad: [0]), batchSize: 2, seed: 1, shuffle: false,
            maximumSkippedShare: 0.01)
        #expect(try batches(one, 2000).count == 2000)

        let many = NumberedDataset(count: 5000, bad: Set(stride(from: 0, to: 5000, by: 10)))
        for workers in [0, 3] {
            let loader = try BatchLoader(dataset: many, batchSize: 10, seed: 1, shuffle: false, workers: workers)
            var good = 0
            do {
                while true {
                    _ = try loader.next()
                    good += 1
                }
            } catch DatasetError.tooManySkipped(let bad, let seen, _, let examples) {
                // One more than a twentieth of all 5,000, however many were seen.
                #expect((bad, seen, good) == (251, 2510, 250) && examples.first?.name == "number 0")
            }
            #expect(throws: DatasetError.self) { try loader.next() }
        }
        // Drawn at random, some hundreds are enough where far more are bad than allowed.
        let shuffled = try BatchLoader(dataset: many, batchSize: 10, seed: 1)
        do {
            while true { _ = try shuffled.next() }
        } catch DatasetError.tooManySkipped(_, let seen, _, _) {
            #expect((500..<1500).contains(seen), "\(seen)")
        }
        let all = try BatchLoader(
            dataset: NumberedDataset(count: 5000, bad: Set(0..<5000)), batchSize: 10, seed: 1,
            maximumSkippedShare: 1)
        #expect(throws: DatasetError.self) { try all.next() }
        let tiny = try BatchLoader(dataset: NumberedDataset(count: 4, bad: [1, 2]), batchSize: 4, seed: 1)
        #expect(throws: DatasetError.self) { try batches(tiny, 2) }
    }

    @Test("A cluster of bad images is judged by the share of the whole data set")
    func clustersAreNoShare() throws {
        // 40 of the first 50 images, 0.8 % of all: allowed, whether they come first or not.
        let dataset = NumberedDataset(count: 5000, bad: Set(0..<40))
        let loader = try BatchLoader(
            dataset: dataset, batchSize: 10, seed: 1, shuffle: false, maximumSkippedShare: 0.01)
        #expect(try batches(loader, 500).allSatisfy { $0.count == 10 })
        let reader = try SequentialReader(dataset: dataset, batchSize: 50, maximumSkippedShare: 0.01)
        var count = 0
        while let batch = try reader.next() { count += batch.count }
        #expect(count == 4960)
        let strict = try SequentialReader(dataset: dataset, batchSize: 50, maximumSkippedShare: 0.007)
        #expect(throws: DatasetError.self) { while try strict.next() != nil {} }
    }

    @Test("More workers than help start no more threads than help", .timeLimit(.minutes(1)))
    func manyWorkers() throws {
        let dataset = NumberedDataset(count: 300)
        let few = try batches(BatchLoader(dataset: dataset, batchSize: 8, seed: 1, workers: 1), 20)
        let many = try BatchLoader(dataset: dataset, batchSize: 8, seed: 1, workers: 1024)
        #expect(try batches(many, 20) == few)
    }

    @Test func stoppedLoadersSaySo() throws {
        let loader = try BatchLoader(dataset: NumberedDataset(count: 50), batchSize: 5, seed: 1, workers: 3)
        _ = try loader.next()
        loader.stop()
        #expect(throws: DatasetError.stopped) { try loader.next() }
        // Many loaders that are simply let go: their threads end, or this would run out of them.
        for seed in 0..<300 {
            _ = try BatchLoader(dataset: NumberedDataset(count: 50), batchSize: 5, seed: UInt64(seed), workers: 4)
                .next()
        }
    }

    @Test func settingsAreChecked() {
        let dataset = NumberedDataset(count: 5)
        #expect(throws: DatasetError.self) { try BatchLoader(dataset: dataset, batchSize: 0, seed: 1) }
        #expect(throws: (any Error).self) { try BatchLoader(dataset: dataset, batchSize: .max, seed: 1) }
        #expect(throws: DatasetError.self) { try BatchLoader(dataset: dataset, batchSize: 1, seed: 1, workers: -1) }
        #expect(throws: DatasetError.self) { try BatchLoader(dataset: dataset, batchSize: 1, seed: 1, prefetch: 0) }
        #expect(throws: DatasetError.self) { try BatchLoader(dataset: dataset, batchSize: 1, seed: 1, startStep: -1) }
        #expect(throws: DatasetError.self) {
            try BatchLoader(dataset: dataset, batchSize: 1, seed: 1, maximumSkippedShare: .nan)
        }
        #expect(throws: DatasetError.self) {
            try BatchLoader(dataset: NumberedDataset(count: 0), batchSize: 1, seed: 1)
        }
    }
}
