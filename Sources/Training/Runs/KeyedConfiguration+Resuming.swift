extension KeyedConfiguration {
    /// The configuration of a run that is resumed.
    ///
    /// - Parameters:
    ///   - folder: The run.
    ///   - overrides: `key=value` texts.
    ///   - free: What the keys of settings begin with that may change, as they do not change what was trained so far.
    /// - Throws: ``TrainingError/changedSettings(path:changes:)``, ``TrainingError/nothingToResume(path:)``,
    ///   ``ConfigurationError``.
    package static func resumed(at folder: RunFolder, overrides: [String], free: [String]) throws -> Self {
        guard folder.canBeResumed else { throw TrainingError.nothingToResume(path: folder.url.path) }
        let stored = try folder.model.configuration(of: Self.self)
        var changed = stored
        for override in overrides { try changed.set(override) }
        try changed.validate()
        let changes = changed.differences(from: stored).filter { change in
            !free.contains { change.key.hasPrefix($0) }
        }
        guard changes.isEmpty else {
            throw TrainingError.changedSettings(
                path: folder.url.path, changes: changes.map { "\($0.key): \($0.theirs) before, \($0.mine) now" })
        }
        return changed
    }
}
