/// What a user of the library and a user of the program know by different words: a parameter and a flag, a type and a
/// command.
///
/// The cases of all modules are in one list, so that the compiler asks every ``Wording`` for words of each.
package enum Phrase: Sendable, Equatable {
    // Where results go, and what becomes of those that are there.

    /// The folder that results go to: "choose another …".
    case output
    /// Going on with what the output holds.
    case resuming
    /// Going on with what the output holds, where it holds something.
    case continuing
    /// Replacing what the output holds.
    case replacing
    /// Replacing the runs of an experiment.
    case replacingExperiment
    /// Training the prior of a layer anew, counted from 1.
    case replacingLayer(Int)

    // What is read.

    /// An order to name the folder of the data set.
    case nameData
    /// Files and folders of pictures: "give …".
    case imageFiles
    /// The settings that say which images an imported model takes.
    case importedShape
    /// An order to give models names that differ.
    case nameModels
    /// The codes that are held out.
    case heldOut
    /// The weights of Inception.
    case inception

    // How much, and where.

    /// An order to read fewer images of a data set.
    case fewerImages
    /// An order to decode fewer images at once.
    case fewerPictures
    /// An order to raise the memory that may be used.
    case moreMemory
    /// An order to compute without the device that is not there.
    case processor

    // Settings.

    /// A change of a setting, `key=value`.
    case override(String)
    /// Where all settings of autoencoders are listed.
    case runSettings
    /// Where all settings of priors are listed.
    case priorSettings
    /// Where all settings of classifiers are listed.
    case classifierSettings
    /// Where all settings of experiments are listed.
    case experimentSettings
    /// An order to code without statistics.
    case packedCoding
    /// Decoding the first layers.
    case layers(Int)
    /// The classes of images that are sampled.
    case classes
    /// A setting of sampling, by the program's name of it.
    case samplingSetting(String)

    // What writes files.

    /// What writes codes.
    case tokenizer
    /// What writes compressed images.
    case compressor
    /// What makes statistics of codes.
    case entropyTraining
    /// What makes statistics of codes in the place of others.
    case entropyRetraining
    /// What trains classifiers.
    case classifierTraining
    /// What trains priors.
    case priorTraining
    /// What trains the prior of a layer, counted from 1, in a folder.
    case layerTraining(path: String, layer: Int)
}

/// The words of those who show messages.
package struct Wording: Sendable {
    /// The words of a phrase.
    package let words: @Sendable (Phrase) -> String

    /// Takes the words.
    package init(_ words: @escaping @Sendable (Phrase) -> String) { self.words = words }

    /// The library's words, which name parameters and types.
    package static let library = Wording { phrase in
        switch phrase {
        case .output: "output folder"
        case .resuming, .continuing: "`existing: .resume`"
        case .replacing: "`existing: .replace`"
        case .replacingExperiment: "`replace: true`"
        case .replacingLayer(let layer): "`layer: \(layer), existing: .replace`"
        case .nameData: "pass the folder as `data`"
        case .imageFiles: "image files or folders"
        case .importedShape: "`height`, `width` and `data.testShare`"
        case .nameModels: "give them names that differ"
        case .heldOut: "`heldOut`"
        case .inception: "`inception`"
        case .fewerImages: "take fewer images (`limit`)"
        case .fewerPictures: "decode fewer images at once"
        case .moreMemory: "free some memory"
        case .processor: "use `DeviceChoice.cpu`"
        case .override(let text): "the override \(text)"
        case .runSettings: "RunConfiguration"
        case .priorSettings: "PriorConfiguration"
        case .classifierSettings: "ClassifierConfiguration"
        case .experimentSettings: "ExperimentConfiguration"
        case .packedCoding: "use `CodingMode.packed`"
        case .layers(let count): "`layers: \(count)`"
        case .classes: "`classes`"
        case .samplingSetting: "`settings`"
        case .tokenizer: "`Tokenizer`"
        case .compressor: "`ImageTokenizer`"
        case .entropyTraining, .entropyRetraining: "`EntropyTraining`"
        case .classifierTraining: "`ClassifierTraining`"
        case .priorTraining: "`PriorTraining`"
        case .layerTraining(_, let layer): "`PriorTraining` and `layer: \(layer)`"
        }
    }
}
