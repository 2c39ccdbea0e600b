/// What a listing left out: how many files and folders for which reason, and the names of the first ones.
package struct LeftOutFiles: Sendable, Equatable {
    /// Why something is left out.
    package enum Reason: Int, CaseIterable, Sendable {
        /// A file of another kind.
        case otherKind
        /// The name begins with a dot.
        case hidden
        /// A pipe, a socket or a device.
        case special
        /// A link to what is not there.
        case brokenLink
        /// A folder that was listed already, under another name.
        case repeatedFolder
        /// A file of unknown kind that may not be read.
        case unreadable
        /// A name that is not UTF-8.
        case notUTF8
    }

    /// How many there are.
    package private(set) var count = 0
    private let kind: String
    private var counts: [Reason: Int] = [:]
    private var examples: [Reason: [String]] = [:]

    /// Names of a reason that are kept.
    private static let kept = 3

    /// Nothing yet.
    ///
    /// - Parameter kind: The kind of file that is listed.
    package init(kind: String) { self.kind = kind }

    /// Counts one.
    package mutating func add(_ reason: Reason, _ path: String) {
        count += 1
        let before = counts[reason, default: 0]
        counts[reason] = before + 1
        if before < Self.kept { examples[reason, default: []].append(path) }
    }

    /// How many there are for a reason.
    package func count(of reason: Reason) -> Int { counts[reason] ?? 0 }

    /// A part of a sentence for each reason: what, how many, which.
    package var texts: [String] {
        Reason.allCases.compactMap { reason in
            guard let count = counts[reason], let names = examples[reason] else { return nil }
            return "\(count) \(text(reason, isOne: count == 1)): " + Listing.text(names, of: count) { $0 }
        }
    }

    private func text(_ reason: Reason, isOne: Bool) -> String {
        switch reason {
        case .otherKind: isOne ? "file that is not \(kind)" : "files that are not \(kind)"
        case .hidden: "hidden"
        case .special: isOne ? "pipe, socket or device" : "pipes, sockets or devices"
        case .brokenLink: isOne ? "link that leads nowhere" : "links that lead nowhere"
        case .repeatedFolder: isOne ? "folder that is listed under another name" : "folders listed under other names"
        case .unreadable: isOne ? "file that may not be read" : "files that may not be read"
        case .notUTF8: isOne ? "name that is not UTF-8" : "names that are not UTF-8"
        }
    }
}
