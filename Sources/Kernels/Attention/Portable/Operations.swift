// Compiled several times, as `Lanes.swift` is.

/// The parts of a prior's network that have kernels of their own, forward and backward, in float32.
///
/// Every function works on a range, so that threads share the work; what a range gives does not depend on the others.
public enum Operations: Sendable {}
