/// Decides how many threads to use, from what was observed with the number before.
///
/// All threads, until other programs take processors. Then fewer are tried for as long as each trial is faster than what
/// was before. Idle processors bring threads back at once, and a trial of one more thread from time to time does so where
/// the load only changed.
struct ThreadPolicy {
    /// What was observed while the number of threads was constant.
    struct Observation {
        /// Seconds of a clock, at the end.
        var time: Double
        /// Steps a second.
        var speed: Double
        /// Processors that were idle, on average.
        var idle: Double
        /// Processors that other programs took, on average.
        var others: Double
    }

    /// The most threads.
    let limit: Int
    /// The number now.
    private(set) var threads: Int

    /// The number before a trial of another one, and its speed.
    private var trial: (threads: Int, speed: Double)?
    /// Whether the last trial of fewer threads was faster, so that still fewer may be too.
    private var isDescending = false
    /// The earliest time of the next trial.
    private var nextTrial = -Double.infinity
    /// Seconds from a trial to the next; doubled by each that changed nothing.
    private var patience = Self.leastPatience

    /// The speed before the last trial that changed nothing.
    private var speedAtRefusal = 0.0

    private static let leastPatience = 2.0
    /// Steps from a trial to the next, at least: a trial takes two, of which all may be slow.
    private static let stepsOfPatience = 16.0
    private static let mostPatience = 30.0
    /// Processors that other programs must take before fewer threads are tried.
    private static let noteworthy = 0.25
    /// By how much fewer threads must be faster to be kept.
    private static let gain = 1.05
    /// Below this share of the speed at a trial that changed nothing, others take more than they did then.
    private static let loss = 0.75

    /// Starts with a number of threads.
    init(limit: Int, threads: Int) {
        self.limit = limit
        self.threads = threads
    }

    /// The number of threads to go on with.
    mutating func next(_ seen: Observation) -> Int {
        // What was observed of a number that is given up says nothing about the one before.
        if let trial, !end(trial, seen) { return threads }
        if seen.speed < Self.loss * speedAtRefusal {
            (nextTrial, patience, speedAtRefusal) = (-.infinity, Self.leastPatience, 0)
        }
        let spare = Int(seen.idle + Self.noteworthy)
        if threads < limit, spare > 0 {
            threads = min(limit, threads + spare)
            (isDescending, nextTrial, patience) = (false, -.infinity, Self.leastPatience)
        } else if seen.time >= nextTrial {
            if threads == limit || isDescending {
                // A loop that leaves many processors idle itself has room for the others.
                let isCrowded = seen.others >= Self.noteworthy && seen.idle < 0.5 + 0.1 * Double(limit)
                // A program of our priority that shares a processor with one of our threads gets half of it.
                let step = isDescending ? 1 : max(1, Int((2 * seen.others).rounded()))
                if isCrowded { begin(max(1, threads - step), seen) }
            } else {
                begin(threads + 1, seen)
            }
        }
        return threads
    }

    private mutating func begin(_ count: Int, _ seen: Observation) {
        guard count != threads else { return }
        trial = (threads, seen.speed)
        threads = count
    }

    /// Seconds until the next trial.
    private func wait(_ seen: Observation) -> Double { max(patience, Self.stepsOfPatience / seen.speed) }

    /// Whether the number that was tried is kept.
    private mutating func end(_ before: (threads: Int, speed: Double), _ seen: Observation) -> Bool {
        trial = nil
        let isFewer = threads < before.threads
        if seen.speed > before.speed * (isFewer ? Self.gain : 1) {
            isDescending = isFewer && threads > 1
            patience = Self.leastPatience
            nextTrial = isDescending ? seen.time : seen.time + wait(seen)
            return true
        }
        threads = before.threads
        isDescending = false
        nextTrial = seen.time + wait(seen)
        patience = min(2 * patience, Self.mostPatience)
        speedAtRefusal = before.speed
        return false
    }
}
