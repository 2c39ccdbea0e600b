/// Divides files into two splits by their names, so that adding a file moves no other one.
enum HoldOut {
    /// Whether each path is of the test split; both splits get one at least where there are two or more.
    ///
    /// - Parameter testShare: The share of paths, 0 ... 1, that go to the test split.
    static func isTest(_ paths: [String], testShare: Double) -> [Bool] {
        let keys = paths.map(key)
        var isTest = keys.map { $0 < testShare }
        if paths.count >= 2 {
            if !isTest.contains(true), let smallest = keys.indices.min(by: { keys[$0] < keys[$1] }) {
                isTest[smallest] = true
            } else if !isTest.contains(false), let largest = keys.indices.max(by: { keys[$0] < keys[$1] }) {
                isTest[largest] = false
            }
        }
        return isTest
    }

    /// A number in [0, 1) that depends on the path alone.
    private static func key(of path: String) -> Double {
        Double(SeededGenerator.mix(SeededGenerator.hash(path.utf8)) >> 11) * 0x1p-53
    }
}
