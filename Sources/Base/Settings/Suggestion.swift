/// The nearest known name to one that is not known.
package enum Suggestion {
    /// No name is longer, in bytes; a longer text is not compared, as that takes time and finds nothing.
    private static let longest = 64

    /// The nearest of `names`, or nil where none is near; a name that contains the unknown one is near.
    package static func nearest(to name: String, among names: [String]) -> String? {
        guard name.utf8.count <= longest else { return nil }
        let lowered = name.lowercased()
        if name.count >= 3, let longer = names.first(where: { $0.contains(lowered) }) { return longer }
        let limit = limit(name)
        let bytes = Array(lowered.utf8)
        return best(names.map { ($0, distance(bytes, Array($0.lowercased().utf8), limit: limit)) }, limit: limit)
    }

    /// The nearest of dotted keys and sections to a key; the right name in the wrong section is near.
    static func nearestKey(to key: String, among candidates: [String]) -> String? {
        guard key.utf8.count <= longest else { return nil }
        let lowered = key.lowercased()
        let last = lowered.split(separator: ".").last.map(String.init) ?? lowered
        let limit = limit(last) + 1
        let (bytes, lastBytes) = (Array(lowered.utf8), Array(last.utf8))
        let scored = candidates.map { candidate in
            let known = Array(candidate.lowercased().utf8)
            let knownLast = known.split(separator: UInt8(ascii: ".")).last.map(Array.init) ?? known
            let whole = distance(bytes, known, limit: limit)
            // One more than the distance of the last parts, so that a slip within the section goes first.
            let part = knownLast == known ? whole : distance(lastBytes, knownLast, limit: limit) + 1
            return (candidate, min(whole, part))
        }
        return best(scored, limit: limit)
    }

    /// The most changes that still make a slip of a name: most names are near a text of one letter.
    private static func limit(_ name: String) -> Int { name.count <= 3 ? 1 : max(2, name.count / 3) }

    private static func best(_ scored: [(name: String, distance: Int)], limit: Int) -> String? {
        // `min` takes the first of equals, so the order of the table decides.
        guard let best = scored.min(by: { $0.distance < $1.distance }), best.distance <= limit else { return nil }
        return best.name
    }

    /// Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other.
    ///
    /// The restricted Damerau–Levenshtein distance, in bytes; any number above `limit` where it is more than that.
    static func distance(_ a: [UInt8], _ b: [UInt8], limit: Int) -> Int {
        guard abs(a.count - b.count) <= limit else { return limit + 1 }
        var before: [Int] = []
        var above = Array(0...b.count)
        for i in 0..<a.count {
            var row = above
            row[0] = i + 1
            for j in 0..<b.count {
                var cost = min(above[j + 1] + 1, row[j] + 1, above[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
                row[j + 1] = cost
            }
            before = above
            above = row
        }
        return above[b.count]
    }
}
