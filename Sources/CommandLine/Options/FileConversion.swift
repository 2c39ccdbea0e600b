import ArgumentParser
import Files
import Foundation

/// One input of a command that turns files into files, and where its result goes; `-` is standard input or output.
struct FileConversion {
    var input: String
    var output: String

    /// What messages call the input.
    var inputName: String { input == OutputPath.standard ? "standard input" : input }

    /// What messages call the output.
    var outputName: String { output == OutputPath.standard ? "standard output" : output }

    /// Where the results of inputs go.
    ///
    /// - Parameters:
    ///   - inputs: Files, those of folders too.
    ///   - output: A file for one file; a folder for several, for those of a folder, or where it is one or ends in a
    ///     slash; beside each input if `nil`.
    ///   - kind: Of the results' names.
    ///   - content: Of the results' bytes.
    ///   - outputs: Whether what is there may be replaced, and what else the command reads.
    /// - Throws: `FileError` where a result exists already, `OutputError` where it is an input, `ValidationError`.
    static func plan(
        _ inputs: [InputFile], to output: String?, kind: ResultKind, content: OutputKind, guarding outputs: OutputGuard
    ) throws -> [FileConversion] {
        guard inputs.filter({ $0.path == OutputPath.standard }).count <= 1 else {
            throw ValidationError("'-' (standard input) can be given once")
        }
        let conversions: [FileConversion]
        if let output {
            let isFolder = FileStatus.kind(of: output) == .folder || output.hasSuffix("/")
            if inputs.count == 1, !inputs[0].isOfFolder, !isFolder {
                conversions = [FileConversion(input: inputs[0].path, output: try kind.path(output))]
            } else {
                try requireFolder(output, for: inputs, isFolder: isFolder)
                let paths = InputFile.resultPaths(of: inputs, in: output, fileExtension: kind.rawValue)
                conversions = zip(inputs, paths).map { FileConversion(input: $0.path, output: $1) }
            }
        } else {
            for input in inputs where input.path != OutputPath.standard && FileStatus.kind(of: input.path) != .file {
                throw ValidationError(
                    "\(name: input.path) is a pipe or a device; say with --output where the result goes")
            }
            conversions = inputs.map(\.path).map { input in
                FileConversion(
                    input: input,
                    output: input == OutputPath.standard
                        ? OutputPath.standard : (input as NSString).deletingPathExtension + "." + kind.rawValue)
            }
        }
        try check(conversions, content, guarding: outputs)
        return conversions
    }

    /// Refuses an output that is, or by its name says it is, one file for several inputs.
    private static func requireFolder(_ output: String, for inputs: [InputFile], isFolder: Bool) throws {
        let several = inputs.count == 1 ? "the files of a folder" : "\(inputs.count) files"
        if output == OutputPath.standard {
            throw ValidationError("--output - takes the result of one file, not of \(several)")
        }
        guard !isFolder else { return }
        if FileManager.default.fileExists(atPath: output) {
            throw FileError.unwritable(
                path: output, reason: "is a file; expected a directory for the results of \(several)")
        }
        if let found = ResultKind.promise(of: output) {
            throw ValidationError(
                "\(name: output) is the name of a .\(found) file, and the results of \(several) go into a folder; name a folder"
                    + " with --output, or end the name with a slash")
        }
    }

    private static func check(
        _ conversions: [FileConversion], _ kind: OutputKind, guarding outputs: OutputGuard
    ) throws {
        func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        var outputs = outputs
        outputs.reads(conversions.map(\.input))
        var taken: [String: String] = [:]
        for conversion in conversions where conversion.output != OutputPath.standard {
            let path = real(conversion.output)
            if let other = taken[path] {
                throw ValidationError(
                    "\(name: other) and \(name: conversion.input) would both become \(name: conversion.output);"
                        + " name a folder with --output, where they get names of their own")
            }
            taken[path] = conversion.input
            outputs.writes(conversion.output, kind, makesFolder: true)
        }
        try outputs.check()
        if conversions.contains(where: { $0.output == OutputPath.standard }), isatty(STDOUT_FILENO) == 1 {
            throw ValidationError("standard output is a terminal; redirect it, or give --output")
        }
    }

    /// The input's bytes.
    ///
    /// - Parameter limit: The most bytes that a file may have; they are compared before memory is taken.
    func read(limit: Int = FileReader.pictureLimit) throws -> [UInt8] {
        guard input == OutputPath.standard else {
            return [UInt8](try FileReader.read(URL(fileURLWithPath: input), remedy: "check the path", limit: limit))
        }
        return [UInt8](try FileReader.read(FileHandle.standardInput, path: inputName, limit: limit))
    }

    /// Writes the result, whole or not at all, and makes its folder where it is missing.
    func write(_ bytes: Data) throws { try Self.write(bytes, to: output) }

    static func write(_ bytes: Data, to output: String) throws {
        guard output != OutputPath.standard else { return try printOutput(bytes) }
        let url = URL(fileURLWithPath: output)
        try AtomicFolder.create(url.deletingLastPathComponent())
        try AtomicFile.write(bytes, to: url)
    }

    /// Does the same for all, so that one bad file does not cost the others, and fails at the end where one failed.
    static func run(_ conversions: [FileConversion], _ body: (FileConversion) throws -> Void) throws {
        var failures = 0
        for conversion in conversions {
            do {
                try body(conversion)
            } catch {
                if conversions.count == 1 { throw error }
                printError("error: \(error.programText)")
                failures += 1
            }
        }
        if failures > 0 {
            printError("\(failures) of \(conversions.count) files failed")
            throw ExitCode(1)
        }
    }
}
