import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("Settings and names in TensorBoard")
struct LoggingTextTests {
    @Test("Settings are a text that the plug-in of that name reads")
    func settings() throws {
        try withTemporaryFolder { root in
            let configuration = try RunConfiguration.resolve(preset: "hrvqvae-tiny")
            let log = try RunLog(
                RunFolder(root), LoggingConfiguration(tensorBoard: true), resumedAt: nil,
                progress: ProgressReporter(style: .lines(every: 1), totalSteps: 1, clock: { 0 }, sink: { _ in }),
                logger: Shown().logger)
            try log.settings(configuration, step: 0)
            log.close()
            let name = try #require(
                FileManager.default.contentsOfDirectory(atPath: root.path).first { $0.hasPrefix("events.out") })
            let events = try TensorBoardReader.events(of: Data(contentsOf: root.appendingPathComponent(name)))
            let value = try TensorBoardReader.value(of: try #require(events.last))
            #expect(value[1] == .bytes(Data("settings/text_summary".utf8)))
            guard case .bytes(let metadata)? = value[9], case .bytes(let tensor)? = value[8] else {
                Issue.record("no tensor and metadata: \(value)")
                return
            }
            // SummaryMetadata.plugin_data.plugin_name
            #expect(metadata == Data([10, 6, 10, 4]) + Data("text".utf8))
            let fields = try TensorBoardReader.message(tensor)
            #expect(fields[1] == .varint(7))
            guard case .bytes(let text)? = fields[8] else {
                Issue.record("no text")
                return
            }
            #expect(String(decoding: text, as: UTF8.self).contains("| quantizer.branching | 4 |"))
        }
    }

    @Test("Layers and levels count from 1 where people look")
    func names() {
        #expect(TermName.shown("commitment.0") == "commitment.1")
        #expect(TermName.shown("1.codebook.0") == "2.codebook.1")
        #expect(TermName.shown("codebook.sum") == "codebook.sum")
        #expect(TermName.shown("0.commitment.sum") == "1.commitment.sum")
        #expect(TermName.shown("reconstruction") == "reconstruction")
    }
}
