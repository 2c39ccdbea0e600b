import Files
import Foundation

/// Which pictures of reconstructions stay: all of the first evaluations, then ever fewer, and always the latest.
///
/// Evaluations are counted by their step, so that a resumed run keeps what one that was not interrupted keeps. Of the
/// 16,000 evaluations of the longest preset 95 stay.
enum KeptSheets {
    /// All of the first so many stay; then half as many each time the number of evaluations doubles.
    static let first = 16

    /// Whether the picture of a step stays when a later one is drawn.
    ///
    /// - Parameters:
    ///   - step: A multiple of `every`; others, such as the last step of a run, stay.
    ///   - every: Steps from one evaluation to the next.
    static func stays(step: Int, every: Int) -> Bool {
        guard every > 0, step % every == 0 else { return true }
        return Thinning.stays(step / every, first: first)
    }

    /// Removes pictures that do not stay, but the latest.
    ///
    /// - Parameters:
    ///   - folder: Where they are.
    ///   - latest: The step of the latest one.
    ///   - every: Steps from one evaluation to the next.
    static func prune(_ folder: URL, latest: Int, every: Int) {
        for name in (try? FolderContents.names(of: folder)) ?? [] {
            guard name.hasPrefix("step-"), name.hasSuffix(".png"),
                let step = Int(name.dropFirst(5).dropLast(4)), name == fileName(step: step), step < latest,
                !stays(step: step, every: every)
            else { continue }
            try? AtomicFile.remove(folder.appendingPathComponent(name))
        }
    }

    /// The name of a step's picture.
    static func fileName(step: Int) -> String { "step-\(step).png" }
}
