import Foundation

/// What the processors that this process may use did since the start of the machine, in seconds of one processor.
struct ProcessorLoad {
    /// Seconds of a clock.
    let time: Double
    /// Seconds in which processors had nothing to do.
    let idle: Double
    /// Seconds that other processes computed.
    let others: Double

    /// The load now; `nil` where the system does not tell.
    static func now() -> ProcessorLoad? {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let own = seconds(CLOCK_PROCESS_CPUTIME_ID), let time = seconds(CLOCK_MONOTONIC)
        else { return nil }
        guard let totals = totals(text, processors: usable) else { return nil }
        return ProcessorLoad(time: time, idle: totals.idle, others: totals.busy - own)
    }

    /// Sums the lines `cpuN user nice system idle iowait irq softirq …` of `/proc/stat`, which count ticks. What a host
    /// took from a virtual machine is neither idle nor busy.
    static func totals(_ text: String, processors: Set<Int>?) -> (idle: Double, busy: Double)? {
        var (idle, busy) = (0.0, 0.0)
        var count = 0
        for line in text.split(separator: "\n") where line.hasPrefix("cpu") {
            let words = line.split(separator: " ")
            let ticks = words.dropFirst().prefix(7).compactMap { Double($0) }
            guard let number = Int(words[0].dropFirst(3)), processors?.contains(number) ?? true, ticks.count == 7 else {
                continue
            }
            idle += ticks[3] + ticks[4]
            busy += ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]
            count += 1
        }
        let second = Double(sysconf(Int32(_SC_CLK_TCK)))
        guard count > 0, second > 0 else { return nil }
        return (idle / second, busy / second)
    }

    /// The numbers of the processors that the system may run this process on.
    private static let usable: Set<Int>? = {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") })
        else { return nil }
        var numbers: Set<Int> = []
        for range in line.split(separator: "\t").last?.split(separator: ",") ?? [] {
            let ends = range.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last, last < 1 << 16 else { return nil }
            numbers.formUnion(first...last)
        }
        return numbers.isEmpty ? nil : numbers
    }()

    private static func seconds(_ clock: clockid_t) -> Double? {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
