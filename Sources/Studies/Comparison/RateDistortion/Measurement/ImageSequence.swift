import Datasets
import Files
import Foundation
import Images
import Training

/// Images one after the other, from files or from a data set; those that do not decode are left out and named.
package final class ImageSequence {
    /// An image, and where it is from.
    package struct Item: Sendable, Equatable {
        /// What errors call it.
        package var name: String
        /// The pixels.
        package var image: PixelImage
        /// Whether it was read from a JPEG file.
        package var isFromJPEG: Bool

        /// An image.
        package init(name: String, image: PixelImage, isFromJPEG: Bool = false) {
            self.name = name
            self.image = image
            self.isFromJPEG = isFromJPEG
        }
    }

    private enum Origin {
        case files([String])
        case dataset(any ImageDataset, SequentialReader)
    }

    /// What reports call the images.
    package let source: String
    /// How many there are, those that do not decode included.
    package let count: Int
    /// 1 for grey, 3 for colour.
    package let channels: Int
    private let origin: Origin
    private var place = 0
    private var skippedFiles: [Message] = []

    /// Files at their own sizes.
    ///
    /// - Parameters:
    ///   - files: JPEG, PNG and WebP files.
    ///   - channels: 1 or 3.
    ///   - limit: Only so many, spread over the list.
    ///   - source: What reports call them.
    package init(files: [String], channels: Int, limit: Int? = nil, source: String) {
        count = min(limit ?? files.count, files.count)
        origin = .files((0..<count).map { [count] in files[$0 * files.count / count] })
        self.channels = channels
        self.source = source
    }

    /// The images of a data set, in its shape.
    ///
    /// - Parameters:
    ///   - dataset: The images.
    ///   - limit: Only so many, spread over the data set; the same ones as for `Evaluator`.
    ///   - maximumSkippedShare: The share of images that may fail to decode.
    ///   - source: What reports call them.
    /// - Throws: `DatasetError`.
    package init(
        dataset: any ImageDataset, limit: Int? = nil, maximumSkippedShare: Double = 0.05, source: String
    ) throws {
        let reader = try SequentialReader(
            dataset: dataset, batchSize: 1, limit: limit, workers: 1, maximumSkippedShare: maximumSkippedShare)
        origin = .dataset(dataset, reader)
        count = reader.count
        channels = dataset.shape.channels
        self.source = source
    }

    /// Images that did not decode so far, and why.
    package var skipped: [Message] {
        switch origin {
        case .files: skippedFiles
        case .dataset(_, let reader): reader.skipped.map(\.reason)
        }
    }

    /// The next image that decodes; `nil` after the last one.
    ///
    /// - Throws: `DatasetError.tooManySkipped` where more images of a data set do not decode than may.
    package func next() throws -> Item? {
        switch origin {
        case .files(let files):
            while place < files.count {
                let path = files[place]
                place += 1
                do {
                    let bytes = [UInt8](
                        try FileReader.read(
                            URL(fileURLWithPath: path), remedy: "check the path of the image",
                            limit: FileReader.pictureLimit))
                    return Item(
                        name: path, image: try PixelImage.decode(bytes, channels: channels, name: path),
                        isFromJPEG: ImageFormat(magic: bytes) == .jpeg)
                } catch {
                    skippedFiles.append(Message(error))
                }
            }
            return nil
        case .dataset(let dataset, let reader):
            guard let batch = try reader.next() else { return nil }
            let name = dataset.name(at: batch.indices[0])
            return Item(
                name: name, image: try batch.pictures(of: batch.pixels)[0],
                isFromJPEG: dataset is PictureDataset
                    && ImageFormat(magic: FileReader.start(of: name, count: 12)) == .jpeg)
        }
    }
}
