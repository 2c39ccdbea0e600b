import Datasets
import Files
import Foundation
import Images
import TestSupport
import Testing

@Suite struct CIFAR10Tests {
    static func record(label: UInt8, red: UInt8) -> Data {
        Data([label]) + Data(repeating: red, count: 1024) + Data(repeating: red + 1, count: 1024)
            + Data(repeating: red + 2, count: 1024)
    }

    @Test func planesAreInterleaved() throws {
        try withTemporaryFolder { folder in
            let inner = "cifar-10-batches-bin/"
            for number in 1...5 {
                let data = Self.record(label: UInt8(number), red: UInt8(number * 10)) + Self.record(label: 0, red: 0)
                try write(data.prefix(number == 3 ? 3073 : 6146), to: inner + "data_batch_\(number).bin", in: folder)
            }
            let dataset = try CIFARDataset(folder: folder.path, split: .train)
            #expect(dataset.count == 9)
            #expect((0..<9).map(dataset.label) == [1, 0, 2, 0, 3, 4, 0, 5, 0])
            #expect(try dataset.item(at: 5, crop: .centre).pixels.prefix(6) == [40, 41, 42, 40, 41, 42])
            #expect(dataset.name(at: 5) == "data_batch_4.bin#0")
            #expect(dataset.classNames[8] == "ship")
            let names = (0...9).map { "name\($0)" }
            try write(
                Data((names.joined(separator: "\n") + "\n\n").utf8), to: inner + "batches.meta.txt", in: folder)
            #expect(try CIFARDataset(folder: folder.path, split: .train).classNames == names)
            try write(Data("one\n".utf8), to: inner + "batches.meta.txt", in: folder)
            #expect(throws: FileError.self) { try CIFARDataset(folder: folder.path, split: .train) }
        }
    }

    @Test func brokenFilesAreErrors() throws {
        try withTemporaryFolder { folder in
            for data in [Data(), Data(count: 3072), Data(count: 3074), Self.record(label: 10, red: 0)] {
                try write(data, to: "test_batch.bin", in: folder)
                #expect(throws: FileError.self) { try CIFARDataset(folder: folder.path, split: .test) }
            }
        }
    }

    @Test("Pipes in the place of files are errors at once", .timeLimit(.minutes(1)))
    func onlyFilesAreRead() throws {
        for name in ["test_batch.bin", "batches.meta.txt"] {
            try withTemporaryFolder { folder in
                try write(Self.record(label: 1, red: 0), to: "test_batch.bin", in: folder)
                let path = folder.appendingPathComponent(name).path
                try? FileManager.default.removeItem(atPath: path)
                #expect(mkfifo(path, 0o600) == 0)
                #expect(throws: FileError.self) { try CIFARDataset(folder: folder.path, split: .test) }
            }
        }
    }

    @Test func missingFilesAreNamed() throws {
        try withTemporaryFolder { folder in
            for number in [1, 2, 4, 5] {
                try write(Self.record(label: 0, red: 0), to: "data_batch_\(number).bin", in: folder)
            }
            do {
                _ = try CIFARDataset(folder: folder.path, split: .train)
                Issue.record("four of five files were enough")
            } catch let error as DatasetError {
                guard case .missing(_, let expected, _) = error else { throw error }
                #expect(expected == ["data_batch_3.bin"])
            }
        }
    }

    @Test(.enabled(if: RealData.has("cifar10"), "no CIFAR-10; set HRVQ_DATA")) func realFilesHoldWhatIsKnown() throws {
        for (split, each) in [(Split.train, 5000), (.test, 1000)] {
            let dataset = try CIFARDataset(folder: RealData.path("cifar10"), split: split)
            var found = [Int](repeating: 0, count: 10)
            for index in 0..<dataset.count { found[try #require(dataset.label(at: index))] += 1 }
            #expect(found == [Int](repeating: each, count: 10))
            #expect(dataset.classNames.first == "airplane" && dataset.classNames.last == "truck")
        }
        // The first training image is the well-known frog.
        let dataset = try CIFARDataset(folder: RealData.path("cifar10"), split: .train)
        #expect(dataset.label(at: 0) == 6)
        #expect(try dataset.item(at: 0, crop: .centre).pixels.prefix(3) == [59, 62, 63])
    }
}
