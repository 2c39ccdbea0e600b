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

    private static func write(_ data: Data, _ path: String, in folder: URL) throws {
        let url = folder.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
    }
}
