import Datasets
import Testing

@Suite struct SeededGeneratorTests {
    /// Vigna's splitmix64.c with x = 0 and x = 1234567.
    @Test func knownOutputs() {
        var zero = SeededGenerator(state: 0)
        #expect(
            [zero.next(), zero.next(), zero.next()] == [
                0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F,
            ])
        var other = SeededGenerator(state: 1_234_567)
        let numbers = (0..<5).map { _ in other.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test func streamsDiffer() {
        var seen: Set<UInt64> = []
        for seed: UInt64 in 0..<4 {
            for stream in ["shuffle", "crop", "flip", ""] {
                for step: UInt64 in [0, 1, 2, .max] {
                    var generator = SeededGenerator(seed: seed, stream: stream, step: step)
                    for _ in 0..<8 { seen.insert(generator.next()) }
                }
            }
        }
        #expect(seen.count == 4 * 4 * 4 * 8)
        #expect(SeededGenerator(seed: 5, stream: "crop", step: 2) == SeededGenerator(seed: 5, stream: "crop", step: 2))
    }

    @Test func numbersBelowABoundAreEven() {
        var generator = SeededGenerator(seed: 1, stream: "test")
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0..<60_000 { counts[generator.below(6)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
        #expect((0..<100).allSatisfy { _ in generator.below(1) == 0 })
        #expect((0..<1000).allSatisfy { _ in (0..<1).contains(generator.uniform()) })
    }

    @Test func permutationsAreComplete() {
        var generator = SeededGenerator(seed: 1, stream: "test")
        let order = generator.permutation(of: 1000)
        #expect(order.sorted() == Array(0..<1000))
        #expect(order != Array(0..<1000))
        #expect(generator.permutation(of: 0).isEmpty && generator.permutation(of: 1) == [0])
    }

    @Test("A sample is distinct, ascending, and as likely to hold one number as another")
    func samples() {
        var generator = SeededGenerator(seed: 3, stream: "sample")
        var counts = [Int](repeating: 0, count: 64)
        for _ in 0..<4000 {
            let sample = generator.sample(16, of: 64)
            #expect(sample.count == 16 && zip(sample, sample.dropFirst()).allSatisfy(<))
            for number in sample { counts[number] += 1 }
        }
        // 1000 of 4000 each; six standard deviations. A fixed stride holds every fourth number alone.
        #expect(counts.allSatisfy { abs($0 - 1000) < 165 }, "\(counts)")
        #expect(generator.sample(5, of: 3) == [0, 1, 2] && generator.sample(3, of: 3) == [0, 1, 2])
        #expect(generator.sample(0, of: 3).isEmpty && generator.sample(2, of: 0).isEmpty)
        var again = SeededGenerator(seed: 3, stream: "sample")
        var other = SeededGenerator(seed: 3, stream: "sample")
        #expect(again.sample(9, of: 1000) == other.sample(9, of: 1000))
    }
}
