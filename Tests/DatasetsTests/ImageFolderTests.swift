import Datasets
import Files
import Foundation
import Images
import TestSupport
import Testing

@Suite struct ImageFolderTests {
    static let shape = ImageShape(channels: 3, height: 8, width: 8)

    static func picture(_ value: UInt8, width: Int = 12, height: Int = 10) throws -> Data {
        try PixelImage(
            width: width, height: height, channels: 1, pixels: Array(repeating: value, count: width * height)
        ).pngData()
    }

    func names(_ dataset: PictureDataset, below folder: URL) -> [String] {
        (0..<dataset.count).map { String(dataset.name(at: $0).dropFirst(folder.path.count + 1)) }
    }

    @Test func filesAreListedSortedAndLabelled() throws {
        try withTemporaryFolder { folder in
            for name in ["b/2.PNG", "b/1.png", "a/deep/x.JpG", "c.d/y.jpeg", "b/z.webp"] {
                try write(try Self.picture(1), to: name, in: folder)
            }
            for name in ["a/notes.txt", "b/.hidden.png", ".git/p.png", "a/png"] {
                try write(Data([1]), to: name, in: folder)
            }
            let dataset = try PictureDataset(folder: folder.path, split: .train, shape: Self.shape, testShare: 0)
            let test = try PictureDataset(folder: folder.path, split: .test, shape: Self.shape, testShare: 0)
            let all = (names(dataset, below: folder) + names(test, below: folder)).sorted()
            #expect(all == ["a/deep/x.JpG", "b/1.png", "b/2.PNG", "b/z.webp", "c.d/y.jpeg"])
            #expect(test.count == 1 && names(dataset, below: folder) == names(dataset, below: folder).sorted())
            #expect(dataset.classNames == ["a", "b", "c.d"] && test.classNames == ["a", "b", "c.d"])
            for (index, name) in names(dataset, below: folder).enumerated() {
                #expect(dataset.classNames[try #require(dataset.label(at: index))] == name.prefix { $0 != "/" })
            }
        }
    }

    @Test("Where many images lie outside of folders, folders are no classes, which is said")
    func labelsAreForAllImagesOrNone() throws {
        try withTemporaryFolder { folder in
            for name in ["top.png", "a/1.png", "a/2.png"] { try write(try Self.picture(1), to: name, in: folder) }
            let dataset = try PictureDataset(folder: folder.path, split: .train, shape: Self.shape)
            #expect(dataset.classNames.isEmpty && dataset.label(at: 0) == nil)
            #expect(dataset.summary.unlabelled[.train]?.contains("1 of 3 images") ?? false)
            #expect(dataset.summary.unlabelled[.train]?.contains("top.png") ?? false)
        }
    }

    @Test(arguments: ["test", "val"]) func subFoldersAreSplits(name: String) throws {
        try withTemporaryFolder { folder in
            for path in ["train/cat/1.png", "train/dog/2.png", "\(name)/dog/3.png", "other/4.png"] {
                try write(try Self.picture(1), to: path, in: folder)
            }
            let train = try PictureDataset(folder: folder.path, split: .train, shape: Self.shape)
            let test = try PictureDataset(folder: folder.path, split: .test, shape: Self.shape)
            #expect(names(train, below: folder) == ["train/cat/1.png", "train/dog/2.png"])
            #expect(names(test, below: folder) == ["\(name)/dog/3.png"])
            // The labels are those of training, though the test images are of one class only.
            #expect(test.classNames == ["cat", "dog"] && test.label(at: 0) == 1)
        }
    }

    @Test func heldOutShareIsStable() throws {
        try withTemporaryFolder { folder in
            let picture = try Self.picture(1)
            for number in 0..<400 { try write(picture, to: "\(number).png", in: folder) }
            let train = try PictureDataset(folder: folder.path, split: .train, shape: Self.shape)
            let test = try PictureDataset(folder: folder.path, split: .test, shape: Self.shape)
            #expect(train.count + test.count == 400 && (20...65).contains(test.count))
            let before = Set(names(test, below: folder))
            #expect(before.isDisjoint(with: names(train, below: folder)))
            for number in 400..<500 { try write(picture, to: "\(number).png", in: folder) }
            let later = try PictureDataset(folder: folder.path, split: .test, shape: Self.shape)
            #expect(before.isSubset(of: names(later, below: folder)))
        }
    }

    @Test func bothSplitsHaveAnImage() throws {
        for share in [0.0, 0.1, 1.0] {
            try withTemporaryFolder { folder in
                for name in ["1.png", "2.png"] { try write(try Self.picture(1), to: name, in: folder) }
                for split in Split.allCases {
                    let dataset = try PictureDataset(
                        folder: folder.path, split: split, shape: Self.shape, testShare: share)
                    #expect(dataset.count == 1)
                }
            }
        }
    }

    @Test func foldersWithoutImagesAreErrors() throws {
        try withTemporaryFolder { folder in
            try write(Data(), to: "notes.txt", in: folder)
            for path in [folder.path, folder.path + "/missing"] {
                #expect(throws: DatasetError.self) {
                    try PictureDataset(folder: path, split: .train, shape: Self.shape)
                }
            }
            #expect(throws: DatasetError.self) {
                try PictureDataset(folder: folder.path, split: .train, shape: Self.shape, testShare: 2)
            }
        }
    }

    @Test func linksThatLeadUpwardsAreFollowedOnce() throws {
        try withTemporaryFolder { folder in
            for name in ["a/1.png", "a/2.png"] { try write(try Self.picture(1), to: name, in: folder) }
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/a/up", withDestinationPath: folder.path)
            let counts = try Split.allCases.map {
                try PictureDataset(folder: folder.path, split: $0, shape: Self.shape).count
            }
            #expect(counts.reduce(0, +) == 2)
        }
    }

    @Test func picturesAreScaledAndCropped() throws {
        try withTemporaryFolder { folder in
            // A ramp along the longer side: the left edge of a crop tells its place.
            let pixels = (0..<(64 * 16)).map { UInt8($0 % 64 * 4) }
            let ramp = try PixelImage(width: 64, height: 16, channels: 1, pixels: pixels)
            for name in ["1.png", "2.png"] { try ramp.writePNG(to: folder.appendingPathComponent(name).path) }
            let shape = ImageShape(channels: 1, height: 8, width: 8)
            let dataset = try PictureDataset(folder: folder.path, split: .train, shape: shape)
            let scaled = try ramp.resizedShortestSide(to: 8)
            #expect(try dataset.item(at: 0, crop: .centre) == scaled.centreCropped(width: 8, height: 8))
            var places: Set<UInt8> = []
            for epoch in 0..<40 {
                let crop = Crop.random(seed: 1, epoch: epoch, index: 0)
                let item = try dataset.item(at: 0, crop: crop)
                #expect(try item == dataset.item(at: 0, crop: crop))
                places.insert(item.pixels[0])
            }
            #expect(places.count > 10)
        }
    }

    @Test func undecodablePicturesAreNamed() throws {
        try withTemporaryFolder { folder in
            for name in ["1.jpg", "2.jpg"] { try write(Data("no picture".utf8), to: name, in: folder) }
            let dataset = try PictureDataset(folder: folder.path, split: .train, shape: Self.shape)
            do {
                _ = try dataset.item(at: 0, crop: .centre)
                Issue.record("a text was read as a picture")
            } catch {
                #expect("\(error)".contains(dataset.name(at: 0)))
            }
        }
    }

    @Test(.enabled(if: RealData.has("photos"), "no photos; set HRVQ_DATA")) func realPhotosDecode() throws {
        let shape = ImageShape(channels: 3, height: 64, width: 64)
        let dataset = try DatasetKind.folder.open(folder: RealData.path("photos"), shape: shape, split: .test)
        #expect(dataset.classNames.count == 17 && (60...140).contains(dataset.count))
        let reader = try SequentialReader(dataset: dataset, batchSize: 32, maximumSkippedShare: 0)
        var count = 0
        while let batch = try reader.next() { count += batch.count }
        #expect(count == dataset.count)
    }
}
