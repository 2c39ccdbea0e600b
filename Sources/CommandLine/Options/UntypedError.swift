import Files
import Foundation

/// An error of Foundation that no library of ours gave a type, in the system's words: Foundation's sentence names no cause.
struct UntypedError: Error, CustomStringConvertible {
    let description: String

    /// Takes an error; `nil` where it has a type that says what is wrong.
    init?(_ error: any Error) {
        if error is DecodingError {
            description = "the JSON that was read \(JSONProblem.text(error))"
            return
        }
        guard error is CocoaError || error is POSIXError || type(of: error) == NSError.self else { return nil }
        let path = (error as NSError).userInfo[NSFilePathErrorKey] as? String
        description = (path.map { "\(name: $0): " } ?? "") + FileReader.reason(of: error)
    }
}
