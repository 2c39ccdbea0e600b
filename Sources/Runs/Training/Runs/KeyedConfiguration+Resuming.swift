import Foundation
import Settings

extension KeyedConfiguration {
    /// The configuration of a run that is resumed.
    ///
    /// - Parameters:
    ///   - folder: The run.
    ///   - requested: All settings as the user asks for them, which the run's have to equal; `nil` where only
    ///     `overrides` are asked for.
    ///   - overrides: `key=value` texts; those of `requested` are in it already.
    ///   - free: What the keys of settings begin with that may change, as they do not change what was trained so far.
    /// - Throws: ``TrainingError/changedSettings(path:changes:)``, ``TrainingError/nothingToResume(path:)``,
    ///   `ConfigurationError`.
    package static func resumed(
        at folder: RunFolder, requested: Self? = nil, overrides: [String], free: [String]
    ) throws -> Self {
        guard folder.canBeResumed else { throw TrainingError.nothingToResume(path: folder.url.path) }
        let stored = try folder.model.configuration(of: Self.self)
        var changed = requested ?? stored
        if requested == nil {
            for override in overrides { try changed.set(override) }
            try changed.validate()
        }
        try changed.requireEqual(to: stored, path: folder.url.path, free: free)
        return changed
    }

    /// Refuses settings that differ from those of a run.
    ///
    /// - Throws: ``TrainingError/changedSettings(path:changes:)`` with every key, its value before and now.
    package func requireEqual(to stored: Self, path: String, free: [String]) throws {
        let changes = differences(from: stored).filter { change in !free.contains { change.key.hasPrefix($0) } }
        guard changes.isEmpty else {
            throw TrainingError.changedSettings(
                path: path, changes: changes.map { "\($0.key): \($0.theirs) before, \($0.mine) now" })
        }
    }

    /// The settings that decide what is trained, as texts by key: what a checkpoint keeps, so that it is not taken for one
    /// of another run.
    ///
    /// - Parameter free: What the keys of settings begin with that may change in a resumed run; they are left out.
    package func identity(except free: [String]) -> [String: String] {
        var result: [String: String] = [:]
        for key in Self.keys where !free.contains(where: key.name.hasPrefix) {
            result[key.name] = key.value(in: self)
        }
        return result
    }
}
