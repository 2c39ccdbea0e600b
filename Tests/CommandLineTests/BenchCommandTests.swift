import Foundation
import TestSupport
import Testing

@Suite("Benchmarks from the command line", .serialized)
struct BenchCommandTests {
    @Test("Growth of one quantity: tables, charts and a page")
    func growth() throws {
        try withTemporaryFolder { folder in
            let answer = try Shell.hrvq(
                "bench", "--growth", "growth", "--quantities", "layers", "--rounds", "1", "--seconds", "0.001",
                "--threads", "1", in: folder)
            #expect(answer.status == 0, "\(answer.error)")
            #expect(answer.output.contains("hierarchical, m = 8"))
            let results = folder.appendingPathComponent("growth")
            #expect(
                names(results) == [
                    "growth.json", "growth.txt", "index.html", "layers-memory.svg", "layers-time.svg",
                ])
            let data = try Data(contentsOf: results.appendingPathComponent("growth.json"))
            let points = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
            #expect(points.compactMap { $0["size"] as? Int } == [1, 2, 3, 4, 5])
            expectFailure(
                try Shell.hrvq("bench", "--growth", "growth", "--quantities", "layers", in: folder), "--force")
            // A user's drawing under the name of a chart that an earlier report does not have.
            let chart = folder.appendingPathComponent("mine/batch-time.svg")
            try FileManager.default.createDirectory(
                at: chart.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("<svg/>".utf8).write(to: chart)
            expectFailure(
                try Shell.hrvq("bench", "--growth", "mine", "--quantities", "batch", "--force", in: folder),
                "is not a report that 'hrvq bench' wrote, and holds batch-time.svg")
            for name in ["seconds", "memory"] {
                #expect(points.allSatisfy { ($0[name] as? Double ?? 0) > 0 }, "\(name)")
            }
        }
    }

    @Test("Growth has measures and files of its own")
    func options() throws {
        for arguments in [
            ["bench", "train", "--growth", "g"], ["bench", "--growth", "g", "--json", "a.json"],
            ["bench", "--quantities", "batch"], ["bench", "--force"],
            ["bench", "--growth", "g", "--quantities", "batch", "batch"],
            ["bench", "--growth", "g", "--quantities", "colour"],
        ] {
            let folder = FileManager.default.temporaryDirectory
            #expect(try Shell.finish(Shell.start(arguments, in: folder)).status == 64, "\(arguments)")
        }
    }
}
