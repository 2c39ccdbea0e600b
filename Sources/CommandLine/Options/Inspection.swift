import Comparison
import Compression
import Features
import Files
import Foundation
import HRVQ

/// What `inspect` says of something: lines for people, JSON for programs.
struct Inspection {
    var text: String
    var json: Data
    /// What is wrong with it, where it is damaged.
    var damage: String?

    /// What `inspect` takes, for its help and its errors.
    static let takes =
        "a preset, the folder of a run, of a model, of priors, of a classifier, of an experiment or of a checkpoint, a .hrvq"
        + " file, a YAML file of settings or of an experiment, or a safetensors file (codes, statistics, weights)"

    private static func line(_ label: String, _ value: String) -> String { LabelledLine.text(label, value) }
}

// MARK: - Files

extension Inspection {
    /// Looks at a file, whose kind its first bytes say.
    ///
    /// - Throws: `FileError` for a file of a kind that it does not know, and what reading it throws.
    init(file path: String) throws {
        let url = URL(fileURLWithPath: path)
        // Mapped, so that the kind of a file of any size can be told.
        let data = try FileReader.read(url)
        if data.starts(with: FileContent.compressedStart) || path.hasSuffix(".hrvq") {
            // Of a file that only has the name, the error says what its first bytes are not.
            let bytes = try [UInt8](FileReader.read(url, limit: FileReader.pictureLimit))
            let description = try CompressedDescription(bytes: bytes, name: path)
            self.init(
                text: description.text(in: .program), json: try ReportJSON.data(description, in: .program),
                damage: description.damage?.programText)
        } else if FileContent.metadata(ofSafetensors: data) != nil
            || (path as NSString).pathExtension.lowercased() == "safetensors"
        {
            try self.init(safetensors: data, path: path)
        } else if ["yaml", "yml"].contains((path as NSString).pathExtension.lowercased()) {
            guard let text = String(data: try FileReader.read(url, limit: FileReader.textLimit), encoding: .utf8) else {
                throw FileError.malformed(path: path, reason: "is not text in UTF-8", expected: "YAML")
            }
            try self.init(yaml: text, url: url, source: path)
        } else {
            let isConfiguration = (path as NSString).lastPathComponent == "config.json"
            throw FileError.malformed(
                path: path,
                reason: isConfiguration
                    ? "is a part of a model; give the folder that it is in" : "is a file of a kind that is not known",
                expected: Message(Self.takes))
        }
    }

    private init(safetensors data: Data, path: String) throws {
        let summary = try SafetensorsSummary(data, path: path)
        if summary.metadata[CodesFile.spaceKey] != nil {
            let description = CodesDescription(try CodesFile(data, path: path))
            self.init(text: description.text, json: try ReportJSON.data(description))
            return
        }
        if summary.metadata[StatisticsFile.metadataKey] != nil {
            let statistics = try StatisticsFile.read(URL(fileURLWithPath: path))
            let description = StatisticsDescription(statistics, fingerprint: try statistics.fingerprint().description)
            self.init(text: description.text, json: try ReportJSON.data(description))
            return
        }
        let isCodes = summary.tensors.contains { $0.name == "codes" || $0.name == "codes.0" }
        let count = summary.tensors.reduce(0) { $0 + $1.count }
        var lines = [
            Self.line("safetensors", "\(summary.tensors.count) tensors, \(count) numbers"),
            Self.line(
                "model",
                isCodes
                    ? "codes that do not say which model they are of; 'hrvq decode RUN \(ShellText.quoted(path))' tries one"
                    : "not named in the file; a model is inspected by its folder"),
        ]
        lines += summary.metadata.sorted { $0.key < $1.key }.map { Self.line($0.key, String($0.value.prefix(200))) }
        lines += summary.tensors.prefix(20).map { "\(name: $0.name)  \(name: $0.type) \($0.shape)" }
        if summary.tensors.count > 20 { lines.append("… and \(summary.tensors.count - 20) more") }
        self.init(text: lines.joined(separator: "\n"), json: try ReportJSON.data(summary))
    }

    private init(yaml text: String, url: URL, source: String) throws {
        let keys = try SettingsDocument.rootKeys(ofYAML: text, source: source)
        let preset = try SettingsDocument.preset(ofYAML: text, source: source)
        if !keys.isDisjoint(with: ["models", "branching", "layers", "curvePoints"])
            || preset.flatMap({ ExperimentPreset(rawValue: $0) }) != nil
        {
            try self.init(experiment: ExperimentConfiguration.merged(file: url))
            return
        }
        if keys.isSuperset(of: ["data", "network"]) {
            try self.init(classifier: ClassifierConfiguration.merged(file: url))
            return
        }
        if !keys.isDisjoint(with: ["network", "conditioning"]) || preset?.hasPrefix("prior-") == true {
            try self.init(prior: PriorConfiguration.resolve(file: url), summary: source)
            return
        }
        try self.init(RunConfiguration.resolve(file: url))
    }
}

// MARK: - Settings

extension Inspection {
    /// Looks at a preset of any kind.
    ///
    /// - Throws: `ConfigurationError.unknownPreset` with the nearest name.
    init?(preset name: String) throws {
        if let preset = PriorPreset(rawValue: name) {
            try self.init(prior: preset.configuration(), summary: preset.summary)
        } else if let preset = ExperimentPreset(rawValue: name) {
            try self.init(experiment: preset.configuration())
        } else {
            return nil
        }
    }

    /// A model that its settings would make.
    private init(_ configuration: RunConfiguration) throws {
        let description = ModelDescription(configuration, try configuration.makeAutoencoder(on: .meta))
        self.init(text: description.text, json: try description.json())
    }

    /// Settings of priors, whose sizes depend on the codes.
    private init(prior configuration: PriorConfiguration, summary: String) throws {
        try self.init(configuration, Self.line("settings of priors", summary))
    }

    /// Settings of a classifier, whose sizes depend on the data set.
    private init(classifier configuration: ClassifierConfiguration) throws {
        try self.init(configuration, Self.line("settings of", "a classifier"))
    }

    private init<Configuration: KeyedConfiguration>(_ configuration: Configuration, _ heading: String) throws {
        let text = [heading] + Configuration.keys.map { "\($0.name)=\($0.value(in: configuration))" }
        self.init(text: text.joined(separator: "\n"), json: try configuration.jsonData())
    }

    private init(experiment: ExperimentConfiguration, folder: URL? = nil) throws {
        let plan = try ExperimentPlan(experiment)
        var lines = [
            Self.line("experiment", experiment.title), Self.line("runs", "\(plan.runs.count)"),
        ]
        lines += plan.runs.map { run in
            let progress = folder.flatMap {
                RunProgress(
                    RunFolder($0.appendingPathComponent("runs/\(run.name)")),
                    fixedSteps: run.configuration.training.steps
                ) { run.configuration.totalSteps(images: $0) }
            }
            return "\(name: run.name)  (\(run.parts.map(\.rawValue).joined(separator: ", ")))"
                + (progress.map { ", \($0.trainedText)" } ?? "")
        }
        self.init(text: lines.joined(separator: "\n"), json: try ReportJSON.data(experiment))
    }
}

// MARK: - Folders

extension Inspection {
    /// Looks at a folder that is neither a model nor priors; `nil` where it may be a model.
    ///
    /// - Throws: `FileError` for a folder of a kind that it does not know, and what reading it throws.
    init?(folder path: String) throws {
        let url = URL(fileURLWithPath: path)
        func holds(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path)
        }
        // A folder that cannot be listed is not an empty one.
        let names = try FolderContents.names(of: url)
        if PriorFolder.isPrior(url) {
            try self.init(priors: PriorFolder(url))
        } else if holds(Checkpoint.stateFile) {
            try self.init(checkpoint: url, path: path)
        } else if holds("config.json") {
            let json = try? FileReader.read(url.appendingPathComponent("config.json"))
            switch json.flatMap({ StoredFormat.name(ofJSON: $0) }) {
            case ClassifierConfiguration.formatName: try self.init(classifier: ClassifierFolder(url))
            case PriorConfiguration.formatName: try self.init(layer: RunFolder(url), path: path)
            default: return nil
            }
        } else if holds("experiment.json") {
            try self.init(
                experiment: Experiment.stored(at: url.appendingPathComponent("experiment.json")), folder: url)
        } else {
            let first = names.sorted()
            throw FileError.malformed(
                path: path,
                reason: first.isEmpty
                    ? "is an empty folder"
                    : "is a folder without a config.json (it holds \(Listing.text(first, limit: 3)))",
                expected: Message(Self.takes))
        }
    }

    /// A model, and how far its training got.
    init(_ configuration: RunConfiguration, _ model: any Autoencoder, run: URL?) throws {
        let description = ModelDescription(configuration, model)
        let progress = run.flatMap {
            RunProgress(RunFolder($0), fixedSteps: configuration.training.steps) {
                configuration.totalSteps(images: $0)
            }
        }
        self.init(
            text: ([description.text] + Self.lines(progress)).joined(separator: "\n"),
            json: try ReportJSON.data(WithProgress(base: description, progress: progress)))
    }

    private init(priors folder: PriorFolder) throws {
        let description = try PriorDescription(folder)
        let progress = description.layers.map { layer in
            (layer.layer, Self.progress(folder.run(layer: layer.layer - 1)))
        }
        var lines = [description.text]
        for case (let layer, let found?) in progress {
            lines.append(Self.line("layer \(layer), trained", found.trainedText))
            if let text = found.evaluationText { lines.append(Self.line("  last evaluation", text)) }
        }
        self.init(
            text: lines.joined(separator: "\n"),
            json: try ReportJSON.data(WithProgress(base: description, progress: progress.map(\.1))))
    }

    /// The run of one layer's prior.
    private init(layer folder: RunFolder, path: String) throws {
        let configuration = try folder.model.configuration(of: PriorConfiguration.self)
        try self.init(prior: configuration, summary: "the prior of one layer (\(path))")
        let progress = Self.progress(folder)
        text = ([text] + Self.lines(progress)).joined(separator: "\n")
    }

    private init(classifier folder: ClassifierFolder) throws {
        let classifier = try folder.load()
        let configuration = classifier.configuration
        let shape = configuration.shape
        var lines = [
            Self.line("classifier of", configuration.kind.rawValue),
            Self.line("image", "\(shape.width)×\(shape.height)×\(shape.channels)"),
            Self.line("classes", Listing.text(configuration.classNames)),
            Self.line("parameters", "\(classifier.parameters.trainableCount)"),
            Self.line("features", "\(configuration.featureDimension)"),
            Self.line("trained", "\(configuration.steps) steps of \(configuration.batchSize) images"),
        ]
        lines.append(
            Self.line(
                "accuracy",
                configuration.accuracy.map {
                    String(format: "%.2f %% of %d test images", $0.overall * 100, $0.images)
                } ?? "not measured"))
        self.init(text: lines.joined(separator: "\n"), json: try configuration.storedData())
    }

    private init(checkpoint url: URL, path: String) throws {
        let state = CheckpointSummary(try Checkpoint.state(of: url))
        let names = try FolderContents.names(of: url).sorted()
        var lines = [
            Self.line("checkpoint", "step \(state.step)"),
            Self.line("training images", "\(state.images)"),
            Self.line(
                "trained on",
                "\(state.device), \(state.elementType), \(state.threads) thread\(state.threads == 1 ? "" : "s")"),
            Self.line("LibTorch", state.libTorch),
        ]
        for name in names where name.hasSuffix(".safetensors") {
            let target = url.appendingPathComponent(name)
            let summary = try SafetensorsSummary(FileReader.read(target), path: target.path)
            let count = summary.tensors.reduce(0) { $0 + $1.count }
            lines.append(Self.line(name, "\(summary.tensors.count) tensors, \(count) numbers"))
        }
        lines.append(
            Self.line("a part of", "a run; resume it with 'hrvq train --output RUN --resume', inspect it by its folder")
        )
        self.init(text: lines.joined(separator: "\n"), json: try ReportJSON.data(state))
    }

    private static func progress(_ folder: RunFolder) -> RunProgress? {
        guard let configuration = try? folder.model.configuration(of: PriorConfiguration.self) else { return nil }
        let steps = configuration.training.steps.first.flatMap { $0 > 0 ? $0 : nil }
        return RunProgress(folder, fixedSteps: steps) { configuration.totalSteps(images: $0) }
    }

    private static func lines(_ progress: RunProgress?) -> [String] {
        guard let progress else { return [] }
        return [line("trained", progress.trainedText)]
            + (progress.evaluationText.map { [line("last evaluation", $0)] } ?? [])
    }

    /// What is shown of a checkpoint's state.
    private struct CheckpointSummary: Encodable {
        var step: Int
        var images: Int
        var threads: Int
        var libTorch: String
        var device: String
        var elementType: String

        init(_ state: Checkpoint.State) {
            step = state.step
            images = state.images
            threads = state.threads
            libTorch = state.libTorch
            device = state.device
            elementType = state.elementType
        }
    }

    /// A description with the progress of its run beside its own keys.
    private struct WithProgress<Base: Encodable, Progress: Encodable>: Encodable {
        var base: Base
        var progress: Progress

        enum CodingKeys: CodingKey { case progress }

        func encode(to encoder: any Swift.Encoder) throws {
            try base.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(progress, forKey: .progress)
        }
    }
}
