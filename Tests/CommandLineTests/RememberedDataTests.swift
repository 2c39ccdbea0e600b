import Foundation
import HRVQ
import TestSupport
import Testing

@Suite("The data folder that a run remembers", .serialized)
struct RememberedDataTests {
    @Test("Every command that takes --data falls back to it, also for NAME=FOLDER, and says so")
    func commands() throws {
        try withTemporaryFolder { folder in
            let pictures = folder.appendingPathComponent("photos")
            try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
            for index in 0..<12 {
                try PixelImage(
                    width: 28, height: 28, channels: 1,
                    pixels: (0..<784).map { UInt8(truncatingIfNeeded: $0 * (index + 1)) }
                ).writePNG(to: pictures.appendingPathComponent("\(index).png").path)
            }
            func hrvq(_ line: String) throws -> Answer {
                try Shell.finish(Shell.start(line.split(separator: " ").map(String.init), in: folder))
            }
            for line in [
                "train --preset hrvqvae-tiny --set data.kind=folder --set data.testShare=0.3 --data photos --steps 1"
                    + " --output run --quiet",
                "tokenize run --split train --output codes.safetensors --quiet",
                "train-prior --preset prior-tiny --codes codes.safetensors --steps 1 --output prior --quiet",
            ] {
                let answer = try hrvq(line)
                #expect(answer.status == 0, "\(answer)")
            }
            for line in [
                "evaluate run", "compare NAME=run --output c", "rate-distortion NAME=run --output r --limit 2",
                "encode run --split test -o e.hrvq", "tokenize run --output t.safetensors",
                "complete run prior --keep top:0.5 --count 1 --output p.png --limit 1",
                "sample run prior --count 1 --nearest - --output s.png",
            ] {
                let answer = try hrvq(line)
                #expect(answer.status == 0, "\(line): \(answer)")
                #expect(answer.error.contains("images of the run's data folder"), "\(line): \(answer)")
            }
            #expect(try !hrvq("encode run --split test -o q.hrvq --quiet").error.contains("data folder"))
            try FileManager.default.removeItem(at: pictures)
            for line in ["rate-distortion run --output x", "encode run --split test -o x.hrvq"] {
                expectFailure(try hrvq(line), "the images of the run were in", "pass --data")
            }
            #expect(!names(folder).contains { $0.hasPrefix("x") })
        }
    }
}
