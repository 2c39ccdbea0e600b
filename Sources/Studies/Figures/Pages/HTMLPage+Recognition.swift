import Foundation

extension HTMLPage {
    /// Whether the bytes of a file begin as ``html()`` does.
    package static func isPage(_ data: Data) -> Bool {
        let start = String(decoding: data.prefix(1024), as: UTF8.self)
        return start.hasPrefix("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=")
            && start.contains("<meta name=\"color-scheme\" content=\"light dark\" />")
    }
}
