import Foundation
import TestSupport
import Testing

@Suite("hrvq data") struct DataCommandTests {
    @Test("inspect says what there is; a picture that cannot be read is named, and ends it with 1")
    func inspect() throws {
        try withTemporaryFolder { folder in
            for (index, path) in ["train/cat/1", "train/cat/2", "train/dog/3", "val/cat/4", "val/dog/5"].enumerated() {
                try Self.write(DataLayoutTests.picture(UInt8(index)), "photos/\(path).png", in: folder)
            }
            let answer = try Shell.hrvq("data", "inspect", "photos", "--json", "report.json", in: folder)
            #expect(answer.status == 0, "\(answer)")
            for words in [
                "classes", "3 images", "2 images", "2 classes (cat, dog)", "1 to 2 images a class", "32×32, 5 png",
                "faults    none", "hrvq train --preset hrvqvae-imagenet --data photos",
            ] {
                #expect(answer.output.lowercased().contains(words.lowercased()), "\(words): \(answer.output)")
            }
            let report = try JSONSerialization.jsonObject(
                with: Data(contentsOf: folder.appendingPathComponent("report.json")))
            let parts = try #require((report as? [String: Any])?["parts"] as? [[String: Any]])
            #expect(parts.map { $0["images"] as? Int } == [3, 2])
            #expect(parts[0]["imagesOfClasses"] as? [Int] == [2, 1])
            try Self.write(Data("no picture".utf8), "photos/val/dog/6.png", in: folder)
            let faulty = try Shell.hrvq("data", "inspect", "photos", in: folder)
            #expect(faulty.status == 1)
            #expect(faulty.output.contains("1 of 6 images cannot be read") && faulty.output.contains("6.png"))
            #expect(try Shell.hrvq("data", "inspect", "photos", "--limit", "1", in: folder).status == 0)
        }
    }

    @Test("inspect refuses what training would refuse")
    func refusals() throws {
        try withTemporaryFolder { folder in
            for path in ["train/cat/1", "val/mouse/2", "val/cat/3"] {
                try Self.write(DataLayoutTests.picture(1), "photos/\(path).png", in: folder)
            }
            expectFailure(try Shell.hrvq("data", "inspect", "photos", in: folder), "mouse")
            expectFailure(try Shell.hrvq("data", "inspect", "nothing", in: folder), "nothing")
            expectFailure(try Shell.hrvq("data", "inspect", "@photos/train/cat/1.png", in: folder), "1.png")
            #expect(try Shell.hrvq("data", "inspect", "photos", "--kind", "glyph", in: folder).status == 64)
        }
    }

    @Test("Lists of split train a model, and are written once")
    func split() throws {
        try withTemporaryFolder { folder in
            for person in 0..<6 {
                for picture in 0..<4 {
                    try Self.write(
                        DataLayoutTests.picture(UInt8(person * 8 + picture)), "faces/p\(person)_\(picture).png",
                        in: folder)
                }
            }
            let split = ["data", "split", "faces", "--output", "my lists", "--share", "0.4", "--group", "(p[0-9])_"]
            func run(_ arguments: [String]) throws -> Answer { try Shell.finish(Shell.start(arguments, in: folder)) }
            let answer = try run(split)
            #expect(answer.status == 0 && answer.error.contains("groups"), "\(answer)")
            expectFailure(try run(split), "my lists")
            let trained = try run([
                "train", "--preset", "hrvqvae-tiny", "--set", "data.kind=folder", "--set", "data.channels=3", "--steps",
                "2",
                "--set", "training.batchSize=4", "--data", "@my lists", "--output", "run",
            ])
            #expect(trained.status == 0, "\(trained)")
            #expect((trained.error + trained.output).contains("the splits are the lists"), "\(trained)")
            // The run remembers the lists.
            #expect(try run(["evaluate", "run"]).status == 0)
            try Self.write(Data("faces/p0_0.png\nfaces/p1_0.png\n".utf8), "images.json", in: folder)
            expectFailure(
                try run(["data", "inspect", "@images.json", "--json", "images.json", "--force"]), "images.json")
        }
    }

    @Test("Packed shards have the images, classes and splits of the folder; packing goes on and refuses other settings")
    func pack() throws {
        try withTemporaryFolder { folder in
            for index in 0..<10 {
                let path = (index < 7 ? "train/" : "val/") + ["cat", "dog"][index % 2]
                try Self.write(DataLayoutTests.picture(UInt8(index * 20)), "photos/\(path)/\(index).png", in: folder)
            }
            func run(_ arguments: String...) throws -> Answer { try Shell.finish(Shell.start(arguments, in: folder)) }
            let packed = try run("data", "pack", "photos", "--output", "shards", "--images-per-shard", "3")
            #expect(packed.status == 0 && packed.error.contains("10 images in 4 shards"), "\(packed)")
            let told = try run("data", "inspect", "shards").output
            for words in ["WebDataset", "7 images", "3 images", "2 classes (cat, dog)"] {
                #expect(told.contains(words), "\(words): \(told)")
            }
            let manifest = try Data(contentsOf: folder.appendingPathComponent("shards/shards.json"))
            // What is there stays, what is lost or cut off comes back with the same bytes.
            let shard = folder.appendingPathComponent("shards/train-000001.tar")
            let bytes = try Data(contentsOf: shard)
            try bytes.prefix(100).write(to: shard)
            #expect(
                try run("data", "pack", "photos", "--output", "shards", "--images-per-shard", "3", "-q").status == 0)
            #expect(try Data(contentsOf: shard) == bytes)
            #expect(
                try Set(String(decoding: manifest, as: UTF8.self).split(separator: "\n"))
                    == Set(
                        String(contentsOf: folder.appendingPathComponent("shards/shards.json"), encoding: .utf8)
                            .split(separator: "\n")))
            expectFailure(try run("data", "pack", "photos", "--output", "shards", "-q"), "other images or settings")
            expectFailure(try run("data", "pack", "photos", "--output", "photos", "-q"), "photos")
            // Training from shards and from the folder gives the same weights.
            var models: [Data] = []
            for (number, data) in ["photos", "shards"].enumerated() {
                let answer = try run(
                    "train", "--preset", "hrvqvae-tiny", "--set", "data.kind=folder", "--set", "data.channels=3",
                    "--steps",
                    "2", "--set", "training.batchSize=4", "--data", data, "--output", "run\(number)", "-q")
                #expect(answer.status == 0, "\(answer)")
                models.append(try Data(contentsOf: folder.appendingPathComponent("run\(number)/model.safetensors")))
            }
            #expect(models[0] == models[1])
            for format in ["png", "ppm", "jpeg"] {
                #expect(
                    try run("data", "pack", "photos", "-q", "--size", "16x8", "--format", format, "--output", format)
                        .status == 0)
                #expect(try run("data", "inspect", format).output.contains("16×8"))
            }
            #expect(try run("data", "pack", "photos", "--format", "png", "--output", "x").status == 64)
            #expect(
                try run("data", "pack", "photos", "--format", "original", "--size", "8x8", "--output", "x").status == 64
            )
        }
    }

    private static func write(_ data: Data, _ path: String, in folder: URL) throws {
        let url = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
    }
}
