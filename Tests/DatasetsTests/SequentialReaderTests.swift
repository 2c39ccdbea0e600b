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

    @Test func aStoppedReaderEnds() throws {
        let reader = try SequentialReader(dataset: NumberedDataset(count: 1000), batchSize: 3)
        _ = try reader.next()
        reader.stop()
        #expect(try reader.next() == nil)
    }
}
