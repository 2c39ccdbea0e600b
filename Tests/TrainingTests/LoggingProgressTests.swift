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

    @Test func quietMeansQuiet() {
        let recorder = Recorder()
        let reporter = recorder.reporter(.quiet)
        for step in 1...100 { reporter.update(progress(step)) }
        reporter.note("evaluated")
        reporter.finish()
        #expect(recorder.written.isEmpty)
    }

    @Test func divergedLossesAreShown() {
        var diverged = progress(1)
        diverged.loss = .nan
        diverged.imagesPerSecond = .infinity
        let line = ProgressLine(progress: diverged, totalSteps: 0, elapsed: 1, left: nil)
        #expect(line.plain.contains("loss nan"))
        #expect(line.terminal(width: 80).count <= 80)
    }
}
