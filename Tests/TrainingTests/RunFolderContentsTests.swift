import Files
import Foundation
import Images
import TestSupport
import Testing

@testable import Training

@Suite("What of a folder is a run's")
struct RunFolderContentsTests {
    private func write(_ text: String, to url: URL) throws {
        try AtomicFolder.create(url.deletingLastPathComponent())
        try AtomicFile.write(text, to: url)
    }

    @Test(
        "A user's files under a run's names are not replaced, and nothing is written beside them",
        arguments: ["samples/mine.txt", "checkpoints/mine.bin", "config.json", "metrics.jsonl", "model.safetensors"])
    func foreign(_ name: String) throws {
        try withTemporaryFolder { folder in
            try write("{\"mine\": 1}", to: folder.appendingPathComponent(name))
            for existing in [TrainingRun.Existing.refuse, .replace] {
                let error = #expect(throws: TrainingError.self) {
                    try train(tiny(["training.steps=1"]), in: folder, existing: existing)
                }
                #expect("\(error as Any)".contains("is not a run"))
            }
            let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
            #expect(Set(found) == Set([name, (name as NSString).deletingLastPathComponent].filter { !$0.isEmpty }))
        }
    }

    @Test("Of a run that is replaced only its own files go, and it says which")
    func replaced() throws {
        try withTemporaryFolder { folder in
            let settings = ["training.steps=2", "evaluation.every=1", "evaluation.samples=4", "checkpoint.every=1"]
            try train(tiny(settings), in: folder)
            let kept = [
                "notes.txt", "samples/mine.png", "samples/step-7.png", "samples/step-two.png", "checkpoints/mine.bin",
                "checkpoints/step-2/notes.txt", "checkpoints/step-9/weights.safetensors", "evaluation.json",
                "config.json.bak",
            ]
            for name in kept { try write("mine", to: folder.appendingPathComponent(name)) }
            let shown = Shown()
            let removed = try RunFolder(folder).clear()
            #expect(removed.contains("config.json") && removed.contains("model.safetensors"))
            #expect(removed.contains("2 checkpoints") && removed.contains("2 pictures in samples"), "\(removed)")
            for name in kept {
                #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path), "\(name)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/samples").count == 3)
            #expect(try RunFolder(folder).clear() == [])

            try FileManager.default.removeItem(at: folder)
            try train(tiny(settings), in: folder)
            try train(tiny(["training.steps=1"]), in: folder, existing: .replace, shown: shown)
            #expect(shown.text.contains("removed config.json"), "\(shown.text)")
            #expect(RunFolder(folder).checkpointSteps() == [1])
        }
    }

    @Test("A run is one by its settings, its weights, a checkpoint or its log alone")
    func recognition() throws {
        try withTemporaryFolder { folder in
            let run = folder.appendingPathComponent("run")
            try train(tiny(["training.steps=1"]), in: run)
            for name in ["config.json", "model.safetensors", "metrics.jsonl", "checkpoints"] {
                let part = folder.appendingPathComponent("part")
                try? FileManager.default.removeItem(at: part)
                try AtomicFolder.create(part)
                #expect(!RunFolder(part).isRun)
                try FileManager.default.copyItem(
                    at: run.appendingPathComponent(name), to: part.appendingPathComponent(name))
                #expect(RunFolder(part).isRun, "\(name)")
            }
        }
    }
}
