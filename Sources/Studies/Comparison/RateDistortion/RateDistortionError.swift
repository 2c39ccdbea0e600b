import Files

/// What can be wrong with measuring rate and distortion.
package enum RateDistortionError: WordedError, Sendable, Equatable {
    /// Models of grey and of coloured images together; each as its name and channels.
    case differentChannels(models: [String])
    /// Two codecs of one name.
    case sameName(name: String)
    /// A data set was to be measured on, and no model says which.
    case noData
    /// No image could be read.
    case noImages(skipped: [Message])
    /// A codec could not write or read an image.
    case codec(name: String, image: String, reason: Message)

    package var description: String { message.description }

    package var message: Message {
        switch self {
        case .differentChannels(let models):
            "the models take images of different channels, so no image suits them all:\n"
                + "\(Listing.text(models, separator: "\n") { "  - \($0)" })\nMeasure them one after the other."
        case .sameName(let name):
            "two models are called '\(name: name)'; give folders with different names, or \(phrase: .nameModels)"
        case .noData: "there is no run that says which data set to take; give \(phrase: .imageFiles)"
        case .noImages(let skipped):
            "no image could be read; give JPEG, PNG or WebP files"
                + (skipped.isEmpty
                    ? "" : ":\n\(Listing.message(skipped.map { "  - \($0)" }, limit: 5, separator: "\n"))")
        case .codec(let name, let image, let reason):
            "\(name: image): \(name: name) failed: \(name: reason)"
        }
    }
}
