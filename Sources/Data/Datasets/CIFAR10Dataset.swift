import Files
import Foundation
import Images

/// CIFAR-10 in its binary version: 32 x 32 RGB images of ten classes.
///
/// A file is a row of records of 3073 bytes: the label, then the red, green and blue planes. Files are
/// memory-mapped where the system can.
package struct CIFAR10Dataset: ImageDataset {
    /// The number of images.
    package let count: Int
    /// 3 x 32 x 32.
    package let shape = ImageShape(channels: 3, height: 32, width: 32)
    /// The lines of `batches.meta.txt`, or the well-known ten names where there is no such file.
    package let classNames: [String]
    /// What was found.
    package let summary: DatasetSummary
    private let files: [(name: String, first: Int, data: Data)]

    private static let recordBytes = 3073
    private static let knownNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    /// Opens `data_batch_1.bin` to `data_batch_5.bin`, or `test_batch.bin`, in a folder or in its sub-folder
    /// `cifar-10-batches-bin`.
    ///
    /// - Throws: ``DatasetError/missing(folder:expected:remedy:)``; `FileError.malformed` for a size that is no
    ///   multiple of 3073 bytes, or a label above 9.
    package init(folder: String, split: Split) throws {
        let names = split == .train ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        let candidates = [root, root.appendingPathComponent("cifar-10-batches-bin", isDirectory: true)]
        func missing(in folder: URL) -> [String] {
            names.filter { !FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path) }
        }
        guard let place = candidates.first(where: { missing(in: $0).isEmpty }) else {
            // Of both folders, the one that lacks less is the one that was meant.
            let lacking = candidates.map(missing).min { $0.count < $1.count } ?? names
            throw DatasetError.missing(
                folder: folder, expected: lacking,
                remedy: "unpack the binary version of CIFAR-10 (cifar-10-binary.tar.gz) there")
        }
        let nameFile = place.appendingPathComponent("batches.meta.txt")
        try self.init(
            files: names.map { name in
                let url = place.appendingPathComponent(name)
                return (url.path, try FileReader.readRegular(url))
            },
            names: FileManager.default.fileExists(atPath: nameFile.path)
                ? (nameFile.path, FileReader.readRegular(nameFile)) : nil, split: split)
    }

    /// Takes files that were read.
    ///
    /// - Parameters:
    ///   - files: The files of a split in order, at least one.
    ///   - names: The file of the classes' names, if there is one.
    /// - Throws: `FileError.malformed`.
    package init(
        files read: [(path: String, data: Data)], names: (path: String, data: Data)?, split: Split = .train
    ) throws {
        var opened: [(name: String, first: Int, data: Data)] = []
        var total = 0
        for (path, data) in read {
            try Self.check(data, path: path)
            opened.append((URL(fileURLWithPath: path).lastPathComponent, total, data))
            total += data.count / Self.recordBytes
        }
        files = opened
        count = total
        classNames = try names.map { try Self.names($0.data, path: $0.path) } ?? Self.knownNames
        summary = DatasetSummary(
            images: [split: total], classNames: classNames,
            labels: names == nil ? "the known ones" : "those of batches.meta.txt")
    }

    /// The files are read when the data set is opened.
    package var isInMemory: Bool { true }

    /// The class, 0 to 9.
    package func label(at index: Int) -> Int? {
        let (file, record) = place(of: index)
        return Int(file.data[file.data.startIndex + record * Self.recordBytes])
    }

    /// The image, interleaved; there is nothing to crop.
    ///
    /// - Throws: Nothing that a file could cause.
    package func item(at index: Int, crop: Crop) throws -> PixelImage {
        let (file, record) = place(of: index)
        let plane = 1024
        let pixels = [UInt8](unsafeUninitializedCapacity: plane * 3) { target, filled in
            file.data.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
                let start = record * Self.recordBytes + 1
                for pixel in 0..<plane {
                    target[pixel * 3] = source[start + pixel]
                    target[pixel * 3 + 1] = source[start + plane + pixel]
                    target[pixel * 3 + 2] = source[start + 2 * plane + pixel]
                }
            }
            filled = plane * 3
        }
        return try PixelImage(width: 32, height: 32, channels: 3, pixels: pixels)
    }

    /// The file and the number in it.
    package func name(at index: Int) -> String {
        let (file, record) = place(of: index)
        return "\(file.name)#\(record)"
    }

    /// A digest of all records.
    ///
    /// - Throws: `DigestError`.
    package func fingerprint() throws -> DatasetFingerprint {
        var digest = try DatasetFingerprint.Digest(images: count)
        for file in files { try file.data.withUnsafeBytes { try digest.add(content: $0) } }
        return try digest.finish()
    }

    private func place(of index: Int) -> (file: (name: String, first: Int, data: Data), record: Int) {
        precondition((0..<count).contains(index), "image \(index) of a data set of \(count)")
        let file = files.last { $0.first <= index } ?? files[0]
        return (file, index - file.first)
    }

    private static func check(_ data: Data, path: String) throws {
        guard !data.isEmpty, data.count % recordBytes == 0 else {
            throw FileError.malformed(
                path: path, reason: "the file has \(data.count) bytes",
                expected: "a multiple of \(recordBytes), one label and 3072 pixels a record; fetch it again")
        }
        let wrong = data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            stride(from: 0, to: bytes.count, by: recordBytes).first { bytes[$0] > 9 }
        }
        if let wrong {
            throw FileError.malformed(
                path: path, reason: "the label of record \(wrong / recordBytes) is \(data[data.startIndex + wrong])",
                expected: "labels from 0 to 9; fetch the file again")
        }
    }

    private static func names(_ data: Data, path: String) throws -> [String] {
        let text = String(decoding: data, as: UTF8.self)
        let names = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        guard names.count == 10 else {
            throw FileError.malformed(
                path: path, reason: "it holds \(names.count) names", expected: "ten, one a line")
        }
        return names
    }
}
