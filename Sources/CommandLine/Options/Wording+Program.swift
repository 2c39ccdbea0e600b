import Files

extension Wording {
    /// The program's words, which name flags and commands.
    static let program = Wording { phrase in
        switch phrase {
        case .output: "--output"
        case .resuming: "--resume"
        case .continuing: "--continue"
        case .replacing, .replacingExperiment: "--force"
        case .replacingLayer(let layer): "--layer \(layer) --force"
        case .nameData: "pass --data FOLDER"
        case .imageFiles: "image files or folders with --images"
        case .importedShape: "--height, --width and --test-share"
        case .nameModels: "name them as NAME=FOLDER"
        case .heldOut: "--held-out"
        case .inception: "--inception"
        case .fewerImages: "take fewer images with --limit"
        case .fewerPictures: "choose a smaller --count or --limit"
        case .moreMemory: "allow more with --memory SIZE"
        case .processor: "use --device cpu, or see 'hrvq doctor'"
        case .override(let text): "--set \(text)"
        case .runSettings: "hrvq train --help-config"
        case .priorSettings: "hrvq train-prior --help-config"
        case .classifierSettings: "hrvq train-classifier --help-config"
        case .experimentSettings: "hrvq experiment --help-config"
        case .packedCoding: "take --coding packed"
        case .layers(let count): "--layers \(count)"
        case .classes: "--class"
        case .samplingSetting(let name): "--\(name)"
        case .tokenizer: "'hrvq tokenize'"
        case .compressor: "'hrvq encode'"
        case .entropyTraining: "'hrvq train-entropy'"
        case .entropyRetraining: "'hrvq train-entropy --force'"
        case .classifierTraining: "'hrvq train-classifier'"
        case .priorTraining: "'hrvq train-prior'"
        case .layerTraining(let path, let layer):
            "hrvq train-prior --codes CODES --preset NAME --output \(ShellText.quoted(path)) --layer \(layer)"
        }
    }
}

extension Message {
    /// The message in the program's words.
    var programText: String { text(in: .program) }
}

extension Error {
    /// What the error says, in the program's words.
    var programText: String { Message(self).programText }
}

/// An error of the library in the program's words.
struct ProgramError: Error, CustomStringConvertible {
    let description: String

    /// Takes an error; `nil` where it reads the same everywhere.
    init?(_ error: any Error) {
        guard let error = error as? any WordedError else { return nil }
        description = error.message.programText
    }
}
