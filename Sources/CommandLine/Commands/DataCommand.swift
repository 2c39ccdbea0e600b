import ArgumentParser
import Datasets
import Files
import Foundation
import HRVQ

/// `hrvq data`.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Look at a data set, or divide it, before a model learns from it.",
        subcommands: [DataInspectCommand.self, DataSplitCommand.self, DataPackCommand.self])
}

/// Where a data set is, and what it is taken for.
struct DataPlace: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A folder, an archive, a pattern such as 'shards/train-{000..127}.tar', a list such as @train.txt, or a folder"
                + " of the lists train.txt and test.txt, such as @lists.",
            valueName: "data"),
        completion: .file())
    var data: String

    @Option(
        help: ArgumentHelp(
            "What it is taken for, as data.kind of a configuration: "
                + DatasetKind.allCases.filter { $0 != .glyphs }.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "name"),
        transform: DataPlace.kind)
    var kind: DatasetKind = .auto

    private static func kind(_ text: String) throws -> DatasetKind {
        guard let kind = DatasetKind(rawValue: text), kind != .glyphs else {
            throw ValidationError("\(name: text) is no kind of data; see --help for those there are")
        }
        return kind
    }
}

/// `hrvq data inspect`.
struct DataInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Say what a data set is taken to be: layout, splits, labels, sizes, faults.",
        usage: "hrvq data inspect <data> [<options>]",
        discussion: """
            Ends with 1 where training would refuse the data, or where images that were opened cannot be read.
            """)

    @OptionGroup var place: DataPlace

    @Option(help: ArgumentHelp("The most images of each split to open, spread over it.", valueName: "count"))
    var limit = 256

    @Option(
        help: ArgumentHelp(
            "The share of the images that is held out where nothing says which are for tests.", valueName: "number"))
    var testShare = 0.1

    @OptionGroup var json: JSONOptions

    @Flag(help: "Replace the file of --json if it exists.")
    var force = false

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit is \(limit); expected 0 or more") }
    }

    func run() throws {
        var outputs = OutputGuard(force: force)
        outputs.reads(data: place.data, kind: place.kind)
        outputs.writes(json.file, .json, remedy: JSONOptions.remedy)
        try outputs.check()
        let found = try place.kind.inspect(folder: place.data, testShare: testShare, limit: limit)
        var lines = found.lines.map { name, text in
            name.padding(toLength: 10, withPad: " ", startingAt: 0) + text
        }
        lines.append("train     " + Self.training(found, place.data))
        try json.show(ReportJSON.data(found, in: .program), text: lines.joined(separator: "\n"))
        guard found.faults.isEmpty else { throw ExitCode.failure }
    }

    /// The command that learns from the data, with the preset that is nearest in size.
    private static func training(_ found: DatasetInspection, _ data: String) -> String {
        let preset =
            switch found.kind {
            case .mnist: Preset.mnist
            case .cifar10, .cifar100: Preset.cifar10
            case .ffhq, .celeba: Preset.ffhq
            default:
                max(found.smallest?.width ?? 128, found.smallest?.height ?? 128) > 160
                    ? Preset.ffhq : Preset.imageNet
            }
        let own = (try? preset.configuration())?.data
        var words = ["hrvq", "train", "--preset", preset.rawValue, "--data", ShellText.quoted(data)]
        let fits = own.map { $0.kind == found.kind || ($0.kind == .folder && found.kind.isOfPictures) } ?? false
        if !fits { words += ["--set", "data.kind=\(found.kind.rawValue)"] }
        return (words + ["--output", "run"]).joined(separator: " ")
    }
}

/// `hrvq data split`.
struct DataSplitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Divide pictures into two lists, so that no group stands on both sides.",
        usage: "hrvq data split <data> --output <folder> [<options>]",
        discussion: """
            Writes train.txt and test.txt: a path a line, relative to the list, and its class after a tab. 'hrvq train \
            --data @<folder>' learns from one and measures on the other. Images that are added later move no other.
            """)

    @OptionGroup var place: DataPlace

    @Option(
        help: "The folder of the lists, which must not exist or be empty.", completion: .directory,
        transform: ResultKind.folder.path)
    var output: String

    @Option(help: ArgumentHelp("The share of the groups that goes to the test images.", valueName: "number"))
    var share = 0.1

    @Option(
        help: ArgumentHelp(
            "What is kept together: 'file' (nothing), 'folder', or a regular expression whose first group tells it, such as"
                + " '([^/]*)_[0-9]+[.]'.",
            valueName: "group"))
    var group = "file"

    @Option(help: ArgumentHelp("Another number gives another division.", valueName: "number"))
    var seed = 0

    @Flag(name: .shortAndLong, help: "Say nothing.")
    var quiet = false

    func run() throws {
        let folder = URL(fileURLWithPath: output).standardizedFileURL
        if let status = try FileStatus.of(folder.path) {
            let names = status.kind == .folder ? try FolderContents.names(of: folder) : [""]
            guard names.isEmpty else {
                throw FileError.exists(path: output, remedy: "choose another --output, or remove it")
            }
        }
        let grouping: SplitLists.Group =
            switch group {
            case "file": .file
            case "folder": .folder
            default: .match(group)
            }
        let lists = try SplitLists(place.data, kind: place.kind, share: share, group: grouping, seed: seed)
        // Paths are relative to where the list really is.
        let real = folder.deletingLastPathComponent().resolvingSymlinksInPath()
            .appendingPathComponent(folder.lastPathComponent).path
        try AtomicFolder.write(to: folder) { folder in
            for (name, part) in [("train.txt", lists.training), ("test.txt", lists.test)] {
                try AtomicFile.write(
                    Data(SplitLists.text(part, in: real).utf8), to: folder.appendingPathComponent(name))
            }
        }
        guard !quiet else { return }
        let (training, test) = (lists.training, lists.test)
        printError(
            "\(training.files.count) images (\(training.groups) groups) in \(name: output)/train.txt, "
                + "\(test.files.count) (\(test.groups) groups) in \(name: output)/test.txt")
    }
}
