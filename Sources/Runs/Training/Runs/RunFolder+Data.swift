import Datasets
import Files
import Foundation

extension RunFolder {
    /// What a run knows beside its model: `run.json`. It is a file of its own, as a model folder that is passed on is
    /// complete without it, and readers of `config.json` know nothing of paths.
    package var notesFile: URL { url.appendingPathComponent("run.json") }

    private struct Notes: Codable, Equatable {
        var formatVersion = 1
        var data: String?
    }

    /// The folder of the images that the run was trained on; `nil` where none is known.
    package var rememberedData: URL? {
        guard let data = try? FileReader.read(notesFile), let notes = try? JSONDecoder().decode(Notes.self, from: data),
            let path = notes.data, path.hasPrefix("/")
        else { return nil }
        return URL(fileURLWithPath: path)
    }

    /// Keeps the folder of the images for later commands.
    ///
    /// - Throws: `FileError.unwritable`.
    func remember(data: URL) throws {
        let path = data.standardizedFileURL.path
        guard rememberedData?.path != path else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try AtomicFile.write(encoder.encode(Notes(data: path)) + Data("\n".utf8), to: notesFile)
    }

    /// The folder to read a run's images from: the one that is given, else the one that the run remembers.
    ///
    /// - Parameters:
    ///   - given: What the user says; `nil` where nothing.
    ///   - configuration: Says which images the run is trained on.
    /// - Throws: ``TrainingError/dataMissing(kind:)`` where neither says one, ``TrainingError/dataMoved(path:data:)``.
    package func dataFolder(_ given: URL?, _ configuration: DataConfiguration) throws -> URL? {
        if given != nil || configuration.kind == .glyphs { return given }
        guard let remembered = rememberedData else { return try Self.required(given, configuration) }
        guard DataLocation(remembered.path).exists else {
            throw TrainingError.dataMoved(path: url.path, data: remembered.path)
        }
        return remembered
    }

    /// Refuses that no folder is given where images are in one.
    ///
    /// - Throws: ``TrainingError/dataMissing(kind:)``.
    static func required(_ given: URL?, _ configuration: DataConfiguration) throws -> URL? {
        guard given != nil || configuration.kind == .glyphs else {
            throw TrainingError.dataMissing(kind: configuration.kind.rawValue)
        }
        return given
    }
}
