import Generation
import Settings
import Testing
import Training

@Suite("Presets of priors")
struct PriorPresetTests {
    @Test("Every preset is a configuration", arguments: PriorPreset.allCases)
    func isValid(preset: PriorPreset) throws {
        try preset.configuration().validate()
        #expect(!preset.summary.isEmpty)
    }
}
