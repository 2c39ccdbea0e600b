import Files
import Foundation

/// A data set divided into two lists of files, by file or by group, so that no group stands on both sides.
package struct SplitLists {
    /// What is kept together.
    package enum Group: Sendable {
        /// Nothing: each file goes where its own path says.
        case file
        /// The files of one folder.
        case folder
        /// Files in whose paths a regular expression finds the same text: its first group, or the whole match.
        case match(String)
    }

    /// The files of a split.
    package struct Part: Sendable, Equatable {
        /// Whole paths.
        package var files: [String]
        /// A class for each; empty where there are none.
        package var classes: [String]
        /// How many groups they are of.
        package var groups: Int
    }

    /// The files to learn from.
    package var training = Part(files: [], classes: [], groups: 0)
    /// The files to measure on.
    package var test = Part(files: [], classes: [], groups: 0)

    /// Divides the images of a data set, of all its splits.
    ///
    /// Which side a group goes to is told by a hash of its text and the seed, so that further files move no other.
    ///
    /// - Parameters:
    ///   - folder: As ``DatasetKind/open(folder:shape:split:testShare:)`` takes it; of files, not of archives.
    ///   - kind: The layout.
    ///   - share: The share of groups that go to the test images, above 0 and below 1.
    ///   - group: What is kept together.
    ///   - seed: Gives other divisions.
    /// - Throws: ``DatasetError``; `FileError` for a path that no list can hold.
    package init(_ folder: String, kind: DatasetKind, share: Double, group: Group, seed: Int) throws {
        guard share > 0, share < 1 else {
            throw DatasetError.invalidSetting(name: "the share", value: "\(share)", expected: "above 0 and below 1")
        }
        guard let source = try kind.source(folder), kind.recognized(source).isOfPictures else {
            throw DatasetError.invalidSetting(
                name: "the data set", value: folder, expected: "pictures in files; this one has its own splits")
        }
        let listing = try kind.listing(source, kind.defaultShape, 0)
        var files: [(path: String, class: String?)] = []
        for part in [listing.training, listing.test].compactMap({ $0 }) {
            for index in part.paths.indices {
                files.append(
                    (part.path(at: index), part.labels.isEmpty ? nil : part.classNames[part.labels[index]]))
            }
        }
        let labelled = files.count { $0.class != nil }
        let hasLabels = labelled == files.count
        let groups = try Self.groups(files.map(\.path), group)
        let keys = Array(Set(groups)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard keys.count > 1 else {
            throw DatasetError.invalidSetting(
                name: "the number of groups", value: "\(keys.count)",
                expected: "at least 2; \(files.count) images are all of one"
            )
        }
        let isTest = Dictionary(
            uniqueKeysWithValues: zip(
                keys, HoldOut.isTest(keys.map { seed == 0 ? $0 : "\(seed)\n\($0)" }, testShare: share)))
        for ((path, name), key) in zip(files, groups) {
            let whole = source.name(of: path)
            try Self.check(whole)
            if isTest[key] ?? false {
                test.add(whole, hasLabels ? name : nil)
            } else {
                training.add(whole, hasLabels ? name : nil)
            }
        }
        test.groups = isTest.values.count { $0 }
        training.groups = keys.count - test.groups
        let unknown = Set(test.classes).subtracting(training.classes).sorted()
        guard unknown.isEmpty else {
            throw DatasetError.invalidSetting(
                name: "the division by groups", value: "impossible",
                expected:
                    "several groups of each class, or another share or seed: all images of \(Listing.text(unknown, limit: 5))"
                    + " would be test images")
        }
    }

    private static func groups(_ paths: [String], _ group: Group) throws -> [String] {
        switch group {
        case .file: return paths
        case .folder: return paths.map { ($0 as NSString).deletingLastPathComponent }
        case .match(let text):
            let pattern: Regex<AnyRegexOutput>
            do {
                pattern = try Regex(text)
            } catch {
                throw DatasetError.invalidSetting(
                    name: "the pattern of groups", value: text, expected: "a regular expression, such as '(.*)_[0-9]+'")
            }
            return try paths.map { path in
                guard let match = try pattern.firstMatch(in: path) else {
                    throw DatasetError.invalidSetting(
                        name: "the pattern of groups", value: text,
                        expected: "a regular expression that fits every path; it does not fit \(path)")
                }
                let part = match.output.count > 1 ? match.output[1].substring : match.output[0].substring
                return String(part ?? "")
            }
        }
    }

    private static func check(_ path: String) throws {
        guard FileStatus.kind(of: path) == .file else {
            throw DatasetError.invalidSetting(
                name: "the data set", value: path, expected: "files on a disk; members of archives have no paths")
        }
        guard !path.contains(where: \.isNewline), path.trimmingCharacters(in: .whitespaces) == path else {
            throw FileError.malformed(
                path: path, reason: "its name has a line break, or a space at its end",
                expected: "names that can stand in a list, a line each")
        }
    }

    /// A list's text: a path a line, relative to the list's folder, and its class after a tab.
    ///
    /// - Parameter folder: The absolute path of the folder in which the list will be.
    package static func text(_ part: Part, in folder: String) -> String {
        let base = folder.split(separator: "/")
        var text = ""
        for (index, file) in part.files.enumerated() {
            let path = file.split(separator: "/")
            let common = zip(base, path).prefix { $0 == $1 }.count
            text += String(repeating: "../", count: base.count - common) + path.dropFirst(common).joined(separator: "/")
            if !part.classes.isEmpty { text += "\t" + part.classes[index] }
            text += "\n"
        }
        return text
    }
}

extension SplitLists.Part {
    fileprivate mutating func add(_ path: String, _ name: String?) {
        files.append(path)
        if let name { classes.append(name) }
    }
}
