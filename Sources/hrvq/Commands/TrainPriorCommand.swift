import ArgumentParser
import Foundation
import HRVQ

/// `hrvq train-prior`.
struct TrainPriorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-prior", abstract: "Train the priors of a model's codes, with which it generates images.",
        discussion: """
            Takes the codes that 'hrvq tokenize' wrote, and trains one network a layer, one after the other. The output \
            folder holds a run a layer (layer-1, layer-2, …), each with what a run of 'hrvq train' holds. Progress is in \
            bits a position and bits a dimension, beside those of a code that takes all numbers for equally likely. \
            Ctrl-C saves and ends; --resume goes on exactly where training stopped, also after a crash.
            """)

    @Option(
        help: ArgumentHelp(
            "Settings to start from: " + PriorPreset.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "name"),
        completion: .list(PriorPreset.allCases.map(\.rawValue)))
    var preset: String?

    @Option(help: "A YAML file of settings.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(
        help: "The codes to train on, written by 'hrvq tokenize'.", completion: .file(extensions: ["safetensors"]))
    var codes: String?

    @Option(
        help: "Codes to measure the likelihood of; by default a share of --codes is held out.",
        completion: .file(extensions: ["safetensors"]))
    var heldOut: String?

    @Option(help: "The folder of the priors.", completion: .directory, transform: OutputPath.parse)
    var output: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Train one layer alone, counted from 1.", valueName: "number"))
    var layer: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Training steps a layer, in the place of the preset's epochs.", valueName: "count"))
    var steps: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The number that all randomness is derived from.", valueName: "number"))
    var seed: Int?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Change a setting, as network.attentionLayers=[4,1,0]; may be repeated.", valueName: "key=value"))
    var overrides: [String] = []

    @Flag(help: "Go on with the priors in the output folder.")
    var resume = false

    @Flag(help: "Replace priors in the output folder.")
    var force = false

    @OptionGroup var engine: EngineOptions

    @Option(help: "Element type of the network; auto takes bfloat16 where the hardware computes in it.")
    var precision: Precision?

    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    @Flag(help: "Print all settings with their meaning, and those of --preset if given, then end.")
    var helpConfig = false

    func validate() throws {
        if helpConfig { return }
        if output == nil { throw ValidationError("Missing expected argument '--output <output>'") }
        if codes == nil { throw ValidationError("Missing expected argument '--codes <codes>'") }
        if resume && force { throw ValidationError("--resume and --force exclude each other") }
        if resume, preset != nil || config != nil || seed != nil || precision != nil || engine.threads != nil {
            throw ValidationError(
                "resumed priors have their settings in their folder; leave out --preset, --config, --seed, --precision, "
                    + "--threads")
        }
        if !resume, preset == nil, config == nil {
            throw ValidationError("choose a --preset or give a --config (see 'hrvq help train-prior')")
        }
        if let steps, steps < 1 { throw ValidationError("--steps is \(steps); it must be 1 or more") }
    }

    func run() throws {
        if helpConfig { return try printSettings() }
        guard let output, let codes else { return }
        let device = try engine.prepare()
        let url = URL(fileURLWithPath: output)
        let configuration =
            resume
            ? try PriorTraining.resumed(at: url)
            : try PriorConfiguration.resolve(
                preset: preset, file: config.map { URL(fileURLWithPath: $0) }, overrides: allOverrides)
        let training = try PriorTraining(
            configuration, codes: (CodesFile(URL(fileURLWithPath: codes)), codes),
            heldOut: heldOut.map { (try CodesFile(URL(fileURLWithPath: $0)), $0) }, output: url, layer: layer,
            existing: resume ? .resume : force ? .replace : .refuse, overrides: resume ? allOverrides : [],
            device: device)
        let interruption = Interruption()
        let outcome = try training.run(
            announce: { layer, weights, step, totalSteps in
                guard !quiet else { return }
                printError(
                    "layer \(layer + 1) of \(training.space.layers.count): a prior of \(weights) weights, on \(device), "
                        + "steps \(step) to \(totalSteps)")
            },
            progress: { totalSteps, firstStep in
                .standardError(
                    totalSteps: totalSteps, firstStep: firstStep, every: configuration.logging.every, quiet: quiet)
            }, shouldStop: { interruption.isAsked })
        switch outcome {
        case .completed:
            if !quiet { printError("done: the priors are in \(output)") }
        case .interrupted:
            let options =
                (heldOut.map { " --held-out '\($0)'" } ?? "") + (layer.map { " --layer \($0)" } ?? "")
            printError("go on with: hrvq train-prior --codes '\(codes)' --output '\(output)' --resume\(options)")
            throw interruption.exitCode
        }
    }

    private var allOverrides: [String] {
        overrides + (steps.map { ["training.steps=\($0)"] } ?? []) + (seed.map { ["training.seed=\($0)"] } ?? [])
            + (precision.map { ["training.precision=\($0.rawValue)"] } ?? [])
            + (engine.threads.map { ["training.threads=\($0)"] } ?? [])
    }

    private func printSettings() throws {
        let configuration = try PriorConfiguration.resolve(
            preset: preset, file: config.map { URL(fileURLWithPath: $0) }, overrides: allOverrides)
        try SettingsHelp.print(configuration)
    }
}
