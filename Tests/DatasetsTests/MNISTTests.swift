import Datasets
import Files
import Foundation
import Images
import TestSupport
import Testing

@Suite struct MNISTTests {
    static func images(count: Int, magic: Int = 0x803, claimed: Int? = nil, height: Int = 2, width: Int = 3) -> Data {
        let header = [magic, claimed ?? count, height, width].flatMap(bigEndian)
        // A header may claim gigabytes; what follows it stays small.
        return Data(header + (0..<min(count * height * width, 10_000)).map { UInt8(truncatingIfNeeded: $0) })
    }

    static func labels(_ labels: [UInt8]) -> Data {
        Data([0x801, labels.count].flatMap(bigEndian) + labels)
    }

    static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// A gzip file of one stored block: no compressor needed, and every byte known.
    static func gzip(_ data: Data) -> Data {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in data {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        crc = ~crc
        let size = UInt16(data.count)
        func little(_ number: UInt32) -> [UInt8] { [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) } }
        let sizes = [UInt8(size & 255), UInt8(size >> 8), UInt8(~size & 255), UInt8(~size >> 8)]
        return Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + sizes) + data + Data(little(crc) + little(UInt32(size)))
    }

    static func folder(
        images: Data = images(count: 4), labels: Data = labels([1, 0, 9, 3]), suffix: String = "",
        body: (URL) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            try write(images, to: "train-images-idx3-ubyte\(suffix)", in: folder)
            try write(labels, to: "train-labels-idx1-ubyte\(suffix)", in: folder)
            try body(folder)
        }
    }

    func expectMalformed(_ folder: URL, _ part: String) {
        do {
            _ = try MNISTDataset(folder: folder.path, split: .train)
            Issue.record("a file with an error (\(part)) was read")
        } catch let error as FileError {
            #expect("\(error)".contains(part), "\(error)")
            #expect("\(error)".contains(folder.lastPathComponent))
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func plainAndCompressedFilesAreRead() throws {
        for isPacked in [false, true] {
            let images = Self.images(count: 4)
            let labels = Self.labels([1, 0, 9, 3])
            try Self.folder(
                images: isPacked ? Self.gzip(images) : images, labels: isPacked ? Self.gzip(labels) : labels,
                suffix: isPacked ? ".gz" : ""
            ) { folder in
                let dataset = try MNISTDataset(folder: folder.path, split: .train)
                #expect(dataset.count == 4)
                #expect(dataset.shape == ImageShape(channels: 1, height: 2, width: 3))
                #expect(try dataset.item(at: 2, crop: .centre).pixels == [12, 13, 14, 15, 16, 17])
                #expect((0..<4).map(dataset.label) == [1, 0, 9, 3])
                #expect(dataset.name(at: 2).hasSuffix("#2"))
            }
        }
    }

    @Test func otherNamesAreFound() throws {
        try withTemporaryFolder { folder in
            try write(Self.images(count: 1), to: "t10k-images.idx3-ubyte", in: folder)
            try write(Self.labels([7]), to: "t10k-labels.idx1-ubyte", in: folder)
            #expect(try MNISTDataset(folder: folder.path, split: .test).label(at: 0) == 7)
            #expect(throws: DatasetError.self) { try MNISTDataset(folder: folder.path, split: .train) }
        }
    }

    @Test func headersAreChecked() throws {
        try Self.folder(images: Self.images(count: 4, magic: 0x801)) { expectMalformed($0, "the magic number is 2049") }
        try Self.folder(images: Self.images(count: 4, claimed: 5)) { expectMalformed($0, "expected") }
        try Self.folder(images: Self.images(count: 4, claimed: 3)) { expectMalformed($0, "6 bytes follow") }
        try Self.folder(images: Self.images(count: 4, claimed: 0)) { expectMalformed($0, "sizes of at least 1") }
        let huge = Data([0x803, 0xFFFF_FFFF, 0xFFFF, 0xFFFF].flatMap(Self.bigEndian)) + Data(count: 84)
        try Self.folder(images: huge) { expectMalformed($0, "the file can hold") }
        try Self.folder(labels: Self.labels([1, 2, 3])) { expectMalformed($0, "it holds 3 labels") }
        try Self.folder(labels: Self.labels([1, 2, 3, 10])) { expectMalformed($0, "label number 3 is 10") }
    }

    @Test func everyTruncationIsAnError() throws {
        let images = Self.images(count: 4)
        for (whole, suffix) in [(images, ""), (Self.gzip(images), ".gz")] {
            let labels = suffix.isEmpty ? Self.labels([1, 2, 3, 4]) : Self.gzip(Self.labels([1, 2, 3, 4]))
            try Self.folder(images: whole, labels: labels, suffix: suffix) { folder in
                _ = try MNISTDataset(folder: folder.path, split: .train)
                for length in 0..<whole.count {
                    try write(whole.prefix(length), to: "train-images-idx3-ubyte\(suffix)", in: folder)
                    #expect(throws: FileError.self, "cut to \(length) bytes\(suffix)") {
                        try MNISTDataset(folder: folder.path, split: .train)
                    }
                }
            }
        }
    }

    @Test func damagedGzipFilesAreErrors() throws {
        let labels = Self.gzip(Self.labels([1, 2, 3, 4]))
        func expect(_ data: Data, _ part: String) throws {
            try Self.folder(images: data, labels: labels, suffix: ".gz") { expectMalformed($0, part) }
        }
        let good = Self.gzip(Self.images(count: 4))
        try expect(good + Data([0, 1]), "2 bytes follow the compressed data")
        var changed = good
        changed[40] ^= 1
        try expect(changed, "incorrect data check")
        var method = good
        method[2] = 9
        try expect(method, "unknown compression method")
        try expect(Self.gzip(Self.images(count: 4, claimed: 3)), "more data follow")
        try expect(Self.gzip(Self.images(count: 4, claimed: 6)), "too early")
        try expect(Self.gzip(Self.images(count: 4, claimed: 1 << 30)), "the file can hold")
    }

    @Test("Whether a file is compressed is told by its content, not by its name")
    func contentSaysWhatIsCompressed() throws {
        let (images, labels) = (Self.images(count: 4), Self.labels([1, 0, 9, 3]))
        for (images, labels, suffix) in [
            (images, labels, ".gz"), (Self.gzip(images), Self.gzip(labels), ""), (images, Self.gzip(labels), ".gz"),
        ] {
            try Self.folder(images: images, labels: labels, suffix: suffix) { folder in
                let dataset = try MNISTDataset(folder: folder.path, split: .train)
                #expect(dataset.label(at: 2) == 9)
            }
        }
    }

    @Test("A gzip file may have several members, and zeros after them")
    func membersAreJoined() throws {
        let images = Self.images(count: 4)
        for cut in [1, 16, 17, images.count - 1] {
            let members = Self.gzip(images.prefix(cut)) + Self.gzip(images.dropFirst(cut)) + Data(count: 3)
            try Self.folder(images: members) {
                let dataset = try MNISTDataset(folder: $0.path, split: .train)
                #expect(try dataset.item(at: 3, crop: .centre).pixels == [18, 19, 20, 21, 22, 23])
            }
        }
        try Self.folder(images: Self.gzip(images.prefix(17)) + Self.gzip(images.dropFirst(17)).dropLast(1)) {
            expectMalformed($0, "cut off")
        }
    }

    @Test(
        "The files lie in the folder, in torchvision's folders, or each in one of its own name",
        arguments: ["", "MNIST/raw/", "FashionMNIST/raw/", "raw/"])
    func placesAreSearched(place: String) throws {
        for isNested in [false, true] {
            try withTemporaryFolder { folder in
                for (name, data) in [
                    ("train-images-idx3-ubyte", Self.images(count: 2)),
                    ("train-labels-idx1-ubyte", Self.labels([4, 5])),
                ] {
                    try write(data, to: place + (isNested ? "\(name)/\(name)" : name), in: folder)
                }
                #expect(try MNISTDataset(folder: folder.path, split: .train).label(at: 1) == 5)
                #expect(throws: DatasetError.self) { try MNISTDataset(folder: folder.path, split: .test) }
            }
        }
    }

    @Test("A header that claims more than memory holds is refused before memory is taken")
    func claimsAreBounded() throws {
        // Compressed data of which the reader cannot know that they hold less: 31 GB by the header.
        let start = Self.gzip(Data([0x803, 40_000_000, 28, 28].flatMap(Self.bigEndian)))
        #expect { try IDXFile(start + Data(count: 31_000_000), path: "a\nb", axes: 3) } throws: { error in
            // On a machine of more memory the file is found to be cut off.
            MemoryLimit.bytes >= 31_360_000_000
                ? error is FileError : "\(error)".hasPrefix("a\\nb: 40000000 x 28 x 28 bytes needs 29.2 GiB of memory")
        }
    }

    @Test("Pipes and folders in the place of files are errors at once", .timeLimit(.minutes(1)))
    func onlyFilesAreRead() throws {
        try withTemporaryFolder { folder in
            try write(Self.labels([1]), to: "train-labels-idx1-ubyte", in: folder)
            let path = folder.appendingPathComponent("train-images-idx3-ubyte").path
            #expect(mkfifo(path, 0o600) == 0)
            expectMalformed(folder, "is a pipe")
            try FileManager.default.removeItem(atPath: path)
            try write(Data(), to: "train-images-idx3-ubyte/train-images-idx3-ubyte/inner", in: folder)
            expectMalformed(folder, "is a directory; expected a file")
        }
    }

    @Test(.enabled(if: RealData.has("mnist"), "no MNIST; set HRVQ_DATA")) func realFilesHoldWhatIsKnown() throws {
        let known: [Split: [Int]] = [
            .train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
            .test: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
        ]
        for (split, counts) in known {
            let dataset = try MNISTDataset(folder: RealData.path("mnist"), split: split)
            #expect(dataset.shape == ImageShape(channels: 1, height: 28, width: 28))
            var found = [Int](repeating: 0, count: 10)
            for index in 0..<dataset.count { found[try #require(dataset.label(at: index))] += 1 }
            #expect(found == counts)
        }
        // The first digit of the training set is a 5, and its corners are black.
        let dataset = try DatasetKind.mnist.open(folder: RealData.path("mnist"), split: .train)
        let first = try dataset.item(at: 0, crop: .centre)
        #expect(dataset.label(at: 0) == 5 && first.pixels[0] == 0 && first.pixels.contains(253))
    }
}
