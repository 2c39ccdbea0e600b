/// Divides files into two splits by their names, so that adding a file moves no other one.
enum HoldOut {
    /// The paths of a split; both splits get one at least where there are two or more.
    ///
    /// - Parameter testShare: The share of paths, 0 ... 1, that go to the test split.
    static func paths(_ paths: [String], split: Split, testShare: Double) -> [String] {
        let keyed = paths.map { (path: $0, key: key(of: $0)) }
        var isTest = keyed.map { $0.key < testShare }
        if paths.count >= 2 {
            if !isTest.contains(true), let smallest = keyed.indices.min(by: { keyed[$0].key < keyed[$1].key }) {
                isTest[smallest] = true
            } else if !isTest.contains(false), let largest = keyed.indices.max(by: { keyed[$0].key < keyed[$1].key }) {
                isTest[largest] = false
            }
        }
        return zip(paths, isTest).filter { $0.1 == (split == .test) }.map(\.0)
    }

    /// A number in [0, 1) that depends on the path alone.
    private static func key(of path: String) -> Double {
        Double(SeededGenerator.mix(SeededGenerator.hash(path.utf8)) >> 11) * 0x1p-53
    }
}
