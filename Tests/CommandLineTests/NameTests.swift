import Comparison
import Exchange
import Features
import Files
import Foundation
import HRVQ
import TestSupport
import Testing

@testable import HRVQCommands

/// Names of files, classes and keys that hold line breaks: none of them makes a line of its own.
@Suite("Names in messages", .serialized)
struct NameTests {
    private static let name = "a\nerror: b\u{1B}[2J"
    private static let shown = "a\\nerror: b\\x1b[2J"

    @Test(
        "Errors escape what they quote",
        arguments: [
            DatasetError.missing(folder: "d", expected: [name], remedy: name),
            DatasetError.noImages(folder: "d", split: .test, reason: name, leftOut: [name]),
            DatasetError.unclearFolders(folder: "d", reason: name, remedy: name),
            DatasetError.unknownClasses(folder: "d", names: [name], known: [name]),
            ConfigurationError.unparsable(source: "s", reason: name),
            ConfigurationError.mismatched(source: "s", [.unknownKey(key: name, suggestion: nil, help: "h")]),
            ConfigurationError.mismatched(source: "s", [.wrongType(key: "k", found: name, expected: "integer")]),
            ConfigurationError.conflictingPresets(argument: name, file: name),
            ConfigurationError.malformedOverride(text: name),
            ConfigurationError.otherFormat(source: "s", found: name, expected: "hrvq"),
            TrainingError.changedData(path: "p", changes: [name]),
            TrainingError.dataMoved(path: "p", data: name),
            TrainingError.notFinite(step: 1, terms: [name], checkpoint: name),
            TrainingError.malformedCheckpoint(path: "p", reason: name),
            PriorError.otherModel(what: "a", other: "b", reason: name),
            PriorError.foreignLayer(path: "p", layer: 1, reason: name),
            PriorError.unknownClass(found: "x", known: [name]),
            PriorError.otherClasses(found: [name], expected: [name]),
            PriorError.missingLayer(path: name, layer: 1, layers: 2),
            ExperimentError.notAnExperiment(path: "p", names: [name]),
            RateDistortionError.codec(name: "c", image: "i", reason: Message(name)),
            FeaturesError.differentData(what: "classes", found: name, expected: name),
            FeaturesError.unlabelled(dataset: name),
        ] as [any Error])
    func errors(_ error: any Error) {
        #expect(!"\(error)".contains("\n") && "\(error)".contains(Self.shown), "\(error)")
    }

    @Test("Errors of several lines have a line an entry")
    func lists() {
        for (error, lines) in [
            (ConfigurationError.invalid([.init(key: "k", value: Self.name, expected: "1")]), 2),
            (TrainingError.changedSettings(path: "p", changes: [Self.name]), 3),
            (FeaturesError.notInception(source: "s", problems: [Self.name]), 3),
            (RateDistortionError.noImages(skipped: [Message(Self.name)]), 2),
            (
                DatasetError.noneDecoded(seen: 1, examples: [.init(index: 0, name: "", reason: Message(Self.name))]), 2
            ),
        ] as [(any Error, Int)] {
            #expect("\(error)".split(separator: "\n").count == lines, "\(error)")
            #expect("\(error)".contains(Self.shown), "\(error)")
        }
    }

    @Test("Commands offered to copy quote a path for the shell")
    func quoted() {
        let missing = PriorError.missingLayer(path: "it's", layer: 1, layers: 2)
        #expect(missing.programText.contains("--output 'it'\\''s' --layer 1"))
        #expect(
            "\(ExchangeError.pickledFile(path: "my model.pt"))".contains("pt_to_safetensors.py 'my model.pt' state"))
    }

    @Test("What commands say of files and folders stays on its line")
    func commands() throws {
        let run = try TinyRun.folder.get().path
        try withTemporaryFolder { folder in
            let pictures = folder.appendingPathComponent("d\nx")
            try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
            for name in ["a\nerror: b.png", "b.png"] {
                try PixelImage(width: 8, height: 8, channels: 1, pixels: [UInt8](repeating: 9, count: 64))
                    .writePNG(to: pictures.appendingPathComponent(name).path)
            }
            try Data("x".utf8).write(to: pictures.appendingPathComponent("n\not\nes.txt"))
            func check(_ arguments: String..., says words: [String], lines: Int? = nil) throws {
                let answer = try Shell.finish(Shell.start(arguments, in: folder))
                for line in (answer.error + answer.output).split(separator: "\n") {
                    #expect(!["x", "error: b", "es", "ot"].contains { line.hasPrefix($0) }, "\(line)")
                }
                for word in words { #expect((answer.error + answer.output).contains(word), "\(answer)") }
            }
            try check("encode", run, "d\nx", "-o", "o\nx/", says: ["d\\nx/a\\nerror: b.png → o\\nx/a\\nerror: b.hrvq"])
            try check("encode", run, "d\nx", "-o", "p/", says: ["d\\nx: left out", "n\\not\\nes.txt"])
            try check("inspect", "d\nx", says: ["it holds a\\nerror: b.png, b.png, n\\not\\nes.txt"])
            try check(
                "train", "--preset", "hrvqvae-tiny", "--set", "data.kind=folder", "--data", "d\nx", "--steps", "1",
                "--output", "run", says: ["data: left out: 1 file that is not JPEG, PNG, WebP or PPM: n\\not\\nes.txt"])
            try check("train", "--output", "run", "--continue", says: ["the run's data folder", "d\\nx"])
            try check("evaluate", "run", says: ["images of the run's data folder", "d\\nx"])
        }
    }

    @Test("inspect shows names out of files on their lines")
    func inspected() throws {
        try withTemporaryFolder { folder in
            let shape = ImageShape(channels: 1, height: 8, width: 8)
            var settings = ClassifierConfiguration()
            (settings.kind, settings.shape, settings.classNames) = (.folder, shape, [Self.name, "b"])
            settings.hiddenUnits = 4
            try ClassifierFolder(folder.appendingPathComponent("c")).save(ImageClassifier(settings))
            let answer = try Shell.hrvq("inspect", "c", in: folder)
            #expect(answer.output.contains("classes               \(Self.shown), b\n"), "\(answer)")
            try Safetensors.write(
                [(name: "t\nx", tensor: Tensor([Float(1)], [1]))], metadata: ["k\ny": "v\nz"],
                to: folder.appendingPathComponent("s.safetensors"))
            let file = try Shell.hrvq("inspect", "s.safetensors", in: folder)
            #expect(
                file.output.contains("k\\ny                  v\\nz\n") && file.output.contains("t\\nx  "), "\(file)")
        }
    }
}
