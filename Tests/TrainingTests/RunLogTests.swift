import Foundation
import Images
import TestSupport
import Testing
import Training

@Suite("Logs of any run")
struct RunLogTests {
    @Test("Figures of any names are written and shown; a warning comes once as long as it holds")
    func figures() throws {
        try withTemporaryFolder { root in
            let folder = RunFolder(root)
            let shown = Shown()
            let log = try RunLog(
                folder, LoggingConfiguration(tensorBoard: true), resumedAt: nil,
                progress: ProgressReporter(
                    style: .lines(every: 1), totalSteps: 10, clock: { 0 }, sink: { shown.text += $0 }),
                logger: shown.logger)
            log.begin()
            for step in 1...4 {
                let bits = 3 / Double(step)
                try log.append(
                    "train", step: step, [("bits", .real(bits)), ("positions", .integer(64))],
                    scalars: [("train/bits", bits)])
                log.show(
                    step: step,
                    columns: [ProgressText.number("bits", bits), ProgressText.speed(1234, of: "positions")])
                log.warn(of: "few bits", while: step != 3, "step \(step) has few bits")
            }
            let picture = try PixelImage(width: 2, height: 1, channels: 1, pixels: [0, 255])
            try log.append("samples", step: 4, [], scalars: [], picture: ("samples", picture))
            log.close()
            #expect(
                shown.text == """
                    step 1/10 bits 3 1234 positions/s elapsed 0:00 left 0:00
                    warning: step 1 has few bits
                    step 2/10 bits 1.5 1234 positions/s elapsed 0:00 left 0:00
                    step 3/10 bits 1 1234 positions/s elapsed 0:00 left 0:00
                    step 4/10 bits 0.75 1234 positions/s elapsed 0:00 left 0:00
                    warning: step 4 has few bits

                    """)
            let lines = try String(contentsOf: folder.metricsFile, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 5)
            #expect(lines.first == #"{"step":1,"kind":"train","bits":3.0,"positions":64}"#)
            #expect(lines.last == #"{"step":4,"kind":"samples"}"#)
            let events = try #require(
                FileManager.default.contentsOfDirectory(atPath: root.path).first { $0.hasPrefix("events.out") })
            let bytes = try Data(contentsOf: root.appendingPathComponent(events))
            #expect(bytes.range(of: Data("train/bits".utf8)) != nil && bytes.range(of: Data("samples".utf8)) != nil)
        }
    }
}
