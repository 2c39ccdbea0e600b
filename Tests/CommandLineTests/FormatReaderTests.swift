import Foundation
import HRVQ
import TestSupport
import Testing

/// `Tools/hrvq_reader.py` was written from the format's document alone: where it reads what the program wrote, the
/// document says all that a decoder needs.
@Suite("A decoder that was written from the format's document", .serialized)
struct FormatReaderTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Runs Python with the repository's packages.
    private static func python(_ arguments: [String], in folder: URL) throws -> Answer {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.currentDirectoryURL = folder
        var environment = ProcessInfo.processInfo.environment
        environment["PYTHONPATH"] = [repository.path + "/.libtorch/site", environment["PYTHONPATH"]]
            .compactMap { $0 }.joined(separator: ":")
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        process.environment = environment
        let (output, error) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, error)
        try process.run()
        let data = (output.fileHandleForReading.readDataToEndOfFile(), error.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return Answer(
            status: process.terminationStatus, output: String(decoding: data.0, as: UTF8.self),
            error: String(decoding: data.1, as: UTF8.self))
    }

    private static let hasNumpy =
        (try? python(["-c", "import numpy"], in: FileManager.default.temporaryDirectory).status) == 0

    @Test(
        "It finds the codes of packed and modelled files, of a hierarchy and of VQ-VAE-2, and both fingerprints",
        .enabled(if: hasNumpy, "python3 has no numpy: 'make setup' installs it"), arguments: ["tree", "levels"])
    func codes(_ name: String) throws {
        let original = try name == "tree" ? TinyRun.folder.get() : ComparisonCommandTests.levels.get()
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(at: original, to: folder.appendingPathComponent("run"))
            for (split, count) in [("train", "60"), ("test", "4")] {
                #expect(
                    try Shell.hrvq(
                        "tokenize", "run", "--split", split, "--limit", count, "--output", "\(split).safetensors", "-q",
                        in: folder
                    ).status == 0)
            }
            #expect(
                try Shell.hrvq("train-entropy", "run", "--codes", "train.safetensors", "-q", in: folder).status == 0)
            for coding in ["packed", "modelled"] {
                #expect(
                    try Shell.hrvq(
                        "encode", "run", "--split", "test", "--limit", "4", "--coding", coding, "-o", "\(coding).hrvq",
                        "-q",
                        in: folder
                    ).status == 0)
                let script = """
                    import sys, pathlib, numpy
                    sys.path.insert(0, sys.argv[1])
                    import hrvq_reader
                    header, codes = hrvq_reader.decode(open(sys.argv[2], "rb").read(), pathlib.Path("run"))
                    tensors = hrvq_reader.read_safetensors(pathlib.Path("test.safetensors"))[0]
                    grids = [tensors[name] for name in sorted(tensors) if name.startswith("codes")]
                    wanted = [layer for grid in grids for layer in numpy.moveaxis(grid, 1, 0)]
                    assert len(wanted) == len(codes) == len(header["layers"])
                    assert all((a == b).all() for a, b in zip(wanted, codes)), "other codes"
                    print(header["coding"], sum(len(numpy.unique(layer)) for layer in codes))
                    """
                let tools = Self.repository.appendingPathComponent("Tools").path
                let answer = try Self.python(["-c", script, tools, "\(coding).hrvq"], in: folder)
                #expect(answer.status == 0 && answer.output.hasPrefix(coding), "\(answer)")
            }
            let reader = Self.repository.appendingPathComponent("Tools/hrvq_reader.py").path
            let first = try Self.python([reader, "packed.hrvq", "--layers", "1", "--output", "c.npz"], in: folder)
            #expect(first.status == 0 && names(folder).contains("c.npz"), "\(first)")
            var bytes = try Data(contentsOf: folder.appendingPathComponent("packed.hrvq"))
            bytes[bytes.count - 9] ^= 1
            try bytes.write(to: folder.appendingPathComponent("damaged.hrvq"))
            let damaged = try Self.python([reader, "damaged.hrvq"], in: folder)
            #expect(damaged.status == 1 && damaged.error.contains("layer 2 is damaged"), "\(damaged)")
        }
    }
}
