import Files
import Foundation
import Images

/// What a data set is taken to be, and what its images are like, before anything is learnt from it.
package struct DatasetInspection: Sendable, Equatable, Encodable {
    /// The images of one split.
    package struct Part: Sendable, Equatable, Encodable {
        /// `train` or `test`.
        package var split: String
        /// How many there are.
        package var images: Int
        /// Why they have no labels; `nil` where they have some.
        package var unlabelled: String?
        /// The name of the first one.
        package var first: String
        /// Images of each class, by label; empty where there are no labels.
        package var imagesOfClasses: [Int]
    }

    /// Pictures of one format.
    package struct Format: Sendable, Equatable, Encodable {
        /// Such as `JPEG`.
        package var name: String
        /// How many of those looked at.
        package var images: Int
    }

    /// Where the data set is, as it was given.
    package var path: String
    /// What `data.kind` takes it for.
    package var kind: DatasetKind
    /// What the layout is called.
    package var layout: String
    /// The splits that are there.
    package var parts: [Part]
    /// Where the splits come from.
    package var splits: String?
    /// What labels mean; empty where there are none.
    package var classNames: [String]
    /// Where labels come from.
    package var labels: String?
    /// How many images were opened.
    package var opened: Int
    /// The formats of those.
    package var formats: [Format]
    /// The smallest and the largest width and height of those; `nil` where none could be read.
    package var smallest: ImageShape?
    package var largest: ImageShape?
    /// Images that could not be read, of those that were opened.
    package var faults: [String]
    /// What was assumed, or looks like a mistake.
    package var notices: [String]
    /// What was left out.
    package var leftOut: [String]
}

extension DatasetKind {
    /// Says what is at a place: the layout, splits, classes and sizes.
    ///
    /// - Parameters:
    ///   - folder: As ``open(folder:shape:split:testShare:)`` takes it.
    ///   - testShare: The share that is held out where nothing says which images are for tests.
    ///   - limit: The most images of each split to open, spread over it.
    /// - Throws: What opening it throws.
    package func inspect(folder: String?, testShare: Double = 0.1, limit: Int = 256) throws -> DatasetInspection {
        guard let source = try source(folder) else {
            return try inspection(of: "", layout: "images that the program draws", nil, testShare, limit)
        }
        let kind = recognized(source)
        guard kind.isOfPictures else {
            let name = kind == .mnist ? "IDX files" : kind == .cifar10 ? "CIFAR-10" : "CIFAR-100"
            return try kind.inspection(of: source.path, layout: name, source, testShare, limit)
        }
        let listing = try listing(source, defaultShape, testShare)
        return try inspection(of: source, listing, limit)
    }

    private func inspection(
        of path: String, layout: String, _ source: (any FileSource)?, _ testShare: Double, _ limit: Int
    ) throws -> DatasetInspection {
        var found: [(split: Split, dataset: any ImageDataset)] = []
        var problem: (any Error)?
        for split in Split.allCases {
            do {
                found.append((split, try open(source, nil, split, testShare)))
            } catch let error as DatasetError {
                problem = problem ?? error
            }
        }
        guard let first = found.first else { throw problem ?? DatasetError.stopped }
        let summary = first.dataset.summary
        var inspection = DatasetInspection(
            path: path, kind: self, layout: layout, parts: [], splits: summary.splits,
            classNames: first.dataset.classNames, labels: summary.classNames.isEmpty ? nil : summary.labels, opened: 0,
            formats: [], smallest: first.dataset.shape, largest: first.dataset.shape, faults: [],
            notices: summary.notices, leftOut: summary.leftOut)
        if let problem, found.count == 1 { inspection.notices.append("\(problem)") }
        for (split, dataset) in found {
            inspection.parts.append(
                .init(
                    split: split.rawValue, images: dataset.count, unlabelled: summary.unlabelled[split],
                    first: dataset.name(at: 0),
                    imagesOfClasses: DatasetInspection.counts(
                        (0..<dataset.count).compactMap(dataset.label), of: dataset.classNames.count)))
            for index in DatasetInspection.spread(limit, over: dataset.count) {
                inspection.opened += 1
                do {
                    _ = try dataset.item(at: index, crop: .centre)
                } catch {
                    inspection.faults.append(Message(error).description)
                }
            }
        }
        return inspection
    }

    private func inspection(
        of source: any FileSource, _ listing: ImageListing, _ limit: Int
    ) throws -> DatasetInspection {
        let summary = DatasetSummary(listing)
        var inspection = DatasetInspection(
            path: source.path, kind: listing.kind, layout: listing.name, parts: [], splits: summary.splits,
            classNames: summary.classNames, labels: summary.classNames.isEmpty ? nil : summary.labels, opened: 0,
            formats: [], smallest: nil, largest: nil, faults: [], notices: summary.notices, leftOut: summary.leftOut)
        var formats: [ImageFormat: Int] = [:]
        for (split, part) in [(Split.train, listing.training), (.test, listing.test)] {
            guard let part, !part.paths.isEmpty else { continue }
            inspection.parts.append(
                .init(
                    split: split.rawValue, images: part.paths.count, unlabelled: part.unlabelled,
                    first: source.name(of: part.path(at: 0)),
                    imagesOfClasses: DatasetInspection.counts(part.labels, of: part.classNames.count)))
            for index in DatasetInspection.spread(limit, over: part.paths.count) {
                let path = part.path(at: index)
                inspection.opened += 1
                do {
                    let bytes = try source.picture(path)
                    let image = try PixelImage.decode(bytes, channels: 3, name: source.name(of: path))
                    if let format = ImageFormat(magic: bytes) { formats[format, default: 0] += 1 }
                    inspection.include(image)
                } catch {
                    inspection.faults.append(Message(error).description)
                }
            }
        }
        // Which split lacks images is said as a training would say it.
        if inspection.parts.isEmpty {
            _ = try PictureDataset(listing, of: source, split: .train, shape: defaultShape)
        }
        inspection.formats = formats.sorted { $0.value > $1.value }
            .map { .init(name: $0.key.name, images: $0.value) }
        return inspection
    }
}

extension DatasetInspection {
    fileprivate mutating func include(_ image: PixelImage) {
        let (low, high) = (smallest, largest)
        smallest = ImageShape(
            channels: 3, height: min(low?.height ?? .max, image.height), width: min(low?.width ?? .max, image.width))
        largest = ImageShape(
            channels: 3, height: max(high?.height ?? 0, image.height), width: max(high?.width ?? 0, image.width))
    }

    fileprivate static func counts(_ labels: [Int], of classes: Int) -> [Int] {
        guard !labels.isEmpty else { return [] }
        var counts = [Int](repeating: 0, count: classes)
        for label in labels { counts[label] += 1 }
        return counts
    }

    /// Indices that lie evenly over all of them.
    static func spread(_ limit: Int, over count: Int) -> [Int] {
        let looked = min(max(limit, 0), count)
        return (0..<looked).map { $0 * count / looked }
    }

    /// For people, a subject a line.
    package var lines: [(name: String, text: String)] {
        var lines = [("layout", "\(layout) (data.kind=\(kind.rawValue))")]
        for part in parts {
            lines.append(
                (part.split, "\(Count.text(part.images)) images, the first is \(TerminalText.name(part.first))"))
        }
        if let splits { lines.append(("splits", splits)) }
        if classNames.isEmpty {
            lines.append(("labels", parts.lazy.compactMap(\.unlabelled).first ?? "none"))
        } else {
            lines.append(
                (
                    "labels",
                    "\(Count.text(classNames.count)) \(classNames.count == 1 ? "class" : "classes") (\(Listing.text(classNames, limit: 5)))"
                        + (labels.map { ", " + $0 } ?? "")
                ))
            for part in parts {
                if let reason = part.unlabelled {
                    lines.append(("", "none of the \(part.split) images: \(reason)"))
                } else if let least = part.imagesOfClasses.min(), let most = part.imagesOfClasses.max() {
                    lines.append(
                        (
                            "",
                            "\(part.split): \(least == most ? "" : Count.text(least) + " to ")\(Count.text(most)) images a class"
                        ))
                }
            }
        }
        if let smallest, let largest {
            let size = { (shape: ImageShape) in "\(shape.width)×\(shape.height)" }
            lines.append(
                (
                    "sizes",
                    (smallest == largest ? size(largest) : size(smallest) + " to " + size(largest))
                        + (formats.isEmpty
                            ? "" : ", " + formats.map { "\(Count.text($0.images)) \($0.name)" }.joined(separator: ", "))
                        + " (\(Count.text(opened)) of \(Count.text(parts.map(\.images).reduce(0, +))) images opened)"
                ))
        }
        lines.append(
            (
                "faults",
                faults.isEmpty ? "none" : "\(Count.text(faults.count)) of \(Count.text(opened)) images cannot be read"
            ))
        lines += faults.prefix(5).map { ("", TerminalText.name($0)) }
        lines += notices.map { ("notice", TerminalText.name($0)) }
        if !leftOut.isEmpty { lines.append(("left out", Listing.text(leftOut, separator: "; "))) }
        return lines
    }
}
