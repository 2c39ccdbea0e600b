import Files
import Foundation
import Images

/// CIFAR-10 and CIFAR-100: 32 x 32 RGB images of 10 or 100 classes, in their binary version or that of Python.
///
/// A record of the binary version is the label (of CIFAR-100, that of its 20 coarse classes and then that of its 100 fine
/// ones, which is used), then the red, green and blue planes. A file of Python's version is a pickle with an array of the
/// same planes. Files may also be in the archives as they were downloaded; binary ones are memory-mapped where the system
/// can.
package struct CIFARDataset: ImageDataset {
    /// Which of the two.
    package enum Variant: Int, Sendable, CaseIterable {
        /// CIFAR-10.
        case ten = 10
        /// CIFAR-100 with its fine classes.
        case hundred = 100
    }

    /// The images of one file.
    private struct Batch {
        var name: String
        var first: Int
        var labels: [UInt8]
        var content: Data
        /// Bytes from one image to the next, and of the first one's planes.
        var stride: Int
        var offset: Int
    }

    /// The number of images.
    package let count: Int
    /// 3 x 32 x 32.
    package let shape = ImageShape(channels: 3, height: 32, width: 32)
    /// The names that the files give, or the well-known ten where there is no file of names.
    package let classNames: [String]
    /// What was found.
    package let summary: DatasetSummary
    private let batches: [Batch]

    private static let planeBytes = 1024
    private static let pixelBytes = 3 * planeBytes
    private static let knownNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    /// Opens the files of a split in a folder; see ``init(_:_:split:)``.
    package init(folder: String, split: Split) throws { try self.init(.ten, FolderFiles(folder), split: split) }

    /// Opens the files of a split.
    ///
    /// - Parameters:
    ///   - variant: Which data set.
    ///   - source: Holds the files of the binary version (`data_batch_1.bin` …) or of Python's (`data_batch_1` …), or the
    ///     folder or the archive in which they are handed out.
    ///   - split: Which part.
    /// - Throws: ``DatasetError/missing(folder:expected:remedy:)``, ``DatasetError/otherKind(place:asked:found:remedy:)``;
    ///   `FileError.malformed` for a size that is no multiple of a record's, a pickle of another kind, or a label that is too
    ///   large.
    package init(_ variant: Variant, _ source: any FileSource, split: Split) throws {
        let (source, place) = try CIFARFiles(variant).find(in: source, split)
        let names = place.names.map { place.folder + $0 }.first { source.kind(of: $0) != nil }
        try self.init(
            variant,
            files: place.files(split).map { name in
                (source.name(of: place.folder + name), try source.read(place.folder + name, limit: nil))
            },
            names: names.map { (source.name(of: $0), try source.read($0, limit: FileReader.textLimit)) },
            isPickled: place.isPickled, split: split)
    }

    /// Takes files that were read.
    ///
    /// - Parameters:
    ///   - variant: Which data set.
    ///   - files: The files of a split in order, at least one.
    ///   - names: The file of the classes' names, if there is one.
    ///   - isPickled: Whether they are those of Python's version.
    ///   - split: Which part they are.
    /// - Throws: `FileError.malformed`.
    package init(
        _ variant: Variant = .ten, files read: [(path: String, data: Data)], names: (path: String, data: Data)?,
        isPickled: Bool = false, split: Split = .train
    ) throws {
        var opened: [Batch] = []
        var total = 0
        for (path, data) in read {
            var batch = try isPickled ? Self.pickled(variant, data, path: path) : Self.binary(variant, data, path: path)
            batch.first = total
            total += batch.labels.count
            opened.append(batch)
        }
        batches = opened
        count = total
        let numbers = variant == .ten ? Self.knownNames : (0..<variant.rawValue).map(String.init)
        classNames =
            try names.map { try Self.names(variant, $0.data, path: $0.path, isPickled: isPickled) } ?? numbers
        summary = DatasetSummary(
            images: [split: total], classNames: classNames,
            labels: names.map { "those of \(URL(fileURLWithPath: $0.path).lastPathComponent)" }
                ?? (variant == .ten ? "the known ones" : "numbers, as there is no file of names"))
    }

    /// The files are read when the data set is opened.
    package var isInMemory: Bool { true }

    /// The class, from 0.
    package func label(at index: Int) -> Int? {
        let (batch, record) = place(of: index)
        return Int(batch.labels[record])
    }

    /// The image, interleaved; there is nothing to crop.
    ///
    /// - Throws: Nothing that a file could cause.
    package func item(at index: Int, crop: Crop) throws -> PixelImage {
        let (batch, record) = place(of: index)
        let plane = Self.planeBytes
        let pixels = [UInt8](unsafeUninitializedCapacity: plane * 3) { target, filled in
            batch.content.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
                let start = record * batch.stride + batch.offset
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
        let (batch, record) = place(of: index)
        return "\(batch.name)#\(record)"
    }

    /// A digest of all labels and pixels, which is the same of both versions.
    ///
    /// - Throws: `DigestError`.
    package func fingerprint() throws -> DatasetFingerprint {
        var digest = try DatasetFingerprint.Digest(images: count)
        for batch in batches {
            try batch.content.withUnsafeBytes { content in
                for record in batch.labels.indices {
                    let start = record * batch.stride + batch.offset
                    try withUnsafeBytes(of: batch.labels[record]) { try digest.add(content: $0) }
                    try digest.add(
                        content: UnsafeRawBufferPointer(rebasing: content[start..<(start + Self.pixelBytes)]))
                }
            }
        }
        return try digest.finish()
    }

    private func place(of index: Int) -> (batch: Batch, record: Int) {
        precondition((0..<count).contains(index), "image \(index) of a data set of \(count)")
        let batch = batches.last { $0.first <= index } ?? batches[0]
        return (batch, index - batch.first)
    }

    // MARK: - Files

    private static func binary(_ variant: Variant, _ data: Data, path: String) throws -> Batch {
        let labelBytes = variant == .ten ? 1 : 2
        let stride = labelBytes + pixelBytes
        guard !data.isEmpty, data.count % stride == 0 else {
            let other = stride == pixelBytes + 1 ? pixelBytes + 2 : pixelBytes + 1
            throw FileError.malformed(
                path: path, reason: "the file has \(data.count) bytes",
                expected:
                    "a multiple of \(stride), \(labelBytes == 1 ? "one label" : "two labels") and 3072 pixels a record; "
                    + (data.count % other == 0 && !data.isEmpty
                        ? "records of \(other) bytes are those of CIFAR-\(other == pixelBytes + 1 ? 10 : 100)"
                        : "fetch it again"))
        }
        let labels = data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            Swift.stride(from: labelBytes - 1, to: bytes.count, by: stride).map { bytes[$0] }
        }
        try check(labels, variant, path: path)
        return Batch(
            name: URL(fileURLWithPath: path).lastPathComponent, first: 0, labels: labels, content: data, stride: stride,
            offset: labelBytes)
    }

    private static func pickled(_ variant: Variant, _ data: Data, path: String) throws -> Batch {
        let key = variant == .ten ? "labels" : "fine_labels"
        guard case .dictionary(let values) = try PickleReader.read([UInt8](data), path: path),
            case .array(let shape, let bytes)? = values["data"], case .list(let list)? = values[key]
        else {
            throw FileError.malformed(
                path: path, reason: "the pickle has no 'data' and '\(key)'",
                expected: "a batch of the Python version of CIFAR-\(variant.rawValue)")
        }
        guard shape.count == 2, shape[0] > 0, shape[1] == pixelBytes, list.count == shape[0] else {
            throw FileError.malformed(
                path: path, reason: "'data' has the shape \(shape) and there are \(list.count) labels",
                expected: "[images, 3072], with a label for each image")
        }
        let labels = try list.map { value in
            guard case .number(let label) = value, (0..<variant.rawValue).contains(label) else {
                throw FileError.malformed(
                    path: path, reason: "a label is no class", expected: "labels from 0 to \(variant.rawValue - 1)")
            }
            return UInt8(label)
        }
        return Batch(
            name: URL(fileURLWithPath: path).lastPathComponent, first: 0, labels: labels, content: Data(bytes),
            stride: pixelBytes, offset: 0)
    }

    private static func check(_ labels: [UInt8], _ variant: Variant, path: String) throws {
        guard let wrong = labels.firstIndex(where: { $0 >= variant.rawValue }) else { return }
        throw FileError.malformed(
            path: path, reason: "the label of record \(wrong) is \(labels[wrong])",
            expected: "labels from 0 to \(variant.rawValue - 1); fetch the file again")
    }

    private static func names(_ variant: Variant, _ data: Data, path: String, isPickled: Bool) throws -> [String] {
        var names: [String] = []
        if isPickled {
            let key = variant == .ten ? "label_names" : "fine_label_names"
            if case .dictionary(let values) = try PickleReader.read([UInt8](data), path: path),
                case .list(let list)? = values[key]
            {
                for case .bytes(let name) in list { names.append(String(decoding: name, as: UTF8.self)) }
            }
        } else {
            names = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
                .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        guard names.count == variant.rawValue else {
            throw FileError.malformed(
                path: path, reason: "it holds \(names.count) names",
                expected: "\(variant == .ten ? "ten" : "a hundred"), one a line")
        }
        return names
    }
}
