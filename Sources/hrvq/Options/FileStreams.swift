import ArgumentParser
import Files
import Foundation

/// One input of a command that turns files into files, and where its result goes; `-` is standard input or output.
struct FileConversion {
    var input: String
    var output: String

    /// What messages call the input.
    var inputName: String { input == Self.standard ? "standard input" : input }

    /// The path that stands for standard input and output.
    static let standard = "-"

    /// Files and those in folders; `-` stays what it is.
    ///
    /// - Throws: As `ImageFiles.list(_:extensions:kind:)`.
    static func inputs(
        _ arguments: [String], extensions: Set<String> = ImageFiles.extensions, kind: String = ImageFiles.kind
    ) throws -> [String] {
        try arguments.flatMap {
            try $0 == standard ? [$0] : ImageFiles.list([$0], extensions: extensions, kind: kind)
        }
    }

    /// Where the results of inputs go.
    ///
    /// - Parameters:
    ///   - inputs: Paths, or `-`.
    ///   - output: A file for one input, a folder for several or where it is one or ends in a slash; beside each input
    ///     if `nil`.
    ///   - fileExtension: Of the results.
    ///   - force: What is there may be replaced.
    /// - Throws: `FileError` where a result exists already or is an input, `ValidationError`.
    static func plan(
        _ inputs: [String], to output: String?, fileExtension: String, force: Bool
    ) throws -> [FileConversion] {
        guard inputs.filter({ $0 == standard }).count <= 1 else {
            throw ValidationError("'-' (standard input) can be given once")
        }
        var isFolder: ObjCBool = false
        let conversions: [FileConversion]
        if let output {
            let exists = FileManager.default.fileExists(atPath: output, isDirectory: &isFolder)
            if inputs.count == 1, !(exists && isFolder.boolValue), !output.hasSuffix("/") {
                try OutputPath.requireKind(output, fileExtension)
                conversions = [FileConversion(input: inputs[0], output: output)]
            } else {
                if output == standard { throw ValidationError("--output - takes one file, not \(inputs.count)") }
                if exists, !isFolder.boolValue {
                    throw FileError.unwritable(path: output, reason: "it is a file, and a folder is due for several")
                }
                let names = ImageFiles.names(of: inputs.map { $0 == standard ? "standard-input" : $0 }, reserved: [])
                conversions = zip(inputs, names).map { input, name in
                    FileConversion(
                        input: input, output: (output as NSString).appendingPathComponent("\(name).\(fileExtension)"))
                }
            }
        } else {
            for input in inputs where input != standard && !ImageFiles.isFile(input) {
                throw ValidationError("\(input) is a pipe or a device; say with --output where the result goes")
            }
            conversions = inputs.map { input in
                FileConversion(
                    input: input,
                    output: input == standard
                        ? standard : (input as NSString).deletingPathExtension + "." + fileExtension)
            }
        }
        try check(conversions, force: force)
        return conversions
    }

    private static func check(_ conversions: [FileConversion], force: Bool) throws {
        func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        let inputs = Set(conversions.map { real($0.input) })
        var taken: [String: String] = [:]
        for conversion in conversions where conversion.output != standard {
            let path = real(conversion.output)
            if inputs.contains(path) {
                throw FileError.exists(
                    path: conversion.output, cure: "it is one of the inputs; choose another --output")
            }
            if let other = taken[path] {
                throw ValidationError(
                    "\(other) and \(conversion.input) would both become \(conversion.output);"
                        + " name a folder with --output, where they get names of their own")
            }
            taken[path] = conversion.input
            try OutputPath.refuseExisting(conversion.output, force: force)
        }
        if conversions.contains(where: { $0.output == standard }), isatty(STDOUT_FILENO) == 1 {
            throw ValidationError("standard output is a terminal; redirect it, or give --output")
        }
    }

    /// The input's bytes.
    func read() throws -> [UInt8] {
        guard input == Self.standard else {
            return [UInt8](try FileReader.read(URL(fileURLWithPath: input), cure: "check the path"))
        }
        return [UInt8](try FileReader.read(FileHandle.standardInput, path: inputName))
    }

    /// Writes the result, whole or not at all, and makes its folder where it is missing.
    func write(_ bytes: Data) throws { try Self.write(bytes, to: output) }

    static func write(_ bytes: Data, to output: String) throws {
        guard output != standard else { return try printOutput(bytes) }
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
                printError("error: \(error)")
                failures += 1
            }
        }
        if failures > 0 {
            printError("\(failures) of \(conversions.count) files failed")
            throw ExitCode(1)
        }
    }
}
