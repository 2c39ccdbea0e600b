import Files

/// What tells a data set from another one: a checkpoint keeps it, so that a run goes on with the images it was trained on.
///
/// The place of the data set plays no part.
public struct DatasetFingerprint: Codable, Sendable, Equatable {
    /// The number of images.
    package var images: Int
    /// SHA-256 of the images' names in order, of folders their paths below the folder.
    package var names: String
    /// SHA-256 of the images' sizes in bytes, in order.
    package var sizes: String
    /// SHA-256 of the content: of all of it where the data set lies in memory, of the start of some images otherwise.
    package var content: String

    /// What is different, each as a part of a sentence; empty where nothing is.
    ///
    /// - Parameter now: Of the data set at hand.
    package func changes(to now: DatasetFingerprint) -> [String] {
        var changes: [String] = []
        if images != now.images {
            changes.append("there were \(Count.text(images)) images and are \(Count.text(now.images)) now")
        }
        if names != now.names { changes.append("names of images, or their order, are others") }
        if sizes != now.sizes { changes.append("sizes of images are others") }
        if content != now.content, changes.isEmpty { changes.append("the content of images is another") }
        return changes
    }

    /// How many bytes of an image's file are looked at.
    static let sampledBytes = 1 << 16

    /// The images whose content is looked at: 64 of them at most, spread over all.
    static func sampled(of count: Int) -> [Int] {
        let wanted = min(count, 64)
        return (0..<wanted).map { $0 * count / wanted }
    }

    /// Makes a fingerprint.
    package struct Digest {
        private let images: Int
        private let names: SHA256Digest
        private let sizes: SHA256Digest
        private let content: SHA256Digest

        /// Starts.
        ///
        /// - Throws: `DigestError`.
        package init(images: Int) throws {
            self.images = images
            names = try SHA256Digest()
            sizes = try SHA256Digest()
            content = try SHA256Digest()
        }

        /// Takes an image's name and size. A name that ends where the next begins is told apart by a zero byte.
        package mutating func add(name: String, size: Int) throws {
            try names.update(name + "\0")
            try sizes.update("\(size)\n")
        }

        /// Takes content.
        package mutating func add(content bytes: some Sequence<UInt8>) throws {
            try ContiguousArray(bytes).withUnsafeBytes { try content.update($0) }
        }

        /// Takes content that lies in memory.
        package mutating func add(content bytes: UnsafeRawBufferPointer) throws { try content.update(bytes) }

        /// The fingerprint; nothing may follow.
        package mutating func finish() throws -> DatasetFingerprint {
            DatasetFingerprint(
                images: images, names: try names.finish(), sizes: try sizes.finish(), content: try content.finish())
        }
    }
}
