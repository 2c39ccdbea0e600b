/// The names under which people keep splits.
enum SplitName {
    static let training = ["train", "training"]
    /// From the one that is taken first to the one that is taken last.
    static let test = ["test", "testing", "eval", "val", "valid", "validation", "dev"]
    static let validation: Set<String> = ["val", "valid", "validation", "dev"]

    /// Whether names are those of shards: of one stem or one for each split, with running numbers.
    static func areShards(_ names: [String]) -> Bool {
        var numbers: [String: [Int]] = [:]
        for name in names {
            // The first number is the shard's: `train-00007-of-00128.tar.gz`.
            let stem = name.prefix { !$0.isNumber }
            guard let number = Int(name.dropFirst(stem.count).prefix { $0.isASCII && $0.isNumber }) else {
                return false
            }
            numbers[String(stem), default: []].append(number)
        }
        return numbers.values.allSatisfy { found in
            let sorted = found.sorted()
            return sorted[0] <= 1 && zip(sorted, sorted.dropFirst()).allSatisfy { $1 == $0 + 1 }
        }
    }

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
