import Features
import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("train-classifier", .serialized)
struct ClassifierCommandTests {
    @Test("Glyphs end to end: folder, accuracy, and what a second run may do")
    func glyphs() throws {
        try withTemporaryFolder { folder in
            let arguments = [
                "train-classifier", "--kind", "glyphs", "--height", "12", "--width", "10", "--steps", "3",
                "--batch-size", "8", "--seed", "4", "--threads", "1", "--output",
            ]
            let answer = try Shell.finish(Shell.start(arguments + ["own"], in: folder))
            #expect(answer.status == 0, "\(answer)")
            #expect(answer.output.contains("accuracy") && answer.error.contains("step 3/3"))
            let place = ClassifierFolder(folder.appendingPathComponent("own"))
            #expect(names(place.url) == ["config.json", "model.safetensors"])
            let configuration = try place.load().configuration
            #expect(configuration.shape == ImageShape(channels: 1, height: 12, width: 10))
            #expect(configuration.accuracy?.images == 10_000 && configuration.classNames.count == 10)

            expectFailure(try Shell.finish(Shell.start(arguments + ["own"], in: folder)), "--force")
            let again = try Shell.finish(
                Shell.start(arguments + ["own", "--force", "--quiet", "--json", "-"], in: folder))
            #expect(again.status == 0 && again.error.isEmpty, "\(again)")
            let printed = try JSONDecoder().decode(ClassifierAccuracy.self, from: Data(again.output.utf8))
            #expect(printed == configuration.accuracy)
        }
    }

    @Test("Bad input: an error that says what, and nothing written")
    func badInput() throws {
        try withTemporaryFolder { folder in
            let photos = folder.appendingPathComponent("photos")
            try FileManager.default.createDirectory(at: photos, withIntermediateDirectories: true)
            for index in 0..<9 {
                try PixelImage(width: 9, height: 9, channels: 1, pixels: [UInt8](repeating: 9, count: 81))
                    .writePNG(to: photos.appendingPathComponent("\(index).png").path)
            }
            func answer(_ arguments: String...) throws -> Answer {
                let all = ["train-classifier", "--output", "out", "--steps", "2"] + arguments
                return try Shell.finish(Shell.start(all, in: folder))
            }
            expectFailure(try answer("--kind", "mnist"), "data folder")
            expectFailure(try answer("--kind", "cifar10", "--data", "photos"), "data_batch_1.bin")
            expectFailure(
                try answer("--kind", "folder", "--data", "photos", "--height", "8", "--width", "8"), "no classes")
            expectFailure(try answer("--kind", "glyphs", "--height", "4"), "data.height is 4")
            expectFailure(
                try answer("--kind", "glyphs", "--set", "network.hidenUnits=4"), "did you mean 'network.hiddenUnits'?")
            expectFailure(try answer(), status: 64, "--kind")
            expectFailure(
                try answer("--kind", "glyphs", "--data", "photos"), status: 64, "--data", "drawn by the program")
            expectFailure(try answer("--kind", "letters"), status: 64, "letters", "glyphs")
            expectFailure(try answer("--kind", "glyphs", "--learning-rate", "0"), status: 64, "--learning-rate")
            expectFailure(try answer("--kind", "glyphs", "--learning-rate", "1e30", "--steps", "30"), "learning rate")
            #expect(names(folder.appendingPathComponent("out")).isEmpty)
        }
    }

    @Test("Settings come from a file, from --set and from options, the last ones first")
    func settings() throws {
        try withTemporaryFolder { folder in
            let help = try Shell.hrvq("train-classifier", "--help-config", "--set", "training.steps=7", in: folder)
            #expect(help.status == 0 && help.output.contains("training.steps=7") && help.output.contains("data.kind="))
            try Data("data: {kind: glyphs, height: 12, width: 10}\nnetwork.hiddenUnits: 4\ntraining.steps: 9\n".utf8)
                .write(to: folder.appendingPathComponent("c.yaml"))
            #expect(try Shell.hrvq("inspect", "c.yaml", in: folder).output.contains("network.hiddenUnits=4"))
            let answer = try Shell.hrvq(
                "train-classifier", "--config", "c.yaml", "--set", "training.batchSize=8", "--steps", "1", "--output",
                "own", "-q", in: folder)
            #expect(answer.status == 0, "\(answer)")
            let configuration = try ClassifierFolder(folder.appendingPathComponent("own")).configuration()
            #expect(configuration.shape == ImageShape(channels: 1, height: 12, width: 10))
            #expect(configuration.hiddenUnits == 4 && configuration.batchSize == 8 && configuration.steps == 1)
            expectFailure(try Shell.hrvq("evaluate", "own", in: folder), "holds a classifier")
        }
    }

    @Test("--force does not replace an autoencoder")
    func autoencoder() throws {
        let run = try TinyRun.folder.get()
        let before = try Data(contentsOf: run.appendingPathComponent("model.safetensors"))
        expectFailure(
            try Shell.hrvq("train-classifier", "--kind", "glyphs", "--output", run.path, "--force"), "autoencoder")
        #expect(try Data(contentsOf: run.appendingPathComponent("model.safetensors")) == before)
    }
}
