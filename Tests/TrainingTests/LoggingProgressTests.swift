import Testing

@testable import Training

@Suite struct LoggingProgressTests {
    private final class Recorder {
        var now = 0.0
        var width = 100
        var written: [String] = []

        func reporter(_ style: ProgressReporter.Style, total: Int = 100, first: Int = 0) -> ProgressReporter {
            ProgressReporter(
                style: style, totalSteps: total, firstStep: first, width: { self.width }, clock: { self.now },
                sink: { self.written.append($0) })
        }
    }

    private func progress(_ step: Int) -> TrainingProgress {
        TrainingProgress(
            step: step, loss: 0.0123456, meanSquaredError: 0.004, usage: [1, 0.875, 0.5], imagesPerSecond: 812.4)
    }

    @Test func timesReadLikeAClock() {
        #expect(ClockText.text(seconds: 7.9) == "0:07")
        #expect(ClockText.text(seconds: 754) == "12:34")
        #expect(ClockText.text(seconds: 3723) == "1:02:03")
        #expect(ClockText.text(seconds: 360_000) == "100:00:00")
        #expect(ClockText.text(seconds: .nan) == "–")
        #expect(ClockText.text(seconds: .infinity) == "–")
        #expect(ClockText.text(seconds: -1) == "–")
    }

    @Test func pipesGetALineEverySoManySteps() {
        let recorder = Recorder()
        let reporter = recorder.reporter(.lines(every: 10))
        for step in 1...25 {
            recorder.now = Double(step) * 0.01
            reporter.update(progress(step))
        }
        #expect(recorder.written.count == 2)
        #expect(
            recorder.written[1]
                == "step 20/100 loss 0.01235 mse 0.004 usage 100/88/50% 812 images/s elapsed 0:00 left 0:00\n")
        reporter.finish()
        #expect(recorder.written.count == 3)
        #expect(recorder.written[2].hasPrefix("step 25/100 "))
        reporter.finish()
        #expect(recorder.written.count == 3)
    }

    @Test func slowPipesGetALineEveryFewSeconds() {
        let recorder = Recorder()
        let reporter = recorder.reporter(.lines(every: 1000), total: 3600, first: 100)
        for step in 101...112 {
            recorder.now = Double(step - 100)
            reporter.update(progress(step))
        }
        #expect(recorder.written.map { String($0.prefix(8)) } == ["step 105", "step 110"])
        // A second a step in this session, whatever the steps before took.
        #expect(recorder.written[1].hasSuffix("elapsed 0:10 left 58:10\n"))
    }

    @Test func terminalsRewriteOneLineNotTooOften() {
        let recorder = Recorder()
        let reporter = recorder.reporter(.terminal)
        for step in 1...50 {
            recorder.now = Double(step) / 64
            reporter.update(progress(step))
        }
        #expect(recorder.written.count == 8)
        for text in recorder.written {
            #expect(text.hasPrefix("\r") && text.hasSuffix("\u{1B}[K") && !text.contains("\n"))
        }
        reporter.finish()
        #expect(recorder.written.suffix(2).first?.contains("50/100") == true)
        #expect(recorder.written.last == "\n")
    }

    @Test(arguments: 0...140)
    func linesFitTheTerminal(_ width: Int) {
        let line = ProgressLine(progress: progress(50), totalSteps: 100, elapsed: 10, left: 10)
        #expect(line.terminal(width: width).count <= width)
    }

    @Test func wideTerminalsShowAll() {
        let line = ProgressLine(progress: progress(50), totalSteps: 100, elapsed: 10, left: 10)
        #expect(
            line.terminal(width: 120)
                == "[###############...............] 50/100  loss 0.01235  0:10 left  mse 0.004  "
                + "usage 100/88/50%  812 images/s")
    }

    @Test func notesStandAboveTheBar() {
        let recorder = Recorder()
        let reporter = recorder.reporter(.terminal)
        reporter.update(progress(1))
        reporter.note("evaluated")
        #expect(recorder.written[1] == "\r\u{1B}[Kevaluated\n")
        #expect(recorder.written[2].hasPrefix("\r"))
        let lines = Recorder()
        lines.reporter(.lines(every: 1)).note("evaluated")
        #expect(lines.written == ["evaluated\n"])
    }

    @Test("A note after the end does not begin the line again")
    func notesAfterTheEnd() {
        let recorder = Recorder()
        let reporter = recorder.reporter(.terminal)
        reporter.update(progress(1))
        reporter.finish()
        let count = recorder.written.count
        reporter.note("measuring")
        #expect(recorder.written[count...] == ["measuring\n"])
    }

    @Test func quietMeansQuiet() {
        let recorder = Recorder()
        let reporter = recorder.reporter(.quiet)
        for step in 1...100 { reporter.update(progress(step)) }
        reporter.finish()
        #expect(recorder.written.isEmpty)
        // Who logs has decided already that a note is wanted.
        reporter.note("replaced")
        #expect(recorder.written == ["replaced\n"])
    }

    @Test func divergedLossesAreShown() {
        var diverged = progress(1)
        diverged.loss = .nan
        diverged.imagesPerSecond = .infinity
        let line = ProgressLine(progress: diverged, totalSteps: 0, elapsed: 1, left: nil)
        #expect(line.plain.contains("loss nan"))
        #expect(line.terminal(width: 80).count <= 80)
    }

    @Test("A line of 80 columns has a bar, and leaves whole columns out")
    func usualTerminal() {
        let line = ProgressLine(progress: progress(50), totalSteps: 100, elapsed: 10, left: 10)
        #expect(
            line.terminal(width: 79)
                == "[########........] 50/100  loss 0.01235  0:10 left  mse 0.004  usage 100/88/50%")
    }

    @Test("A terminal's line changes every second though no step is done, and a pipe gets one every 5 seconds")
    func longSteps() {
        let recorder = Recorder()
        let reporter = recorder.reporter(.terminal)
        reporter.begin()
        reporter.update(progress(10))
        let before = recorder.written.count
        for second in 1...3 {
            recorder.now = Double(second)
            reporter.tick()
        }
        #expect(recorder.written.count == before + 3)
        #expect(Set(recorder.written.suffix(3)).count == 3 || recorder.written.last?.contains("0:00 left") == true)
        let lines = Recorder()
        let pipe = lines.reporter(.lines(every: 10))
        pipe.begin()
        for second in 1...11 {
            lines.now = Double(second)
            pipe.tick()
        }
        #expect(lines.written == ["step 0/100 elapsed 0:05\n", "step 0/100 elapsed 0:10\n"])
        for step in 1...6 {
            lines.now = 11 + Double(step)
            pipe.advance(step: step)
        }
        #expect(lines.written.count == 3 && lines.written.last?.hasPrefix("step 4/100 elapsed 0:15 left") == true)
        pipe.finish()
        pipe.tick()
        #expect(lines.written.count == 3)
    }

    @Test("What is done instead of steps is shown with its time, until the next step")
    func activities() {
        let recorder = Recorder()
        let reporter = recorder.reporter(.terminal)
        reporter.activity("placing codewords: layer 1 of 3, round 0 of 10")
        recorder.now = 1.2
        reporter.tick()
        reporter.activity("placing codewords: layer 1 of 3, round 1 of 10")
        #expect(
            recorder.written == [
                "\rplacing codewords: layer 1 of 3, round 0 of 10  0:00\u{1B}[K",
                "\rplacing codewords: layer 1 of 3, round 0 of 10  0:01\u{1B}[K",
            ])
        recorder.now = 1.4
        recorder.width = 21
        reporter.activity("placing codewords: layer 1 of 3, round 1 of 10")
        #expect(recorder.written.last == "\rplacing codewords: l\u{1B}[K")
        reporter.finish()
        #expect(recorder.written.last == "\r\u{1B}[K")
        let lines = Recorder()
        let pipe = lines.reporter(.lines(every: 10))
        pipe.begin()
        pipe.update(progress(10))
        for second in 1...6 {
            lines.now = Double(second)
            pipe.activity("evaluating \(second)/9")
        }
        #expect(lines.written.dropFirst() == ["evaluating 6/9 elapsed 0:05\n"])
    }
}
