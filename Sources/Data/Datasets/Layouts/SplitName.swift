/// The names under which people keep splits.
enum SplitName {
    static let training = ["train", "training"]
    /// From the one that is taken first to the one that is taken last.
    static let test = ["test", "testing", "eval", "val", "valid", "validation", "dev"]
    static let validation: Set<String> = ["val", "valid", "validation", "dev"]

    /// The split that the name of a shard tells of, such as `imagenet-train-000007` or `test-00000-of-00001`.
    static func split(ofShard name: String) -> Split? {
        let words = name.lowercased().split { !$0.isLetter }.map(String.init)
        if words.contains(where: training.contains) { return .train }
        return words.contains(where: test.contains) ? .test : nil
    }
}

extension ImageListing {
    /// Divides images by what the names of their shards say; where they say nothing, a share is held out.
    mutating func divide(_ part: Part, _ testShare: Double, _ split: (String) -> Split?) {
        let splits = part.paths.map(split)
        guard splits.contains(.train) || splits.contains(.test) else { return holdOut(part, testShare) }
        let others = splits.count { $0 == nil }
        if others > 0 {
            notices.append("\(Count.text(others)) images are in shards whose names tell no split, and are not used")
        }
        let (own, tests) = (part.filtered { splits[$0] == .train }, part.filtered { splits[$0] == .test })
        guard !tests.paths.isEmpty else { return holdOut(own, testShare) }
        training = own.paths.isEmpty ? nil : own
        test = tests
        self.splits = "the splits are those of the shards' names"
    }
}
