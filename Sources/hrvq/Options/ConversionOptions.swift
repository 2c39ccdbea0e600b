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

    /// Says what became of a file.
    ///
    /// - Parameters:
    ///   - header: The compressed file's.
    ///   - output: Where the result went.
    ///   - rest: The end of the sentence.
    func report(_ header: CompressedHeader, to output: String, _ rest: String) {
        guard !quiet else { return }
        printError(
            "\(output == FileConversion.standard ? "standard output" : output): "
                + (header.images == 1 ? "" : "\(header.images) images of ") + "\(header.width)x\(header.height)" + rest)
    }
}

extension CodingMode: ExpressibleByArgument {
    /// The coding of a name.
    public init?(argument: String) {
        guard let mode = CodingMode.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self = mode
    }

    /// All names.
    public static var allValueStrings: [String] { allCases.map { "\($0)" } }
    /// The name.
    public var defaultValueDescription: String { "\(self)" }
    /// What each one is, for the help.
    public static var allValueDescriptions: [String: String] {
        [
            "packed": "As few whole bits a code as its choices want; any program can read them.",
            "modelled": "By the statistics of the model, in fewer bytes.",
        ]
    }
}
