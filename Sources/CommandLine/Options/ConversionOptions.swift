import ArgumentParser
import Foundation
import HRVQ

/// What `encode` and `decode` have in common.
struct ConversionOptions: ParsableArguments {
    @OptionGroup var tiles: TileOptions

    @Flag(help: "Replace files that exist.")
    var force = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false
}

extension CodingMode: ExpressibleByArgument {
    /// The coding of a name.
    package init?(argument: String) {
        guard let mode = CodingMode.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self = mode
    }

    /// All names.
    package static var allValueStrings: [String] { allCases.map { "\($0)" } }
    /// The name.
    package var defaultValueDescription: String { "\(self)" }
    /// What each one is, for the help.
    package static var allValueDescriptions: [String: String] {
        [
            "packed": "As few whole bits a code as its choices want; any program can read them.",
            "modelled": "By the statistics of the model, in fewer bytes.",
        ]
    }
}
