/// Lists in messages: their first entries, and how many more there are.
///
/// A file decides how many entries a message could have, how long they are and which characters they hold, so every text
/// and every list that comes from outside goes through here. Each entry is escaped as a name; see ``TerminalText/name(_:)``.
package enum Listing {
    /// How many entries are listed.
    package static let limit = 20
    /// How many characters of an entry are shown.
    package static let longest = 600

    /// The first entries, and how many more.
    ///
    /// - Parameters:
    ///   - entries: What is listed.
    ///   - count: How many there are, where `entries` are only the first ones.
    ///   - limit: How many entries are listed.
    ///   - separator: What stands between entries.
    ///   - text: An entry as text; called only for entries that are listed.
    package static func text<Entries: Collection>(
        _ entries: Entries, of count: Int? = nil, limit: Int = limit, separator: String = ", ",
        _ text: (Entries.Element) -> String
    ) -> String {
        var parts = entries.prefix(limit).map { TerminalText.name(cut(text($0))) }
        let more = (count ?? entries.count) - parts.count
        if more > 0 { parts.append((separator.hasPrefix("\n") ? "  " : "") + "and \(more) more") }
        return parts.joined(separator: separator)
    }

    /// The first texts, and how many more.
    package static func text(
        _ entries: some Collection<String>, limit: Int = limit, separator: String = ", "
    ) -> String {
        text(entries, limit: limit, separator: separator) { $0 }
    }

    /// The first ``longest`` characters of a text.
    package static func cut(_ text: String) -> String {
        // Counting bytes first: characters of a long text take a pass over all of it.
        guard text.utf8.count > longest else { return text }
        let start = text.prefix(longest)
        return start.endIndex == text.endIndex ? text : start + "…"
    }
}
