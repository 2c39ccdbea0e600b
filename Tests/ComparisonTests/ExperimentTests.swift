import Datasets
import Files
import Foundation
import Metrics
import Settings
import TestSupport
import Testing
import Torch

@testable import Comparison
@testable import Training

@Suite("Declared experiments", .serialized)
struct ExperimentTests {
    @Test("Every preset is a declaration whose runs resolve, each once", arguments: ExperimentPreset.allCases)
    func presets(_ preset: ExperimentPreset) throws {
        let experiment = try preset.configuration()
        let plan = try ExperimentPlan(experiment)
        let names = plan.runs.map(\.name)
        #expect(Set(names).count == names.count)
        let trained = plan.runs.filter { $0.parts.contains(.models) }
        #expect(trained.count == experiment.models.presets.count * experiment.models.seeds.count)
        for run in trained { #expect(run.configuration.training.steps == experiment.models.steps) }
        // A hierarchy that both sweeps hold is trained once, and read by both.
        #expect(plan.runs.contains { $0.parts == [.branching, .layers] })
        // Each hierarchy has a flat codebook of as many codewords beside it.
        for (part, sweep) in [(ExperimentPlan.Part.branching, experiment.branching), (.layers, experiment.layers)] {
            for (branching, layers) in sweep.hierarchies {
                let codewords = try ExperimentPlan.codewords(branching, layers)
                #expect(
                    plan.runs.contains {
                        $0.preset == sweep.flat && $0.parts.contains(part)
                            && $0.configuration.quantizer.branching == codewords
                    })
            }
        }
    }

    @Test("Trained alike: but for model and quantizer, the models of an experiment have equal settings")
    func alike() throws {
        for preset in [ExperimentPreset.mnist, .cifar10] {
            let runs = try ExperimentPlan(preset.configuration()).runs.filter { $0.parts.contains(.models) }
            for run in runs {
                let differences = run.configuration.differences(from: runs[0].configuration).map(\.key)
                #expect(
                    Set(differences).isSubset(of: [
                        "model.kind", "model.levels", "quantizer.layers", "quantizer.branching", "quantizer.betaSum",
                        "training.seed",
                    ]))
            }
        }
    }

    @Test("Trains, resumes, measures, writes; a second call trains nothing; other settings are refused")
    func run() throws {
        try withTemporaryFolder { folder in
            let declaration = try ExperimentPreset.tiny.configuration()
            func start(_ declaration: ExperimentConfiguration, replace: Bool = false, stopAfter: Int = .max) throws
                -> (outcome: Experiment.Outcome, notices: [String])
            {
                let shown = Shown()
                var steps = 0
                let experiment = try Experiment(
                    declaration, data: nil, folder: folder, replace: replace, logger: shown.logger)
                let outcome = try experiment.run(
                    progress: { _, total, first in
                        ProgressReporter(
                            style: .quiet, totalSteps: total, firstStep: first, clock: { 0 }, sink: { _ in })
                    },
                    shouldStop: {
                        steps += 1
                        return steps >= stopAfter
                    })
                let lines = shown.text.split(separator: "\n").map(String.init)
                return (outcome, lines.filter { $0.hasPrefix("run ") || $0 == "measuring" })
            }
            #expect(try start(declaration, stopAfter: 6).outcome == .interrupted)
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("results.json").path))
            let whole = try start(declaration)
            let runs = try ExperimentPlan(declaration).runs.count
            // One of the runs was complete already; the last notice is of measuring.
            #expect(whole.outcome == .completed && whole.notices.count == runs)
            let files = ["results.json", "results.txt", "index.html", "sheet.png", "search.svg", "mse-steps.svg"]
            for file in files {
                #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent(file).path), "\(file)")
            }
            let data = try Data(contentsOf: folder.appendingPathComponent("results.json"))
            let results = try JSONDecoder().decode(ExperimentResults.self, from: data)
            #expect(results.claims.map(\.number) == [1, 2, 3, 4])
            let rates = results.rates.map { ($0.compression * 10).rounded() / 10 }
            #expect(rates == [170.7, 130])
            for run in results.runs {
                #expect(run.evaluation.images == 16 && run.evaluation.mse > 0 && run.seconds > 0)
                if run.parts.contains(.models) { #expect(run.curve.map(\.step) == [2, 4]) }
            }
            #expect(try start(declaration).notices == ["measuring"])

            var other = declaration
            other.models.steps = 5
            let error = #expect(throws: ExperimentError.self) { try start(other) }
            #expect("\(try #require(error))".contains("models.steps: 4 before, 5 now"))

            // A run without its last evaluation is not complete; it alone is trained again.
            let first = try #require(ExperimentPlan(declaration).runs.first)
            let log = folder.appendingPathComponent("runs/\(first.name)/metrics.jsonl")
            let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
            let isLast = { (line: Substring) in line.contains("\"evaluation\"") && line.contains("\"step\":4") }
            try AtomicFile.write(lines.filter { !isLast($0) }.joined(separator: "\n") + "\n", to: log)
            #expect(try start(declaration).notices.count == 2)

            // With other settings of a run on disk, and with a damaged declaration, replacing is the remedy that is named.
            let configuration = folder.appendingPathComponent("runs/\(first.name)/config.json")
            let text = try String(contentsOf: configuration, encoding: .utf8)
            try AtomicFile.write(
                text.replacingOccurrences(of: "\"batchSize\" : 8", with: "\"batchSize\" : 9"), to: configuration)
            let stale = #expect(throws: ExperimentError.self) { try start(declaration) }
            #expect("\(try #require(stale))".contains("training.batchSize: 9 before, 8 now"))
            #expect(try start(declaration, replace: true).notices.count == 2)
            try AtomicFile.write("{}", to: folder.appendingPathComponent("experiment.json"))
            let damaged = folder.appendingPathComponent("experiment.json").path
            #expect(throws: ExperimentError.damaged(path: damaged)) { try start(declaration) }
            #expect(try start(declaration, replace: true).outcome == .completed)
        }
    }

    @Test("A declaration with aliases, of too many runs, or with a million keys is refused at once")
    func hostileDeclarations() throws {
        let yaml = ExperimentPreset.tiny.yaml
        let bomb = (1...9).reduce("a0: &a0 [x,x,x,x,x,x,x,x,x]\n") { text, level in
            text + "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ","))]\n"
        }
        let seeds = (0..<5000).map(String.init).joined(separator: ", ")
        let keys = (0..<50_000).map { "key\($0): 1\n" }.joined()
        for (text, words) in [
            (yaml + "\n" + bomb, "anchor"),
            (yaml.replacingOccurrences(of: "seeds: [1]", with: "seeds: [\(seeds)]"), "runs"),
            (yaml + "\n" + keys, "and 49980 more"),
            (yaml + String(repeating: "\n# nothing", count: 1 << 17), "at most"),
        ] {
            let error = #expect(throws: ConfigurationError.self) {
                try ExperimentConfiguration(yaml: text, source: "mine").validate()
            }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        }
    }

    @Test("Missing, unknown and wrong keys are errors that name them")
    func malformed() throws {
        let yaml = ExperimentPreset.tiny.yaml
        func refuse(_ text: String, _ word: String) {
            let error = #expect(throws: ConfigurationError.self) {
                try ExperimentConfiguration(yaml: text, source: "mine").validate()
            }
            #expect(error.map { "\($0)" }?.contains(word) == true, "\(String(describing: error))")
        }
        refuse("title: [", "mine")
        refuse(
            yaml.replacingOccurrences(of: "seeds: [1, 2]", with: "seeds: [1, x]"),
            "mine: models.seeds is the list [1, x]; expected a list of integers")
        refuse(
            yaml.replacingOccurrences(of: "seeds: [1, 2]", with: "seeds: 1"),
            "models.seeds is the integer 1; expected a list of integers")
        refuse("title: only", "models.presets is []")
        refuse("title: only", "layers.steps is 0")
        refuse(yaml + "\nsteps: 3\n", "unknown key 'steps'; did you mean 'models.steps'?")
        refuse(yaml + "\nimage: 3\n", "unknown key 'image'; did you mean 'images'?")
        refuse(yaml.replacingOccurrences(of: "images: 16", with: "images: many"), "images")
        refuse(yaml.replacingOccurrences(of: "images: 16", with: "images: 0"), "images is 0")
        refuse(yaml.replacingOccurrences(of: "branching: [2, 4]", with: "branching: [1]"), "branching.branching")
        refuse(yaml.replacingOccurrences(of: "seeds: [1, 2]", with: "seeds: [1, 1]"), "models.seeds")
        refuse(yaml.replacingOccurrences(of: "seeds: [1, 2]", with: "seeds: [-1]"), "models.seeds is [-1]")
        refuse(yaml.replacingOccurrences(of: "vqvae2-mnist", with: "vqvae2-mnits"), "did you mean 'vqvae2-mnist'?")
        refuse(yaml.replacingOccurrences(of: "training.batchSize=8", with: "training.batch=8"), "training.batch")
        refuse(yaml.replacingOccurrences(of: "branching: [2, 4]", with: "branching: [9999]"), "codewords")
        refuse(yaml.replacingOccurrences(of: "training.batchSize=8", with: "training.seed=7"), "training.seed=7")
        refuse(yaml.replacingOccurrences(of: "vqvae2-mnist", with: "vqvae2-cifar10"), "the same images")
        refuse(
            yaml.replacingOccurrences(of: "flat: vqvae-mnist", with: "flat: rqvae-mnist"), "expected a preset of VQ-VAE"
        )
        refuse(yaml.replacingOccurrences(of: "branching: [4]", with: "branching: [4, 8]"), "layers.branching")
        #expect(throws: ConfigurationError.self) { try ExperimentPreset(name: "claims-cats") }
    }
}

@Suite("Declarations on disk")
struct StoredExperimentTests {
    @Test("A declaration says what it is, comes back equal, and an earlier version's, which did not say, is read")
    func stored() throws {
        try withTemporaryFolder { folder in
            let declaration = try ExperimentPreset.tiny.configuration()
            let file = folder.appendingPathComponent("experiment.json")
            try AtomicFile.write(declaration.jsonData(), to: file)
            #expect(try String(contentsOf: file, encoding: .utf8).contains("\"format\" : \"experiment\""))
            #expect(try Experiment.stored(at: file) == declaration)
            try AtomicFile.write(ReportJSON.data(declaration), to: file)
            #expect(try Experiment.stored(at: file) == declaration)
            let error = #expect(throws: FileError.self) { try ModelFolder(folder).configuration() }
            #expect(error?.description.contains("holds an experiment") == true, "\(String(describing: error))")
        }
    }

    @Test("A declaration may start from another, and has keys that are explained")
    func keys() throws {
        let yaml = "preset: claims-tiny\nmodels.steps: 9\n"
        var expected = try ExperimentPreset.tiny.configuration()
        expected.models.steps = 9
        #expect(try ExperimentConfiguration(yaml: yaml) == expected)
        #expect(ExperimentConfiguration.keys.allSatisfy { !$0.summary.isEmpty })
        #expect(ExperimentPreset.tiny.summary.hasSuffix("."))
    }
}

@Suite("Claims")
struct ClaimTests {
    /// Results of made-up errors, usages and speeds.
    private func claims(
        _ errors: [String: [Double]], used: Int = 16, treeSpeed: Double = 9, rates: [Double] = [170, 130]
    ) throws -> [ExperimentResults.Verdict] {
        let experiment = try ExperimentPreset.tiny.configuration()
        func run(
            _ preset: String, _ seed: Int, _ mse: Double, _ part: ExperimentPlan.Part, used: Int, of codewords: Int
        )
            throws -> ExperimentResults.Run
        {
            let kind = try Preset(name: preset).configuration().model.kind
            let layer = CodebookUsage.Layer(codewords: codewords, used: used, perplexity: Double(used))
            let report = EvaluationReport(
                mse: mse, psnr: 1, bitsPerPixel: 1, compression: 1, imagesPerSecond: 1, encodedPerSecond: 1,
                decodedPerSecond: 1, images: 16, skipped: [], layers: [layer])
            return .init(
                name: "\(preset)-\(seed)-\(part)", preset: preset, kind: kind.rawValue, parts: [part], branching: 4,
                layers: 2, seed: seed, steps: 4, batchSize: 8, parameters: 1, seconds: 1, curve: [], evaluation: report,
                fillable: [Double(codewords)])
        }
        var runs = try errors.flatMap { preset, values in
            try values.enumerated().map { try run(preset, $0, $1, .models, used: 4, of: 4) }
        }
        runs.append(try run("hrvqvae-mnist", 1, 1, .branching, used: 16, of: 16))
        runs.append(try run("hrvqvae-mnist", 1, 1, .layers, used: used, of: 16))
        runs.append(try run("vqvae-mnist", 1, 1, .layers, used: 1, of: 16))
        let results = ExperimentResults(
            experiment: experiment, libTorch: "", threads: 1, elementType: "", runs: runs,
            search: [
                .init(
                    branching: 4, layers: 2, codewords: 16, dimension: 8, hierarchicalPerSecond: treeSpeed,
                    flatPerSecond: 5)
            ],
            rates: zip(["a", "b"], rates).map { .init(preset: $0, compression: $1) }, claims: [])
        return results.judged().map(\.holds)
    }

    @Test("Each claim holds where its figures say so, and does not where they do not")
    func verdicts() throws {
        let good = ["hrvqvae-mnist": [1.0, 1.1], "vqvae2-mnist": [2, 2.1], "vqvae-mnist": [3.0, 3.1]]
        #expect(try claims(good) == [.yes, .yes, .yes, .yes])
        var swapped = good
        swapped["hrvqvae-mnist"] = [2.5, 2.6]
        #expect(try claims(swapped)[0] == .no)
        var noisy = good
        noisy["vqvae2-mnist"] = [1.5, 3.1]
        #expect(try claims(noisy)[0] == .partly)
        // A tree that collapses is not hidden by one of the same size that does not.
        #expect(try claims(good, used: 7)[1] == .partly)
        #expect(try claims(good, treeSpeed: 4)[2] == .no)
        #expect(try claims(good, rates: [130, 170])[3] == .no)
    }
}

@Suite("Figures of an experiment")
struct ExperimentFigureTests {
    @Test("Mean and standard deviation over seeds")
    func spread() {
        let three = MeanAndSpread([1, 2, 3])
        #expect(three.mean == 2 && three.spread == 1)
        #expect(MeanAndSpread([5]).spread == 0)
    }

    @Test("Few vectors fill few codewords, many fill all")
    func fillable() {
        #expect(abs(ExperimentResults.fillable(codewords: 512, vectors: 1) - 1) < 1e-9)
        #expect(abs(ExperimentResults.fillable(codewords: 4, vectors: 2) - 1.75) < 1e-12)
        #expect(abs(ExperimentResults.fillable(codewords: 512, vectors: 1_000_000) - 512) < 1e-6)
        #expect(ExperimentResults.fillable(codewords: 1, vectors: 9) == 1)
    }

    @Test("Principal components: the first axis is where vectors differ most, and the sign is fixed")
    func components() throws {
        let points = try PrincipalComponents.project(
            .init([3, 0, 1, -3, 0, 1, 0, 1, 1, 0, -1, 1] as [Float], [4, 3]))
        let expected = [(3.0, 0.0), (-3.0, 0.0), (0.0, 1.0), (0.0, -1.0)]
        for (point, wanted) in zip(points, expected) {
            #expect(abs(point.x - wanted.0) < 1e-9 && abs(point.y - wanted.1) < 1e-9)
        }
        let one = try PrincipalComponents.project(.init([1, 2] as [Float], [2, 1]))
        #expect(one.allSatisfy { $0.y == 0 } && one[0].x == -one[1].x)
    }
}
