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
        let given = data.map { URL(fileURLWithPath: $0) }
        var options = self
        options.data = try RunFolder(URL(fileURLWithPath: run)).dataFolder(given, configuration.data)?.path
        if data == nil, let folder = options.data, !quiet { printError("images of the run's data folder \(folder)") }
        return options
    }
}
