/// The nearest known name to one that is not known.
enum Suggestion {
    /// The nearest of `names`, or nil where none is near; a name that contains the unknown one is near.
    static func nearest(to name: String, among names: [String]) -> String? {
        if name.count >= 3, let longer = names.first(where: { $0.contains(name.lowercased()) }) { return longer }
        return best(names.map { ($0, distance(name.lowercased(), $0.lowercased())) }, limit: limit(name))
    }

    /// The nearest of dotted keys and sections to a key; the right name in the wrong section is near.
    static func nearestKey(to key: String, among candidates: [String]) -> String? {
        let lowered = key.lowercased()
        let last = lowered.split(separator: ".").last.map(String.init) ?? lowered
        let scored = candidates.map { candidate in
            let known = candidate.lowercased()
            let knownLast = known.split(separator: ".").last.map(String.init) ?? known
            let whole = distance(lowered, known)
            // One more than the distance of the last parts, so that a slip within the section goes first.
            let part = knownLast == known ? whole : distance(last, knownLast) + 1
            return (candidate, min(whole, part))
        }
        return best(scored, limit: limit(last) + 1)
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
    /// The restricted Damerau–Levenshtein distance.
    static func distance(_ first: String, _ second: String) -> Int {
        let a = Array(first)
        let b = Array(second)
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
