/// How a code is drawn from a prior's logits.
///
/// In this order, as Hugging Face's `generate` has it: the logits are divided by the temperature; all but the `topK`
/// most probable codes are dropped; of what is left, the most probable codes are kept until their share reaches `topP`;
/// one of these is drawn, each with its share of what is kept. Of equal logits the lower code counts as more probable.
public struct SamplingSettings: Sendable, Equatable {
    /// What logits are divided by: 1 samples the prior as it was trained, less makes likely codes likelier, and 0 takes
    /// the most probable code always. Finite, at least 0.
    public var temperature: Double
    /// How many codes there are to draw from at most; `nil` for all. At least 1; more than there are codes is all.
    public var topK: Int?
    /// The least share of probability that the codes to draw from must have together, in (0, 1] (nucleus sampling,
    /// Holtzman et al. 2020); `nil` for all of it.
    public var topP: Double?

    /// Makes settings; see `validate()` for their ranges.
    public init(temperature: Double = 1, topK: Int? = nil, topP: Double? = nil) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
    }

    /// Checks every value.
    ///
    /// - Throws: ``SamplingError/invalidSetting(name:found:expected:)`` for the first that is out of its range.
    package func validate() throws {
        guard temperature.isFinite, temperature >= 0 else {
            throw SamplingError.invalidSetting(
                name: "temperature", found: "\(temperature)",
                expected: "a number above 0, or 0 for the most probable code always")
        }
        if let topK, topK < 1 {
            throw SamplingError.invalidSetting(
                name: "topK", found: "\(topK)", expected: "at least 1, or none to draw from all codes")
        }
        if let topP, !(topP > 0 && topP <= 1) {
            throw SamplingError.invalidSetting(
                name: "topP", found: "\(topP)", expected: "a share above 0, up to 1, or none to draw from all codes")
        }
    }
}
