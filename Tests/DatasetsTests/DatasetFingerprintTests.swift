import Datasets
import Foundation
import Images
import TestSupport
import Testing

@Suite struct DatasetFingerprintTests {
    func fingerprint(_ pictures: [(name: String, value: UInt8)], salt: Data = Data()) throws -> DatasetFingerprint {
        try withTemporaryFolder { folder in
            try write(try ImageFolderTests.picture(1), to: "test/1.png", in: folder)
            for (name, value) in pictures {
                try write(try ImageFolderTests.picture(value) + salt, to: "train/\(name)", in: folder)
            }
            return try PictureDataset(
                folder: folder.path, split: .train, shape: ImageFolderTests.shape
            ).fingerprint()
        }
    }

    @Test("The fingerprint of a folder tells names, sizes and contents, and not where it lies")
    func foldersAreTold() throws {
        let pictures = (0..<8).map { (name: "\($0).png", value: UInt8($0)) }
        let own = try fingerprint(pictures, salt: Data([1]))
        #expect(try own.changes(to: fingerprint(pictures, salt: Data([1]))).isEmpty)
        #expect(own.images == 8)
        let renamed = pictures.map { (name: "b" + $0.name, value: $0.value) }
        #expect(
            try own.changes(to: fingerprint(renamed, salt: Data([1]))) == [
                "names of images, or their order, are others"
            ])
        #expect(try own.changes(to: fingerprint(pictures)) == ["sizes of images are others"])
        #expect(
            try own.changes(to: fingerprint(pictures, salt: Data([2]))) == ["the content of images is another"])
        let fewer = try own.changes(to: fingerprint(Array(pictures.dropLast()), salt: Data([1])))
        #expect(fewer.first == "there were 8 images and are 7 now")
    }

    @Test("The fingerprint of MNIST is that of its pixels and labels, however they are packed")
    func filesAreTold() throws {
        func fingerprint(_ images: Data, _ labels: [UInt8], isPacked: Bool = false) throws -> DatasetFingerprint {
            var result: DatasetFingerprint?
            let labels = MNISTTests.labels(labels)
            try MNISTTests.folder(
                images: isPacked ? MNISTTests.gzip(images) : images,
                labels: isPacked ? MNISTTests.gzip(labels) : labels
            ) { result = try MNISTDataset(folder: $0.path, split: .train).fingerprint() }
            return try #require(result)
        }
        let images = MNISTTests.images(count: 4)
        let own = try fingerprint(images, [1, 2, 3, 4])
        #expect(try own == fingerprint(images, [1, 2, 3, 4], isPacked: true))
        #expect(try own.changes(to: fingerprint(images, [1, 2, 3, 5])) == ["the content of images is another"])
        var other = images
        other[20] ^= 1
        #expect(try own.changes(to: fingerprint(other, [1, 2, 3, 4])) == ["the content of images is another"])
    }

    @Test("Glyphs of other shapes and splits are told apart")
    func glyphsAreTold() throws {
        let own = try GlyphDataset(split: .train).fingerprint()
        #expect(try own == GlyphDataset(split: .train).fingerprint())
        #expect(try own != GlyphDataset(split: .test, count: 60_000).fingerprint())
        let shape = ImageShape(channels: 1, height: 32, width: 28)
        #expect(try own != GlyphDataset(shape: shape, split: .train).fingerprint())
    }
}
