import Images

extension ImageDataset {
    /// A few images to look at, spread over the data set, the same ones each time.
    ///
    /// - Parameter wanted: How many; all where there are no more.
    /// - Throws: As ``samples(_:)``.
    package func samples(spread wanted: Int) throws -> ImageBatch {
        try samples(SequentialReader.spread(min(wanted, count), count))
    }

    /// A few images to look at, cropped in the middle. In the place of one that does not decode comes the next one that
    /// does; ``ImageBatch/skipped`` names it.
    ///
    /// What share of a data set is damaged is not judged here: a handful of images says nothing about it.
    ///
    /// - Parameter indices: The images, each once.
    /// - Returns: As many images, fewer only where no others decode.
    /// - Throws: ``DatasetError/noneDecoded(seen:examples:)``.
    package func samples(_ indices: [Int]) throws -> ImageBatch {
        let builder = BatchBuilder(dataset: self)
        var batch = builder.emptyBatch(capacity: indices.count)
        var taken = Set(indices)
        // So many bad images in a row are no accident.
        var tries = 1000
        for index in indices {
            var candidate = index
            var isFound = builder.append(index, crop: .centre, flip: false, to: &batch)
            while !isFound, tries > 0, taken.count < count {
                repeat { candidate = (candidate + 1) % count } while !taken.insert(candidate).inserted
                tries -= 1
                isFound = builder.append(candidate, crop: .centre, flip: false, to: &batch)
            }
        }
        guard batch.count > 0 else {
            throw DatasetError.noneDecoded(seen: batch.skipped.count, examples: Array(batch.skipped.prefix(5)))
        }
        return batch
    }
}
