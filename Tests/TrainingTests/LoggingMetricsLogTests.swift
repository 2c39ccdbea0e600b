import Files
import Foundation
import Testing
import Training

@Suite struct LoggingMetricsLogTests {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")

    private func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }
    private func cleanUp() { try? FileManager.default.removeItem(at: url) }

    @Test func writesLinesInOrder() throws {
        defer { cleanUp() }
        let log = try MetricsLog(url: url)
        try log.append(step: 10, ["loss": 0.5, "images": 640, "note": "a \"b\"\n\u{1}é", "usage": .reals([1, 0.25])])
        #expect(
            try text() == #"{"step":10,"loss":0.5,"images":640,"note":"a \"b\"\n\u0001é","usage":[1.0,0.25]}"# + "\n")
    }

    @Test func everyLineIsJSONAlsoWhenTrainingDiverges() throws {
        defer { cleanUp() }
        let log = try MetricsLog(url: url)
        try log.append(step: 1, ["a": .real(.nan), "b": .real(-.infinity), "c": .reals([.infinity, 1e-300])])
        let line = try #require(try text().split(separator: "\n").first)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["a"] as? String == "NaN")
        #expect(object?["b"] as? String == "-Infinity")
        #expect((object?["c"] as? [Any])?.first as? String == "Infinity")
    }

    @Test func resumingRemovesLaterLinesAndRepairsTheLast() throws {
        defer { cleanUp() }
        try AtomicFile.write(
            "{\"step\":5}\n{\"step\":10}\n{\"step\":10,\"evaluation\":1}\n{\"step\":15}\n{\"st", to: url)
        let log = try MetricsLog(url: url, resumedStep: 10)
        #expect(try text() == "{\"step\":5}\n{\"step\":10}\n{\"step\":10,\"evaluation\":1}\n")
        try log.append(step: 11, [:])
        #expect(try text().hasSuffix("{\"step\":10,\"evaluation\":1}\n{\"step\":11}\n"))
    }

    @Test func aLastLineWithoutNewlineIsCutOff() throws {
        defer { cleanUp() }
        try AtomicFile.write("{\"step\":5}\n{\"step\":6}", to: url)
        _ = try MetricsLog(url: url, resumedStep: 10)
        #expect(try text() == "{\"step\":5}\n")
        try AtomicFile.write("{\"step\":5}\n{\"ste\n", to: url)
        _ = try MetricsLog(url: url, resumedStep: 10)
        #expect(try text() == "{\"step\":5}\n")
    }

    @Test func damageAmongLaterLinesIsReported() throws {
        defer { cleanUp() }
        let damaged = "{\"step\":5}\nxx\n{\"step\":16}\n"
        try AtomicFile.write(damaged, to: url)
        let error = #expect(throws: FileError.self) { try MetricsLog(url: url, resumedStep: 10) }
        #expect(error?.description.contains("byte 11 is damaged") == true)
        #expect(try text() == damaged)
    }

    @Test("Resuming reads the end of a long log alone, and lines may be longer than what is read at a time")
    func longLogs() throws {
        defer { cleanUp() }
        // Damage that reading would report, and lines across several parts of 64 KiB.
        let long = "{\"step\":10,\"note\":\"\(String(repeating: "x", count: 150_000))\"}\n"
        let before = "xx\n" + String(repeating: "{\"step\":1}\n", count: 300_000)
        let later = String(repeating: "{\"step\":11}\n", count: 20_000)
        try AtomicFile.write(before + long + later, to: url)
        let clock = ContinuousClock()
        let took = try clock.measure { _ = try MetricsLog(url: url, resumedStep: 10) }
        #expect(try text() == before + long)
        #expect(took < .seconds(5))
        _ = try MetricsLog(url: url, resumedStep: 9)
        #expect(try text() == before)
    }

    @Test("A log that is no file is an error and not a wait")
    func pipes() throws {
        defer { cleanUp() }
        #expect(mkfifo(url.path, 0o600) == 0)
        #expect(throws: FileError.self) { try MetricsLog(url: url, resumedStep: 1) }
        #expect(throws: FileError.self) { try MetricsLog(url: url) }
    }

    @Test func newRunsDoNotOverwrite() throws {
        defer { cleanUp() }
        try MetricsLog(url: url).append(step: 1, [:])
        #expect(throws: FileError.self) { try MetricsLog(url: url) }
        cleanUp()
        // A run that is resumed where no log was written gets one.
        try MetricsLog(url: url, resumedStep: 3).append(step: 4, [:])
        #expect(try text() == "{\"step\":4}\n")
    }
}
