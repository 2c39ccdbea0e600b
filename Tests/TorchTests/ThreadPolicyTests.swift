import Testing

@testable import Torch

@Suite("Threads beside other programs")
struct ThreadPolicyTests {
    /// A machine on which other programs want `busy` processors, each with a share of what it wants.
    private struct Machine {
        var processors: Int
        var busy: Int
        /// How much of a processor a program gets that shares it with us.
        var share = 0.5
        var policy: ThreadPolicy
        var time = 0.0
        /// Seconds of a window, and steps a second of one thread.
        var window = 0.25
        var pace = 1.0

        init(processors: Int, busy: Int, share: Double = 0.5) {
            (self.processors, self.busy, self.share) = (processors, busy, share)
            policy = ThreadPolicy(limit: processors, threads: processors)
        }

        /// The number of threads after so many windows.
        mutating func threads(after windows: Int) -> [Int] {
            (0..<windows).map { _ in
                time += window
                let shared = max(0, policy.threads + busy - processors)
                let slowest = shared > 0 ? 1 - share : 1
                let apart = Double(busy - min(shared, busy))
                return policy.next(
                    .init(
                        time: time, speed: Double(policy.threads) * slowest * pace,
                        idle: Double(max(0, processors - policy.threads - busy)),
                        others: apart + Double(min(shared, busy)) * share))
            }
        }
    }

    @Test("Alone, the number of threads never changes")
    func alone() {
        var machine = Machine(processors: 4, busy: 0)
        #expect(machine.threads(after: 500).allSatisfy { $0 == 4 })
    }

    @Test("One thread leaves for each busy program, and comes back when that is gone")
    func busy() {
        var machine = Machine(processors: 4, busy: 1)
        #expect(machine.threads(after: 10).last == 3)
        #expect(machine.threads(after: 400).filter { $0 == 3 }.count > 360)
        machine.busy = 0
        #expect(machine.threads(after: 2).last == 4)
        (machine.busy, machine.share) = (2, 0.6)
        #expect(machine.threads(after: 10).last == 2)
    }

    @Test("Where fewer threads are not faster all stay, and trials become rare")
    func lowPriority() {
        var machine = Machine(processors: 4, busy: 1, share: 0.25)
        // Three threads do as much as four at three quarters of their speed.
        let threads = machine.threads(after: 800)
        #expect(threads.filter { $0 < 4 }.count <= 12)
        #expect(threads.contains(3))
    }

    @Test("A program that takes more than the one before is noticed at once, however rare trials have become")
    func morePressing() {
        var machine = Machine(processors: 2, busy: 1, share: 0.3)
        #expect(machine.threads(after: 800).count { $0 == 1 } < 12)
        machine.share = 0.75
        #expect(machine.threads(after: 4).last == 1)
    }

    @Test("Slow steps are not tried with another number more often than quick ones")
    func slowSteps() {
        var machine = Machine(processors: 2, busy: 1, share: 0.7)
        (machine.window, machine.pace) = (2, 0.5)
        #expect(machine.threads(after: 4).last == 1)
        #expect(machine.threads(after: 200).count { $0 == 2 } <= 200 / 16 + 1)
    }

    @Test("The load is that of the processors that a process may use")
    func load() throws {
        let text = """
            cpu  100 0 100 1000 0 0 0 0 0 0
            cpu0 60 10 20 300 40 1 2 99 0 0
            cpu1 1 2 3 500 5 6 7 0 0 0
            intr 5
            """
        let all = try #require(ProcessorLoad.totals(text, processors: nil))
        let second = try #require(ProcessorLoad.totals(text, processors: [1]))
        // Ticks of 1/100 s.
        #expect(abs(all.idle - 8.45) < 1e-9 && abs(all.busy - 1.12) < 1e-9)
        #expect(abs(second.idle - 5.05) < 1e-9 && abs(second.busy - 0.19) < 1e-9)
        #expect(ProcessorLoad.totals("nothing", processors: nil) == nil)
    }
}

@Suite("Sums that do not depend on threads", .serialized)
struct FixedSumTests {
    private func withThreads<Result>(_ count: Int, _ body: () throws -> Result) throws -> Result {
        let before = Engine.threadCount
        try Engine.setThreadCount(count)
        defer { try? Engine.setThreadCount(before) }
        return try body()
    }

    @Test("Norm, squared error and its gradient have the same bits with 1 and 3 threads", arguments: [32_769, 200_001])
    func sameBits(_ count: Int) throws {
        let generator = try Generator(seed: 1)
        let (x, y) = (
            try Tensor.normal([count], generator: generator), try Tensor.normal([count], generator: generator)
        )
        try x.setRequiresGradient(true)
        func results() throws -> [[Float]] {
            try x.setGradient(nil)
            let error = try x.meanSquaredError(y)
            try error.backward()
            let found = try x.gradient()
            let gradient = try #require(found)
            return try [
                error.detached().array(of: Float.self), y.norm().array(of: Float.self),
                gradient.array(of: Float.self),
                y.reshaped([1, 1, count]).wideSum(axes: [0, 2]).array(of: Float.self),
            ]
        }
        let one = try withThreads(1, results)
        #expect(try withThreads(3, results) == one)
        let (a, b) = (
            try x.detached().array(of: Float.self).map(Double.init), try y.array(of: Float.self).map(Double.init)
        )
        let error = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(count)
        #expect(abs(Double(one[0][0]) - error) < 1e-5)
        #expect(abs(Double(one[1][0]) - b.reduce(0) { $0 + $1 * $1 }.squareRoot()) < 1e-2)
        #expect(zip(one[2], zip(a, b)).allSatisfy { abs(Double($0) - 2 * ($1.0 - $1.1) / Double(count)) < 1e-9 })
        #expect(abs(Double(one[3][0]) - b.reduce(0, +)) < 1e-2)
    }

    @Test("A convolution's gradients have the same bits with 1 and 3 threads", arguments: [1, 3, 4])
    func convolution(_ filter: Int) throws {
        let generator = try Generator(seed: 1)
        let input = try Tensor.normal([20, 8, 12, 12], generator: generator).channelsLast()
        let weight = try Tensor.normal([8, 8, filter, filter], generator: generator).channelsLast()
        let side = 13 - filter
        let gradient = try Tensor.normal([20, 8, side, side], generator: generator).channelsLast()
        let gradients = ConvolutionGradients(weight: weight)
        func results() throws -> [[Float]] {
            try [
                gradients.weightGradient(gradient, input: input).array(of: Float.self),
                gradients.inputGradient(gradient, input: input).array(of: Float.self),
            ]
        }
        #expect(try withThreads(3, results) == withThreads(1, results))
    }

    @Test("Jobs give their results in order, and the first error of one")
    func jobs() throws {
        try withThreads(3) {
            let squares = try Engine.jobs(100) { index in index * index }
            #expect(squares == (0..<100).map { $0 * $0 })
            let none = try Engine.jobs(0) { index in index }
            #expect(none.isEmpty)
            #expect(throws: TorchError.self) {
                try Engine.jobs(10) { index in
                    if index > 4 { _ = try Tensor.zeros([2]).reshaped([3]) }
                }
            }
            #expect(Engine.threadCount == 3)
        }
    }
}
