import Foundation

/// The learning rate at each step of a run.
///
/// Rises evenly from rate/warmUpSteps to the rate during the warm-up; then stays (`constant`), or falls along half
/// a cosine to `finalShare` of the rate at the last step (`cosine`).
public struct LearningRateSchedule: Sendable, Equatable {
    /// The course after the warm-up.
    public enum Course: String, Sendable, Codable, CaseIterable { case constant, cosine }
    /// The course after the warm-up.
    package var course: Course
    /// The highest rate.
    package var rate: Double
    /// Steps of the rise.
    package var warmUpSteps: Int
    /// Steps of the whole run.
    package var totalSteps: Int
    /// The share of the rate that a cosine ends at.
    package var finalShare: Double

    /// Makes a schedule.
    package init(course: Course, rate: Double, warmUpSteps: Int, totalSteps: Int, finalShare: Double) {
        self.course = course
        self.rate = rate
        self.warmUpSteps = warmUpSteps
        self.totalSteps = totalSteps
        self.finalShare = finalShare
    }

    /// The rate of the step that comes after `step` finished ones.
    package func rate(at step: Int) -> Double {
        if step < warmUpSteps { return rate * Double(step + 1) / Double(warmUpSteps) }
        switch course {
        case .constant: return rate
        case .cosine:
            let span = max(totalSteps - warmUpSteps - 1, 1)
            let share = min(Double(step - warmUpSteps) / Double(span), 1)
            return rate * (finalShare + (1 - finalShare) * 0.5 * (1 + cos(.pi * share)))
        }
    }
}
