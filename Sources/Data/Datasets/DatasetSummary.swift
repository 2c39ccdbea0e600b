import Files

/// What a data set was found to be when it was opened: how many images, which splits and labels, and what was left out.
///
/// Data alone; `lines(_:taken:)` puts it into words.
public struct DatasetSummary: Sendable, Equatable {
    /// Images of each split, where they are known.
    package var images: [Split: Int]
    /// Where the splits come from, as a sentence; `nil` where there is nothing to say.
    package var splits: String?
    /// What labels mean; empty where no split has labels.
    package var classNames: [String]
    /// Where labels come from, as the end of a sentence.
    package var labels: String
    /// For each split without labels, why it has none.
    package var unlabelled: [Split: String]
    /// What was assumed, or looks like a mistake.
    package var notices: [String]
    /// What was left out, a text for each reason.
    package var leftOut: [String]

    /// Collects what was found.
    package init(
        images: [Split: Int], splits: String? = nil, classNames: [String] = [], labels: String = "",
        unlabelled: [Split: String] = [:], notices: [String] = [], leftOut: [String] = []
    ) {
        self.images = images
        self.splits = splits
        self.classNames = classNames
        self.labels = labels
        self.unlabelled = unlabelled
        self.notices = notices
        self.leftOut = leftOut
    }

    init(_ layout: ImageListing) {
        let (training, test) = (layout.training, layout.test)
        var images: [Split: Int] = [:]
        if let training { images[.train] = training.paths.count }
        if let test { images[.test] = test.paths.count }
        var unlabelled: [Split: String] = [:]
        if let reason = training?.unlabelled { unlabelled[.train] = reason }
        if let reason = test?.unlabelled { unlabelled[.test] = reason }
        let place = training?.place ?? test?.place ?? ""
        let inPlace = place.hasSuffix("/") ? " in \(place)" : ""
        self.init(
            images: images,
            splits: layout.splits
                ?? (layout.isHeldOut
                    ? "test images are held out\(inPlace.isEmpty ? "" : " of those" + inPlace), chosen by a hash of their names"
                    : "training images are those in \(training?.place ?? "no folder"), test images those in \(test?.place ?? "")"),
            classNames: training?.classNames ?? test?.classNames ?? [],
            labels: layout.labels ?? "the names of folders\(inPlace)",
            unlabelled: unlabelled, notices: layout.notices, leftOut: layout.leftOut)
    }
}

extension DatasetSummary {
    /// What a command says before it begins, a sentence a line.
    ///
    /// - Parameters:
    ///   - part: The images that it uses; `nil` for a training, which learns from one split and measures on the other.
    ///   - taken: How many of them, where it does not take all.
    package func lines(_ part: DatasetPart?, taken: Int? = nil) -> [String] {
        var lines = [part.map { count($0, taken) } ?? trainingCount]
        if let splits { lines.append(splits) }
        let used: [Split] =
            part.map { $0 == .all ? [.train, .test] : $0 == .train ? [.train] : [.test] } ?? [.train, .test]
        let reasons = used.compactMap { split in
            unlabelled[split].map { "no labels of the \(split.name) images: \($0)" }
        }
        if reasons.count < used.count, !classNames.isEmpty {
            lines.append(
                "labels: \(Count.text(classNames.count)) " + (classNames.count == 1 ? "class" : "classes")
                    + " (\(Listing.text(classNames, limit: 5))), \(labels)")
        }
        lines += Set(reasons).count == 1 && reasons.count == 2 ? [reasons[0]] : reasons
        if part == .all, let training = images[.train], let test = images[.test] {
            lines.append(
                "indices 0 to \(training - 1) are training images, \(training) to \(training + test - 1) test images")
            if unlabelled.count == 1 { lines.append("labels of one split alone are left out, as all images need them") }
        }
        lines += notices
        if !leftOut.isEmpty { lines.append("left out: " + Listing.text(leftOut, separator: "; ")) }
        return lines
    }

    private var total: Int? { images.count == 2 ? images.values.reduce(0, +) : nil }

    private func share(_ count: Int) -> String {
        guard let total, total > 0 else { return "" }
        let hundredths = (Double(count) / Double(total) * 10_000).rounded()
        let (whole, rest) = (Int(hundredths) / 100, Int(hundredths) % 100)
        return ", \(whole).\(rest < 10 ? "0" : "")\(rest) %"
    }

    private func images(_ count: Int) -> String { Count.text(count) + (count == 1 ? " image" : " images") }

    private func count(_ part: DatasetPart, _ taken: Int?) -> String {
        let own: Int? =
            switch part {
            case .train: images[.train]
            case .test: images[.test]
            case .all: total
            }
        let name = part == .all ? "all splits" : "\(part.rawValue) split"
        guard let own else { return name }
        let used = min(taken ?? own, own)
        guard let total, used < total || part != .all else { return "\(images(own)) (\(name))" }
        let limit = used < own && part != .all ? " of \(Count.text(own))" : ""
        return "\(Count.text(used)) of \(images(total)) (\(name)\(limit)\(share(used)))"
    }

    private var trainingCount: String {
        guard let training = images[.train] else { return "no training images" }
        guard let test = images[.test] else { return "\(images(training)) to train on" }
        return "\(images(training)) to train on, \(Count.text(test)) of \(Count.text(training + test)) to measure on"
            + " (test split\(share(test)))"
    }
}

extension Split {
    fileprivate var name: String { self == .train ? "training" : "test" }
}
