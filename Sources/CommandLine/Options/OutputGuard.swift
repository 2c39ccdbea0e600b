import ArgumentParser
import Compression
import Files
import Foundation
import HRVQ

/// What a command reads and what it writes. ``check()`` refuses, before the work, what would write over an input or over
/// files that are not the program's.
///
/// Files are compared by device and number, so that no other way to write a path, no symbolic and no hard link hides that
/// two are one.
struct OutputGuard {
    private struct Result {
        var path: String
        var kind: OutputKind
        var remedy: Message
        var makesFolder: Bool
    }

    private struct Folder {
        var path: String
        /// Files that the command writes into it.
        var files: [String]
        /// Folders in it that the command fills and clears.
        var folders: [String]
    }

    private struct Report {
        var path: String
        /// The command that writes it.
        var command: String
        var exists: Bool
        var foreign: [String]
    }

    private struct DataFolder {
        var path: String
        /// Whether pictures that lie in it are its data.
        var takesPictures: Bool
    }

    private let force: Bool
    private let quiet: Bool
    private var files: [String] = []
    private var models: [(path: String, withStatistics: Bool)] = []
    private var data: [DataFolder] = []
    private var results: [Result] = []
    private var folders: [Folder] = []
    private var reports: [Report] = []

    /// Starts without inputs and outputs.
    ///
    /// - Parameters:
    ///   - force: Results of the same kind may be replaced.
    ///   - quiet: What will be replaced is not said.
    init(force: Bool, quiet: Bool = false) {
        self.force = force
        self.quiet = quiet
    }

    // MARK: - What is read

    /// Names files; `-` and what is `nil` are none.
    mutating func reads(_ paths: String?...) { reads(paths.compactMap { $0 }) }

    /// Names files.
    mutating func reads(_ paths: [String]) { files += paths.filter { $0 != OutputPath.standard } }

    /// Names the folder of a run, a model, priors or a classifier; all that such a folder is made of is an input.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - statistics: Whether the statistics of entropy coding in it are read too.
    mutating func reads(model path: String?, statistics: Bool = false) {
        if let path { models.append((path, statistics)) }
    }

    /// Names the folder of a data set.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - kind: What it is; `nil` where that is not known.
    mutating func reads(data path: String?, kind: DatasetKind?) {
        guard let path else { return }
        switch DataLocation(path).form {
        case .path:
            data.append(DataFolder(path: path, takesPictures: kind.map { $0 == .auto || $0.isOfPictures } ?? true))
        case .list(let list):
            files.append(list)
            if let source = try? DataLocation(path).source() as? ListedFiles { files += source.names }
        case .pattern(let pattern): files += (try? DataLocation.files(of: pattern)) ?? []
        }
    }

    /// Names the folder of a data set that is read as a model's settings say.
    mutating func reads(data path: String?, of model: String) {
        guard path != nil else { return }
        reads(data: path, kind: (try? ModelFolder(URL(fileURLWithPath: model)).configuration())?.data.kind)
    }

    // MARK: - What is written

    /// Names a file; `-` and `nil` are none.
    ///
    /// - Parameters:
    ///   - path: As the user wrote it.
    ///   - kind: What is written.
    ///   - remedy: What to do where it exists and may not be replaced.
    ///   - makesFolder: Whether the command makes the folder that the file lies in.
    mutating func writes(
        _ path: String?, _ kind: OutputKind, remedy: Message = "add --force to replace it, or choose another --output",
        makesFolder: Bool = false
    ) {
        guard let path, path != OutputPath.standard else { return }
        results.append(Result(path: path, kind: kind, remedy: remedy, makesFolder: makesFolder))
    }

    /// Names a folder, which the command itself checks and fills.
    ///
    /// - Parameters:
    ///   - path: As the user wrote it.
    ///   - files: The names of files in it that are written or removed.
    ///   - folders: The names of folders in it that are filled or cleared.
    mutating func writes(folder path: String?, files: [String], folders: [String] = []) {
        if let path { self.folders.append(Folder(path: path, files: files, folders: folders)) }
    }

    /// Names the folder of a report.
    ///
    /// - Parameters:
    ///   - path: As the user wrote it.
    ///   - command: The command that writes it, for errors.
    ///   - files: The names of files in it that are written or removed.
    ///   - exists: Whether a report is there.
    ///   - foreign: Files in it that have the names of a report's and are not one's.
    mutating func writes(report path: String, of command: String, files: [String], exists: Bool, foreign: [String]) {
        writes(folder: path, files: files)
        reports.append(Report(path: path, command: command, exists: exists, foreign: foreign))
    }

    /// Names the folder of a run or a model.
    mutating func writes(run path: String?) {
        writes(
            folder: path, files: ["config.json", "model.safetensors", "metrics.jsonl", "evaluation.json"],
            folders: ["checkpoints", "samples"])
    }

    // MARK: - The check

    /// Refuses what must not be written, and says which files will be replaced.
    ///
    /// - Throws: `OutputError`, `FileError`, `ValidationError`.
    func check() throws {
        try OutputPath.requireDistinct(
            results.map(\.path) + folders.map(\.path)
                + folders.flatMap { folder in folder.files.map { Self.join(folder.path, $0) } })
        try refuseInputs()
        try refuseDataFolders()
        var replaced: [String] = []
        for result in results {
            if !result.makesFolder { try AtomicFile.requireWritable(URL(fileURLWithPath: result.path)) }
            try OutputPath.refuseExisting(result.path, force: force, remedy: result.remedy)
            try result.kind.requireReplaceable(result.path)
            if FileStatus.kind(of: result.path) == .file { replaced.append(result.path) }
        }
        try refuseReports()
        guard !quiet else { return }
        if !replaced.isEmpty { printError("will replace " + Listing.text(replaced, limit: 3)) }
        for report in reports where report.exists { printError("will replace the report in \(name: report.path)") }
    }

    private func refuseReports() throws {
        for report in reports {
            if report.exists, !force {
                throw FileError.exists(
                    path: report.path, remedy: "add --force to replace the report in it, or choose another --output")
            }
            guard report.foreign.isEmpty else {
                throw OutputError.foreignFolder(
                    path: report.path, expected: "a report that '\(report.command)' wrote", names: report.foreign)
            }
        }
    }

    private func refuseInputs() throws {
        // Most results do not exist yet, and then nothing has to be listed.
        var targets: [(path: String, identity: FileIdentity)] = []
        for path in results.map(\.path)
            + folders.flatMap({ folder in folder.files.map { Self.join(folder.path, $0) } })
        {
            if let status = try? FileStatus.of(path), status.kind == .file { targets.append((path, status.identity)) }
        }
        if !targets.isEmpty {
            let inputs = inputFiles()
            for target in targets {
                if let input = inputs[target.identity] {
                    throw OutputError.isInput(output: target.path, input: input)
                }
            }
        }
        for folder in folders {
            for name in folder.folders {
                let path = Self.join(folder.path, name)
                guard let identity = FileIdentity(path) else { continue }
                for input in files + models.map(\.path) + data.map(\.path)
                where FileIdentity(input) != nil && FileIdentity.folders(around: input).contains(identity) {
                    throw OutputError.holdsInput(output: path, input: input)
                }
            }
        }
    }

    private func refuseDataFolders() throws {
        for place in data where place.takesPictures {
            guard let status = try? FileStatus.of(place.path), status.kind == .folder else { continue }
            let pictures = results.filter { $0.kind == .png }.map(\.path) + folders.map(\.path)
            for path in pictures where FileIdentity.folders(around: path).contains(status.identity) {
                throw OutputError.insideData(output: path, data: place.path)
            }
        }
    }

    /// Every file that is read, with a path that leads to it.
    private func inputFiles() -> [FileIdentity: String] {
        var found: [FileIdentity: String] = [:]
        func add(_ path: String) {
            if let status = try? FileStatus.of(path), status.kind == .file { found[status.identity] = path }
        }
        for path in files { add(path) }
        for (path, withStatistics) in models {
            for name in (try? FolderContents.names(of: URL(fileURLWithPath: path))) ?? []
            where Self.belongsToModel(name, withStatistics: withStatistics) {
                let inner = Self.join(path, name)
                add(inner)
                Self.files(below: inner).forEach(add)
            }
        }
        for place in data { Self.files(below: place.path).forEach(add) }
        return found
    }

    /// Whether a name in a model's folder is one that the program writes there and reads again.
    private static func belongsToModel(_ name: String, withStatistics: Bool) -> Bool {
        switch name {
        case "config.json", "model.safetensors", "metrics.jsonl", "prior.json", "checkpoints", "samples": true
        case StatisticsFile.name: withStatistics
        default: name.hasPrefix("layer-") || name.hasPrefix("events.out.tfevents.")
        }
    }

    /// All paths below a folder, through links to folders too.
    private static func files(below folder: String) -> [String] {
        var found: [String] = []
        var visited: Set<FileIdentity> = []
        func visit(_ path: String) {
            // A link that leads upwards would be followed for ever.
            guard let status = try? FileStatus.of(path), status.kind == .folder,
                visited.insert(status.identity).inserted
            else { return }
            // What may not be listed cannot be read as an input either.
            for name in (try? FolderContents.names(of: URL(fileURLWithPath: path))) ?? [] {
                let inner = join(path, name)
                if FileStatus.kind(of: inner) == .folder { visit(inner) } else { found.append(inner) }
            }
        }
        visit(folder)
        return found
    }

    private static func join(_ folder: String, _ name: String) -> String {
        (folder as NSString).appendingPathComponent(name)
    }
}
