import Testing
import Torch

@Suite("Learning-rate schedules")
struct LearningRateTests {
    @Test("The rate rises through the warm-up and stays")
    func warmUp() {
        let schedule = LearningRateSchedule(course: .constant, rate: 1, warmUpSteps: 4, totalSteps: 10, finalShare: 0)
        #expect((0..<6).map { schedule.rate(at: $0) } == [0.25, 0.5, 0.75, 1, 1, 1])
    }

    @Test("The cosine starts at the rate, passes its middle and ends at the final share")
    func cosine() {
        let schedule = LearningRateSchedule(course: .cosine, rate: 2, warmUpSteps: 1, totalSteps: 12, finalShare: 0.1)
        #expect(schedule.rate(at: 0) == 2)
        #expect(schedule.rate(at: 1) == 2)
        #expect(abs(schedule.rate(at: 6) - 1.1) < 1e-12)
        #expect(abs(schedule.rate(at: 11) - 0.2) < 1e-12)
        #expect(abs(schedule.rate(at: 1000) - 0.2) < 1e-12)
    }
}
