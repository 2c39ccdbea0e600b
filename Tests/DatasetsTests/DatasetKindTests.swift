import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct DatasetKindTests {
    @Test func glyphsNeedNoFolder() throws {
        let shape = ImageShape(channels: 3, height: 32, width: 32)
        let dataset = try DatasetKind.glyphs.open(shape: shape, split: .test)
        #expect(dataset.count == 10_000 && dataset.shape == shape && dataset.classNames.count == 10)
    }

    @Test func missingFoldersNameTheExpectedFiles() throws {
        for (kind, file) in [
            (DatasetKind.mnist, "train-images-idx3-ubyte.gz"), (.cifar10, "data_batch_5.bin"), (.folder, "WebP"),
        ] {
            do {
                _ = try kind.open(folder: "/nowhere/at/all", split: .train)
                Issue.record("a missing folder was opened")
            } catch let error as DatasetError {
                #expect("\(error)".contains(file) && "\(error)".contains("/nowhere/at/all"))
            }
            #expect(throws: DatasetError.self) { try kind.open(split: .train) }
        }
    }

    @Test("A folder that may not be looked at is not called missing", arguments: DatasetKind.allCases)
    func unreadable(kind: DatasetKind) throws {
        guard kind != .glyphs else { return }
        try withTemporaryFolder { folder in
            let loop = folder.appendingPathComponent("loop")
            try FileManager.default.createSymbolicLink(atPath: loop.path, withDestinationPath: "loop")
            let error = #expect(throws: (any Error).self) { try kind.open(folder: loop.path, split: .train) }
            #expect("\(try #require(error))".contains("symbolic links"))
        }
    }

    @Test func fixedShapesRefuseOthers() throws {
        try withTemporaryFolder { folder in
            try write(CIFAR10Tests.record(label: 1, red: 2), to: "test_batch.bin", in: folder)
            let natural = ImageShape(channels: 3, height: 32, width: 32)
            #expect(try DatasetKind.cifar10.open(folder: folder.path, shape: natural, split: .test).count == 1)
            let other = ImageShape(channels: 3, height: 64, width: 64)
            #expect(throws: DatasetError.mismatchedShape(dataset: "cifar10", asked: other, natural: natural)) {
                try DatasetKind.cifar10.open(folder: folder.path, shape: other, split: .test)
            }
        }
    }

    @Test func namesAreThoseOfConfigurations() {
        #expect(
            DatasetKind.allCases.map(\.rawValue) == [
                "auto", "mnist", "cifar10", "cifar100", "folder", "classes", "imagenet", "ffhq", "celeba", "webdataset",
                "glyphs",
            ])
    }
}
