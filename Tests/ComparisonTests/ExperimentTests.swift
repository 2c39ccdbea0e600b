import Datasets
import Files
import Foundation
import Testing
import Training

@testable import Comparison

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
        let last = try #require(plan.runs.last)
        #expect(
            try last.configuration.quantizer.branching
                == ExperimentPlan.codewords(experiment.layers.branching[0], #require(experiment.layers.layers.last)))
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
                var notices: [String] = []
                var steps = 0
                let experiment = try Experiment(declaration, data: nil, folder: folder, replace: replace)
                let outcome = try experiment.run(
                    notice: { notices.append($0) },
                    progress: { _, total, first in
                        ProgressReporter(
                            style: .quiet, totalSteps: total, firstStep: first, clock: { 0 }, sink: { _ in })
                    },
                    shouldStop: {
                        steps += 1
                        return steps >= stopAfter
                    })
                return (outcome, notices)
            }
            #expect(try start(declaration, stopAfter: 6).outcome == .interrupted)
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("results.json").path))
            let whole = try start(declaration)
            #expect(whole.outcome == .completed && whole.notices.count < 10 + 1)
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
        }
    }

    @Test("Missing, unknown and wrong keys are errors that name them")
    func malformed() throws {
        let yaml = ExperimentPreset.tiny.yaml
        func refuse(_ text: String, _ word: String) {
            let error = #expect(throws: (any Error).self) { try ExperimentConfiguration(yaml: text, source: "mine") }
            #expect(error.map { "\($0)" }?.contains(word) == true, "\(String(describing: error))")
        }
        refuse("title: [", "mine")
        refuse("title: only", "missing")
        refuse(yaml + "\nsteps: 3\n", "steps")
        refuse(yaml.replacingOccurrences(of: "images: 16", with: "images: many"), "images")
        refuse(yaml.replacingOccurrences(of: "images: 16", with: "images: 0"), "images is 0")
        refuse(yaml.replacingOccurrences(of: "branching: [2, 4]", with: "branching: [1]"), "branching.branching")
        refuse(yaml.replacingOccurrences(of: "seeds: [1, 2]", with: "seeds: [1, 1]"), "models.seeds")
        refuse(yaml.replacingOccurrences(of: "vqvae2-mnist", with: "vqvae3-mnist"), "vqvae2-mnist")
        refuse(yaml.replacingOccurrences(of: "training.batchSize=8", with: "training.batch=8"), "training.batch")
        refuse(yaml.replacingOccurrences(of: "branching: [2, 4]", with: "branching: [9999]"), "codewords")
        #expect(throws: ExperimentError.self) { try ExperimentPreset(name: "claims-cats") }
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
