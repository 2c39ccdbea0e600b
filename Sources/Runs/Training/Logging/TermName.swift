/// The names of an objective's terms, as people see them.
enum TermName {
    /// A term's name with layers and levels counted from 1, as everywhere else that people look: `commitment.0` is that of
    /// layer 1. `metrics.jsonl` keeps the names that programs know.
    static func shown(_ name: String) -> String {
        guard let match = name.wholeMatch(of: #/(?:([0-9]+)\.)?(codebook|commitment)\.([0-9]+|sum)/#) else {
            return name
        }
        func fromOne(_ text: Substring) -> String { Int(text).map { String($0 + 1) } ?? String(text) }
        return (match.1.map { fromOne($0) + "." } ?? "") + "\(match.2)." + fromOne(match.3)
    }
}
