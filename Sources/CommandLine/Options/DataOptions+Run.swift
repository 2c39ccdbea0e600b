import Files
import Foundation
import HRVQ

extension DataOptions {
    /// These options with the data folder that a run remembers in the place of a `--data` that was left out.
    ///
    /// - Parameters:
    ///   - run: The folder of the run or of its model.
    ///   - configuration: The model's.
    ///   - quiet: Says nothing.
    /// - Throws: `TrainingError.dataMissing`, `TrainingError.dataMoved`.
    func remembering(_ run: String, _ configuration: RunConfiguration, quiet: Bool) throws -> DataOptions {
        var options = self
        options.data = try Self.folder(data, of: run, configuration, quiet: quiet)?.path
        return options
    }

    /// The data folder that is given, or the one that a run remembers, which is said; `nil` where images need none.
    ///
    /// - Parameters:
    ///   - given: As the user wrote it.
    ///   - run: The folder of the run or of its model.
    ///   - configuration: The model's.
    ///   - quiet: Says nothing.
    /// - Throws: `TrainingError.dataMissing`, `TrainingError.dataMoved`.
    static func folder(
        _ given: String?, of run: String, _ configuration: RunConfiguration, quiet: Bool
    ) throws -> URL? {
        let folder = try RunFolder(URL(fileURLWithPath: run))
            .dataFolder(given.map { URL(fileURLWithPath: $0) }, configuration.data)
        if given == nil, let folder, !quiet { printError("images of the run's data folder \(name: folder.path)") }
        return folder
    }
}
