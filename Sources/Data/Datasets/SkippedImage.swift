import Files

/// An image that did not decode.
public struct SkippedImage: Sendable, Equatable {
    /// Its number in the data set.
    package var index: Int
    /// Its path, or file and number.
    public var name: String
    /// The error's text, which names the image as well.
    public var reason: Message

    /// A record of an image that was left out.
    package init(index: Int, name: String, reason: Message) {
        self.index = index
        self.name = name
        self.reason = reason
    }
}
