import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("Models of other programs", .serialized)
struct ExchangeTests {
    private let state = PyTorch.root.appendingPathComponent("Tests/ExchangeTests/Fixtures/rosinality-state.safetensors")

    @Test("import, inspect, export: a state dictionary there and back")
    func thereAndBack() throws {
        try withTemporaryFolder { folder in
            let arguments = ["import", "--from", "rosinality", state.path, "--height", "32", "--width", "48"]
            func run(_ more: String...) throws -> Answer { try Shell.finish(Shell.start(arguments + more, in: folder)) }
            let answer = try run("--output", "model")
            #expect(answer.status == 0 && answer.output.contains("vqvae2"), "\(answer)")
            let model = folder.appendingPathComponent("model")
            #expect(names(model) == ["config.json", "model.safetensors"])
            #expect(try Shell.hrvq("inspect", model.path).output.contains("48×32×3"))
            expectFailure(try run("--output", "model"), "model", "--force")
            try Data("mine".utf8).write(to: model.appendingPathComponent("notes.txt"))
            #expect(try run("--output", "model", "--force").status == 0)
            #expect(names(model) == ["config.json", "model.safetensors", "notes.txt"])

            let export = ["export", "model", "--to", "rosinality", "--output", "back.safetensors"]
            let exported = try Shell.finish(Shell.start(export, in: folder))
            #expect(exported.status == 0 && exported.output.isEmpty, "\(exported)")
            let back = try Safetensors.read(folder.appendingPathComponent("back.safetensors")).tensors
            let original = try Safetensors.read(state).tensors
            #expect(Set(back.keys) == Set(original.keys))
            for (name, tensor) in back where !name.hasSuffix("cluster_size") && !name.hasSuffix("embed_avg") {
                #expect(try tensor.array(of: Float.self) == original[name]?.array(of: Float.self), "\(name)")
            }
            expectFailure(try Shell.finish(Shell.start(export, in: folder)), "back.safetensors", "--force")
            #expect(try Shell.finish(Shell.start(export + ["--force"], in: folder)).status == 0)
        }
    }

    @Test("What cannot be read or written is told, and nothing is written")
    func badInput() throws {
        let run = try TinyRun.folder.get()
        try withTemporaryFolder { folder in
            func failed(_ arguments: String..., words: String...) throws {
                let answer = try Shell.finish(Shell.start(arguments, in: folder))
                #expect(answer.status == 1, "\(answer)")
                for word in words { #expect(answer.error.contains(word), "\(answer.error)") }
                #expect(names(folder) == ["other.safetensors", "state.pt"])
            }
            try Data("PK\u{3}\u{4}and more than eight bytes".utf8).write(to: folder.appendingPathComponent("state.pt"))
            let other = try Tensor.zeros([2])
            try Safetensors.write([("weight", other)], to: folder.appendingPathComponent("other.safetensors"))
            try failed("import", "--from", "rosinality", "no", "--output", "model", words: "no", "no such file")
            try failed(
                "import", "--from", "rosinality", "state.pt", "--output", "model", words: "pt_to_safetensors.py")
            try failed(
                "import", "--from", "rosinality", "other.safetensors", "--output", "model",
                words: "unknown: 'weight'", "missing: 'enc_b.blocks.0.weight'", "more")
            try failed(
                "import", "--from", "rosinality", state.path, "--output", "model", "--width", "30", words: "data.width")
            try failed(
                "export", run.path, "--to", "rosinality", "--output", "back.safetensors", words: "model.kind is hrvqvae"
            )
            try failed("export", "no", "--to", "rosinality", "--output", "back.safetensors", words: "no such file")
            expectFailure(
                try Shell.hrvq("import", "--from", "keras", state.path, "--output", "model", in: folder), status: 64,
                "rosinality")
        }
    }
}

@Suite("PyTorch's checkpoints", .enabled(if: PyTorch.isThere, "needs the torch wheel that 'make setup' installs"))
struct CheckpointConversionTests {
    private func python(_ arguments: [String], in folder: URL) throws -> (status: Int32, error: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PYTHONPATH": PyTorch.site.path, "PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        let error = Pipe()
        process.standardError = error
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    @Test("Wrappers, prefixes and shared memory go; what is no tensor is refused")
    func conversion() throws {
        try withTemporaryFolder { folder in
            let script = """
                import torch
                a = torch.arange(12.0).view(3, 4)
                torch.save({"state_dict": {"module.a": a, "module.b": a.t(), "module.c": a}}, "good.pt")
                torch.save({"a": a, "epoch": 3}, "mixed.pt")
                torch.save({1: a}, "unnamed.pt")
                torch.save({"a": a.to_sparse()}, "sparse.pt")
                torch.save({"a": a.to(torch.complex128)}, "complex.pt")
                torch.save([a], "list.pt")
                open("junk.pt", "wb").write(b"junk" * 10)
                """
            #expect(try python(["-c", script], in: folder).status == 0)
            let tool = PyTorch.root.appendingPathComponent("Tools/pt_to_safetensors.py").path
            let good = try python([tool, "good.pt", "good.safetensors"], in: folder)
            #expect(good.status == 0, "\(good.error)")
            let tensors = try Safetensors.read(folder.appendingPathComponent("good.safetensors")).tensors
            #expect(tensors.mapValues(\.shape) == ["a": [3, 4], "b": [4, 3], "c": [3, 4]])
            #expect(try tensors["b"]?.array(of: Float.self).prefix(3) == [0, 4, 8])
            for (name, word) in [
                ("mixed", "epoch (int)"), ("junk", "junk.pt"), ("missing", "missing.pt"), ("unnamed", "1 (int)"),
                ("sparse", "sparse"), ("complex", "complex128"), ("list", "a list"),
            ] {
                let answer = try python([tool, "\(name).pt", "\(name).safetensors"], in: folder)
                #expect(answer.status == 1 && answer.error.contains(word), "\(answer.error)")
                #expect(answer.error.split(separator: "\n").count == 1, "\(answer.error)")
            }
            // A folder, like a device, is not replaced, not even by force.
            for output in ["none/good.safetensors", "."] {
                let answer = try python([tool, "good.pt", output, "--force"], in: folder)
                #expect(answer.status == 1 && answer.error.split(separator: "\n").count == 1, "\(answer.error)")
            }
            let again = try python([tool, "good.pt", "good.safetensors"], in: folder)
            #expect(again.status == 1 && again.error.contains("--force"))
            #expect(
                names(folder) == [
                    "complex.pt", "good.pt", "good.safetensors", "junk.pt", "list.pt", "mixed.pt", "sparse.pt",
                    "unnamed.pt",
                ])
        }
    }
}
