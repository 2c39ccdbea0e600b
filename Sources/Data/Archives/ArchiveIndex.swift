import Files
import Foundation

/// The members of an archive that can be read in any order: their names, sizes, and where their bytes lie.
///
/// Members are in the order of the archive. A tar within the archive is listed too, under its name without `.tar`, as a
/// folder: ImageNet's training images are a tar of tars. An archive that is compressed as a whole is unpacked into memory if
/// it is small enough, such as CIFAR-10's.
package struct ArchiveIndex: Sendable, Equatable {
    /// The names of files, folders divided by `/`.
    package private(set) var names = NameTable()
    /// Bytes of each file.
    package private(set) var sizes: [Int] = []
    /// Where each file's bytes lie.
    package private(set) var places: [ArchiveReader.Place] = []
    /// What was left out.
    package private(set) var leftOut = LeftOutMembers()
    /// Which bytes the archive had when it was listed.
    package private(set) var stamp: FileStamp

    /// The files of an archive that is compressed as a whole.
    private(set) var held: [[UInt8]] = []
    private var heldBytes = 0

    /// The most bytes that an archive which is compressed as a whole may have after unpacking.
    package static let mostHeldBytes = 1 << 30

    /// The number of files.
    package var count: Int { sizes.count }

    /// Lists an archive.
    ///
    /// - Throws: `FileError.malformed` for what is no archive, damaged, cut off, or compressed as a whole (its members
    ///   cannot be read in any order); `FileError.unreadable`.
    init(descriptor: Int32, status: FileStatus, path: String, progress: (Int) -> Void) throws {
        stamp = FileStamp(status)
        try list(descriptor, 0..<status.size, path: path, prefix: "", depth: 0, progress)
    }

    init(stamp: FileStamp) { self.stamp = stamp }

    private mutating func list(
        _ descriptor: Int32, _ range: Range<Int>, path: String, prefix: String, depth: Int, _ progress: (Int) -> Void
    ) throws {
        let reader = try ArchiveReader(descriptor: descriptor, range: range, path: path)
        while let member = try reader.next() {
            let name = prefix + member.path
            switch member.kind {
            case .folder: continue
            case .other(let reason): leftOut.add(reason, name)
            case .file where reader.isCompressed:
                try hold(name, reader)
            case .file:
                guard let size = member.size, let place = member.place else {
                    leftOut.add("file of an unknown compression", name)
                    continue
                }
                if place.form == .plain, size > 0, depth == 0, member.path.lowercased().hasSuffix(".tar") {
                    let inner = place.offset..<(place.offset + size)
                    try list(
                        descriptor, inner, path: "\(path):\(name)", prefix: String(name.dropLast(4)) + "/", depth: 1,
                        progress)
                } else {
                    append(name, size: size, place: place)
                    if count % 8192 == 0 { progress(count) }
                }
            }
        }
    }

    private mutating func hold(_ name: String, _ reader: ArchiveReader) throws {
        let most = min(Self.mostHeldBytes, MemoryLimit.bytes / 4)
        guard let bytes = try reader.read(atMost: most - heldBytes) else {
            throw FileError.malformed(
                path: reader.path,
                reason:
                    "the archive is compressed as a whole, and with more than \(ByteCount.text(most)) too large for memory",
                expected:
                    "an uncompressed tar (gunzip or unzstd make one of it) or a zip, whose images can be read in any order"
            )
        }
        heldBytes += bytes.count
        append(name, size: bytes.count, place: .init(offset: held.count, form: .held))
        held.append(bytes)
    }

    /// Adds a file.
    mutating func append(_ name: String, size: Int, place: ArchiveReader.Place) {
        names.append(name)
        sizes.append(size)
        places.append(place)
    }
}

/// Which state of a file something was made of.
package struct FileStamp: Sendable, Equatable, Codable {
    /// Bytes.
    package var size: Int
    /// When it was changed last, in nanoseconds since 1970.
    package var changed: Int

    /// Of a file as it is now.
    package init(_ status: FileStatus) { (size, changed) = (status.size, status.changed) }
}

/// Members that are not read: how many for which reason, and the names of the first ones.
package struct LeftOutMembers: Sendable, Equatable {
    private var counts: [String: Int] = [:]
    private var examples: [String: [String]] = [:]

    /// Nothing yet.
    package init() {}

    /// Whether nothing was left out.
    package var isEmpty: Bool { counts.isEmpty }

    /// Counts one.
    mutating func add(_ reason: String, _ name: String) {
        counts[reason, default: 0] += 1
        if examples[reason, default: []].count < 3 { examples[reason, default: []].append(name) }
    }

    /// A part of a sentence for each reason: what, how many, which.
    package var texts: [String] {
        counts.sorted { $0.key < $1.key }.map { reason, count in
            "\(count) × \(reason): " + Listing.text(examples[reason] ?? [], of: count) { $0 }
        }
    }
}
