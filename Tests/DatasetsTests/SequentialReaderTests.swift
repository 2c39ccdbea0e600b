import Datasets
import Testing

@Suite struct SequentialReaderTests {
    func all(_ reader: SequentialReader) throws -> [ImageBatch] {
        var batches: [ImageBatch] = []
        while let batch = try reader.next() { batches.append(batch) }
        return batches
    }

    @Test func everyImageComesOnceInOrder() throws {
        for workers in [0, 1, 4] {
            let reader = try SequentialReader(
                dataset: NumberedDataset(count: 23), batchSize: 5, workers: workers, prefetch: 2)
            let batches = try all(reader)
            #expect(batches.map(\.count) == [5, 5, 5, 5, 3] && reader.count == 23)
            #expect(batches.flatMap(\.indices) == Array(0..<23))
            #expect(batches.flatMap { $0.labels ?? [] } == (0..<23).map { $0 % 2 })
            #expect(batches[0].pixels[2] == 0, "crops are in the middle")
            #expect(try reader.next() == nil)
        }
    }

    @Test func aLimitTakesTheFirst() throws {
        let dataset = NumberedDataset(count: 23)
        #expect(try all(SequentialReader(dataset: dataset, batchSize: 5, limit: 7)).map(\.count) == [5, 2])
        #expect(try all(SequentialReader(dataset: dataset, batchSize: 5, limit: 100)).flatMap(\.indices).count == 23)
        #expect(throws: DatasetError.self) { try SequentialReader(dataset: dataset, batchSize: 5, limit: 0) }
    }

    @Test func badImagesAreLeftOut() throws {
        let dataset = NumberedDataset(count: 20, bad: [0, 1, 2, 7])
        let reader = try SequentialReader(dataset: dataset, batchSize: 3, maximumSkippedShare: 0.2)
        let batches = try all(reader)
        #expect(batches.map(\.count) == [3, 2, 3, 3, 3, 2])
        #expect(reader.skipped.map(\.index) == [0, 1, 2, 7])
        let strict = try SequentialReader(dataset: dataset, batchSize: 3, maximumSkippedShare: 0.1)
        #expect(throws: DatasetError.self) { try all(strict) }
    }

    @Test("A small sample of a data set is not judged, unless not one image of it is good")
    func samplesAreNotJudged() throws {
        let dataset = NumberedDataset(count: 1000, bad: Set(0..<9))
        let reader = try SequentialReader(
            dataset: dataset, batchSize: 4, indices: Array(0..<16), maximumSkippedShare: 0.01)
        #expect(try all(reader).map(\.count).reduce(0, +) == 7 && reader.skipped.count == 9)
        let none = try SequentialReader(
            dataset: dataset, batchSize: 4, indices: Array(0..<9), maximumSkippedShare: 0.01)
        #expect {
            while try none.next() != nil {}
        } throws: { error in
            guard case DatasetError.noneDecoded(seen: 9, let examples) = error else { return false }
            return examples.count == 5
        }
    }

    @Test("In the place of a bad sample comes the next good image")
    func samplesAreReplaced() throws {
        let dataset = NumberedDataset(count: 20, bad: [3, 4, 19])
        let batch = try dataset.samples([1, 3, 5, 19])
        #expect(batch.indices == [1, 6, 5, 0] && batch.skipped.map(\.index) == [3, 4, 19])
        #expect(batch.part(1..<3).indices == [6, 5] && batch.part(1..<3).pixels == Array(batch.pixels[4..<12]))
        // Where no others are left, there are fewer.
        #expect(try NumberedDataset(count: 3, bad: [1]).samples([0, 1, 2]).indices == [0, 2])
        #expect(throws: DatasetError.self) { try NumberedDataset(count: 3, bad: [0, 1, 2]).samples([1]) }
        #expect(try NumberedDataset(count: 100).samples(spread: 10).count == 10)
    }

    @Test func aStoppedReaderEnds() throws {
        let reader = try SequentialReader(dataset: NumberedDataset(count: 1000), batchSize: 3)
        _ = try reader.next()
        reader.stop()
        #expect(try reader.next() == nil)
    }
}
