// Compiled several times, as `HierarchicalSearch.swift` is; of these variants, one has the instructions.
//
// An instruction multiplies 32 pairs of 16-bit integers and adds each two products. A vector is turned into integers
// once for all layers: a score is told by the vector itself and its parent's sum of codewords, not by what the layers
// before left over. Integers decide where the least score is less than the others by more than rounding could make up
// for; there float32 finds the same codeword. The few other vectors are searched again in float32, so that the codes
// are always its.
//
// The instructions are those that the compiler declares for C. In plain Swift it finds this product too, but takes it
// apart again where two of them are added.

#if WIDE && canImport(_Builtin_intrinsics)
    import CProcessor
    import SearchKernelInterface
    import _Builtin_intrinsics.intel

    /// Whether this variant compares integers.
    public let searchesIntegers = true

    private typealias Numbers = SIMD16<Int32>

    /// Sixty-four bytes as the processor's instructions are declared for them.
    private typealias Register = SIMD8<Int64>

    /// Vectors that are searched in integers before the undecided ones of them are searched again.
    private let chunkSize = 2048

    /// Finds, for each vector of a range, the nearest codeword of every layer.
    ///
    /// - Precondition: 8, 16, 32 or 64 numbers a vector.
    @inline(__always)
    func searchIntegers<L: Length>(
        _ arrays: SearchArrays, _ integers: IntegerArrays, _ range: Range<Int>, _ group: Group, length: L
    ) {
        let byteCount = PackedVectors.byteCount(length) &+ UndecidedVectors.byteCount(arrays, length)
        withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 64) { memory in
            guard let start = memory.baseAddress else { return }
            let packed = PackedVectors(start)
            var undecided = UndecidedVectors(start + PackedVectors.byteCount(length), length)
            var first = range.lowerBound
            while first < range.upperBound {
                let chunk = first..<min(first &+ chunkSize, range.upperBound)
                searchChunk(arrays, integers, chunk, packed, group, &undecided, length: length)
                first = chunk.upperBound
            }
        }
    }

    @inline(__always)
    private func searchChunk<L: Length>(
        _ arrays: SearchArrays, _ integers: IntegerArrays, _ range: Range<Int>, _ packed: PackedVectors,
        _ group: Group, _ undecided: inout UndecidedVectors, length: L
    ) {
        undecided.count = 0
        var first = range.lowerBound
        // Where integers decide little, they are given up: codewords that are equal, or vectors out of all proportion.
        while first &+ groupSize <= range.upperBound, undecided.count <= groupSize &+ (first &- range.lowerBound) / 4 {
            var doubts = choose(arrays, integers, first, packed, length: length)
            while doubts != 0 {
                let place = first &- range.lowerBound &+ doubts.trailingZeroBitCount
                undecided.list[undecided.count] = Int32(truncatingIfNeeded: place)
                undecided.count &+= 1
                doubts &= doubts &- 1
            }
            // Sums of undecided vectors are written again; what a training step adds up cannot be.
            if arrays.training == nil {
                for vector in first..<first &+ groupSize { writeSums(arrays, vector, length) }
            }
            first &+= groupSize
        }
        let decided = first
        undecided.decide(arrays, range.lowerBound, group, length: length)
        if let training = arrays.training {
            for first in stride(from: range.lowerBound, to: decided, by: groupSize) {
                addUp(arrays, training, first, group, length: length)
            }
        }
        while first < range.upperBound {
            search(arrays, first, min(groupSize, range.upperBound &- first), group, length: length)
            first &+= groupSize
        }
    }

    /// Writes what sums are wanted of a vector whose codewords are known.
    @inline(__always)
    private func writeSums(_ arrays: SearchArrays, _ vector: Int, _ length: some Length) {
        guard let sums = arrays.sums else { return }
        for layer in (arrays.hasPartialSums ? 0 : arrays.layers &- 1)..<arrays.layers {
            let codeword = Int(arrays.indices[layer &* arrays.count &+ vector])
            writeSum(arrays, sums, layer, vector, codeword, length.count)
        }
    }

    /// Takes in a group of a training step whose codewords are known.
    @inline(__always)
    private func addUp<L: Length>(
        _ arrays: SearchArrays, _ training: TrainingArrays, _ first: Int, _ group: Group, length: L
    ) {
        if !arrays.hasPartialSums, length.count % 16 == 0,
            addUp(arrays, training, first, group.residuals, length: length)
        {
            return
        }
        var vectors = arrays.vectors + first &* length.count
        for layer in 0..<arrays.layers {
            let numbers = arrays.indices + (layer &* arrays.count &+ first)
            for slot in 0..<groupSize { group.parents[slot] = Int(numbers[slot]) }
            vectors = finish(arrays, layer, first, groupSize, vectors, group, length: length)
        }
    }

    /// Vectors that integers could not decide.
    private struct UndecidedVectors {
        /// Their numbers, counted from the first of the chunk.
        let list: UnsafeMutablePointer<Int32>
        /// A group of them, side by side.
        private let vectors: UnsafeMutablePointer<Float>
        /// Their codewords, [layers, vectors].
        private let indices: UnsafeMutablePointer<Int32>
        var count = 0

        static func byteCount(_ arrays: SearchArrays, _ length: some Length) -> Int {
            4 &* (groupSize &* (length.count &+ arrays.layers) &+ chunkSize)
        }

        init(_ start: UnsafeMutableRawPointer, _ length: some Length) {
            let numbers = groupSize &* length.count
            vectors = start.bindMemory(to: Float.self, capacity: numbers)
            list = (start + 4 &* numbers).bindMemory(to: Int32.self, capacity: chunkSize)
            indices = list + chunkSize
        }

        /// Searches them in float32.
        ///
        /// - Parameter chunk: The number of the chunk's first vector.
        @inline(__always)
        func decide<L: Length>(_ arrays: SearchArrays, _ chunk: Int, _ group: Group, length: L) {
            let dimension = length.count
            var gathered = arrays
            gathered.vectors = UnsafePointer(vectors)
            gathered.indices = indices
            gathered.count = groupSize
            gathered.sums = nil
            gathered.training = nil
            for start in stride(from: 0, to: count, by: groupSize) {
                let filled = min(groupSize, count &- start)
                for slot in 0..<filled {
                    let vector = chunk &+ Int(list[start &+ slot])
                    copy(arrays.vectors + vector &* dimension, vectors + slot &* dimension, dimension)
                }
                searchGroup(gathered, filled, group, length: length)
                for slot in 0..<filled {
                    let vector = chunk &+ Int(list[start &+ slot])
                    for layer in 0..<arrays.layers {
                        arrays.indices[layer &* arrays.count &+ vector] = indices[layer &* groupSize &+ slot]
                    }
                    if arrays.training == nil { writeSums(arrays, vector, length) }
                }
            }
        }

        /// In a function of its own, as it is seldom called.
        @inline(never)
        private func searchGroup<L: Length>(_ arrays: SearchArrays, _ filled: Int, _ group: Group, length: L) {
            search(arrays, 0, filled, group, length: length)
        }
    }

    /// Memory that is asked for while there is something else to do. A group is read at once and its sums are written
    /// at once; without this the processor would wait for both.
    private struct LinesAhead {
        private var reads: UnsafeRawPointer
        /// The sums of this group.
        private var writes: UnsafeMutableRawPointer?
        private let count: Int

        /// Two groups on: what is asked for has that long to come.
        private static let distance = 2 &* groupSize

        @inline(__always)
        init(_ arrays: SearchArrays, _ first: Int, _ length: some Length) {
            reads = UnsafeRawPointer(arrays.vectors + (first &+ Self.distance) &* length.count)
            let hasOneSum = arrays.training == nil && !arrays.hasPartialSums
            writes = hasOneSum ? arrays.sums.map { UnsafeMutableRawPointer($0 + first &* length.count) } : nil
            // Sixteen vectors of D numbers are D lines of 64 bytes, shared out among the fours of vectors of all layers.
            let fours = groupSize / 4 &* arrays.layers
            count = (length.count &+ fours &- 1) / fours
        }

        @inline(__always)
        mutating func prefetch() {
            for _ in 0..<count {
                hrvq_prefetch(reads)
                reads += 64
            }
            guard var target = writes else { return }
            for _ in 0..<count {
                hrvq_prefetch_for_writing(target)
                target += 64
            }
            writes = target
        }
    }

    // MARK: Integers

    /// A group of vectors in integers.
    private struct PackedVectors {
        /// What vectors chose before the first layer: nothing.
        let noParents: UnsafePointer<Int32>
        let integers: UnsafeMutableRawPointer

        static func byteCount(_ length: some Length) -> Int { groupSize &* (4 &+ packedSize(length)) }

        init(_ start: UnsafeMutableRawPointer) {
            let zeros = start.bindMemory(to: Int32.self, capacity: groupSize)
            zeros.update(repeating: 0, count: groupSize)
            noParents = UnsafePointer(zeros)
            integers = start + 4 &* groupSize
        }
    }

    /// Bytes from one vector's integers to the next one's.
    @inline(__always)
    private func packedSize(_ length: some Length) -> Int { parts(length) &* 64 }

    /// Parts of 32 axes.
    @inline(__always)
    private func parts(_ length: some Length) -> Int { (length.count &+ 31) / 32 }

    /// Eights of axes that a part has.
    @inline(__always)
    private func eights(_ length: some Length) -> Int { min(length.count, 32) / 8 }

    /// Finds the codewords of a whole group in integers and writes their numbers.
    ///
    /// - Returns: A bit for each vector that is undecided.
    @inline(__always)
    private func choose<L: Length>(
        _ arrays: SearchArrays, _ integers: IntegerArrays, _ first: Int, _ packed: PackedVectors, length: L
    ) -> UInt32 {
        let scale = WideBlock(repeating: integers.scale)
        var largest = Register(repeating: 0)
        for slot in 0..<groupSize {
            let vector = arrays.vectors + (first &+ slot) &* length.count
            let squares = pack(vector, packed.integers + slot &* packedSize(length), scale, length)
            // Bits of numbers that are not negative have the numbers' order; what is not a number is above all of them.
            largest = _mm512_max_epu32(largest, unsafeBitCast(squares, to: Register.self))
        }
        // The largest squares of each lane together are no less than any vector's.
        let bound = _mm512_reduce_add_ps(unsafeBitCast(largest, to: WideBlock.self))
        var ahead = LinesAhead(arrays, first, length)
        var doubts: UInt32 = bound <= integers.squaredRadius ? 0 : (1 << UInt32(groupSize)) &- 1
        for layer in 0..<arrays.layers {
            let row = arrays.indices + (layer &* arrays.count &+ first)
            let parents = layer == 0 ? packed.noParents : UnsafePointer(row - arrays.count)
            let table = UnsafeRawPointer(integers.tables[layer])
            let offsets = UnsafeRawPointer(integers.offsets[layer])
            if layer == 0, parts(length) == 1 {
                let halves = HalvesOfOneParent(table, offsets, length)
                doubts |= choose(arrays, integers, packed, parents, row, length, halves, &ahead)
            } else {
                let halves = HalvesOfParents(length: length, table: table, offsets: offsets, parents: parents)
                doubts |= choose(arrays, integers, packed, parents, row, length, halves, &ahead)
            }
        }
        return doubts
    }

    /// Turns a vector into integers.
    ///
    /// - Returns: Squares, whose sum is that of all axes.
    @inline(__always)
    private func pack(
        _ vector: UnsafePointer<Float>, _ target: UnsafeMutableRawPointer, _ scale: WideBlock, _ length: some Length
    ) -> WideBlock {
        if length.count < 32 {
            let numbers =
                length.count == 16 ? loadWide(vector) : WideBlock(lowHalf: load(vector), highHalf: Block(repeating: 0))
            target.storeBytes(of: _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(numbers * scale)), as: SIMD4<Int64>.self)
            return numbers * numbers
        }
        var squares = WideBlock(repeating: 0)
        for part in 0..<parts(length) {
            let first = loadWide(vector + part &* 32)
            let second = loadWide(vector + (part &* 32 &+ 16))
            squares = _mm512_fmadd_ps(first, first, _mm512_fmadd_ps(second, second, squares))
            // Integers of the first in the lower halves, of the second in the upper ones.
            let lower = _mm512_cvtps_epi32(first * scale)
            let upper = _mm512_slli_epi32(_mm512_cvtps_epi32(second * scale), 16)
            let both = _mm512_mask_blend_epi16(0xaaaa_aaaa, lower, upper)
            (target + part &* 64).storeBytes(of: both, as: Register.self)
        }
        return squares
    }

    @inline(__always)
    private func loadRegister(_ pointer: UnsafeRawPointer) -> Register { pointer.loadUnaligned(as: Register.self) }

    @inline(__always)
    private func loadNumbers(_ pointer: UnsafeRawPointer) -> Numbers { pointer.loadUnaligned(as: Numbers.self) }

    /// Eight integers of a vector, four times.
    @inline(__always)
    private func spread(_ vector: UnsafeRawPointer, _ eight: Int) -> Register {
        _mm512_broadcast_i32x4((vector + eight &* 16).loadUnaligned(as: SIMD2<Int64>.self))
    }

    /// Products of a vector with eight codewords; four sums of each lie side by side.
    private struct Products {
        /// Codewords 0 to 3.
        var lower: Numbers
        /// Codewords 4 to 7.
        var upper: Numbers

        /// Of eight integers, four times, with four codewords, twice.
        @inline(__always)
        init(_ integers: Register, _ lower: Register, _ upper: Register) {
            self.lower = unsafeBitCast(_mm512_madd_epi16(integers, lower), to: Numbers.self)
            self.upper = unsafeBitCast(_mm512_madd_epi16(integers, upper), to: Numbers.self)
        }

        /// Adds them.
        @inline(__always)
        mutating func add(_ integers: Register, _ lower: Register, _ upper: Register) {
            let products = Products(integers, lower, upper)
            self.lower &+= products.lower
            self.upper &+= products.upper
        }

        /// Two sums of codeword c, and of 4 + c beside them, in each quarter c of the register.
        @inline(__always)
        func halves(_ offsets: Numbers) -> Numbers {
            let lower = unsafeBitCast(lower, to: Register.self)
            let upper = unsafeBitCast(upper, to: Register.self)
            let first = unsafeBitCast(_mm512_unpacklo_epi32(lower, upper), to: Numbers.self)
            let second = unsafeBitCast(_mm512_unpackhi_epi32(lower, upper), to: Numbers.self)
            return (first &+ second) &+ offsets
        }
    }

    /// Products with the children of one parent.
    @inline(__always)
    private func products(
        _ vector: UnsafeRawPointer, _ table: UnsafeRawPointer, _ parent: Int, _ length: some Length
    ) -> Products {
        let table = table + parent &* (parts(length) &* eights(length) &* 128)
        let codewords = Codewords(table, eights(length))
        var sum = codewords.first(vector)
        codewords.addOthers(vector, eights(length), &sum)
        for part in 1..<parts(length) {
            let codewords = Codewords(table + part &* 512, eights(length))
            codewords.addAll(vector + part &* 64, eights(length), &sum)
        }
        return sum
    }

    /// The children of one parent, 32 axes at most. By name: in an array they would not stay in registers.
    private struct Codewords {
        private let lower0: Register
        private let upper0: Register
        private var lower1 = Register(repeating: 0)
        private var upper1 = Register(repeating: 0)
        private var lower2 = Register(repeating: 0)
        private var upper2 = Register(repeating: 0)
        private var lower3 = Register(repeating: 0)
        private var upper3 = Register(repeating: 0)

        @inline(__always)
        init(_ table: UnsafeRawPointer, _ eights: Int) {
            lower0 = loadRegister(table)
            upper0 = loadRegister(table + 64)
            guard eights > 1 else { return }
            lower1 = loadRegister(table + 128)
            upper1 = loadRegister(table + 192)
            guard eights > 2 else { return }
            lower2 = loadRegister(table + 256)
            upper2 = loadRegister(table + 320)
            lower3 = loadRegister(table + 384)
            upper3 = loadRegister(table + 448)
        }

        /// Products of the first eight axes.
        @inline(__always)
        func first(_ vector: UnsafeRawPointer) -> Products { Products(spread(vector, 0), lower0, upper0) }

        /// Adds those of the other ones.
        @inline(__always)
        func addOthers(_ vector: UnsafeRawPointer, _ eights: Int, _ sum: inout Products) {
            guard eights > 1 else { return }
            sum.add(spread(vector, 1), lower1, upper1)
            guard eights > 2 else { return }
            sum.add(spread(vector, 2), lower2, upper2)
            sum.add(spread(vector, 3), lower3, upper3)
        }

        @inline(__always)
        func addAll(_ vector: UnsafeRawPointer, _ eights: Int, _ sum: inout Products) {
            sum.add(spread(vector, 0), lower0, upper0)
            addOthers(vector, eights, &sum)
        }
    }

    /// Halves of the scores of eight codewords that a vector may choose from.
    private protocol ScoreHalves {
        func callAsFunction(_ vector: UnsafeRawPointer, _ slot: Int) -> Numbers
    }

    /// Of one parent for all vectors. Loads are what the processor has least of; here the codewords stay in registers.
    private struct HalvesOfOneParent<L: Length>: ScoreHalves {
        private let length: L
        private let codewords: Codewords
        private let offsets: Numbers

        @inline(__always)
        init(_ table: UnsafeRawPointer, _ offsets: UnsafeRawPointer, _ length: L) {
            self.length = length
            codewords = Codewords(table, eights(length))
            self.offsets = loadNumbers(offsets)
        }

        @inline(__always)
        func callAsFunction(_ vector: UnsafeRawPointer, _ slot: Int) -> Numbers {
            var products = codewords.first(vector)
            codewords.addOthers(vector, eights(length), &products)
            return products.halves(offsets)
        }
    }

    /// Of each vector's own parent.
    private struct HalvesOfParents<L: Length>: ScoreHalves {
        let length: L
        let table: UnsafeRawPointer
        let offsets: UnsafeRawPointer
        let parents: UnsafePointer<Int32>

        @inline(__always)
        func callAsFunction(_ vector: UnsafeRawPointer, _ slot: Int) -> Numbers {
            let parent = Int(parents[slot])
            return products(vector, table, parent, length).halves(loadNumbers(offsets + parent &* 64))
        }
    }

    /// Chooses the children of a group, four vectors at a time, and writes their numbers.
    @inline(__always)
    private func choose(
        _ arrays: SearchArrays, _ integers: IntegerArrays, _ packed: PackedVectors, _ parents: UnsafePointer<Int32>,
        _ row: UnsafeMutablePointer<Int32>, _ length: some Length, _ halves: some ScoreHalves,
        _ ahead: inout LinesAhead
    ) -> UInt32 {
        let margin = Numbers(repeating: integers.margin)
        let branching = SIMD4(repeating: Int32(truncatingIfNeeded: arrays.branching))
        // Zero, but the compiler does not know: it would take registers apart where a number needs fewer instructions.
        let zero = Int32(truncatingIfNeeded: arrays.branching) &>> 31
        let codewords = Numbers(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3) &+ zero
        var doubts: UInt32 = 0
        for slot in stride(from: 0, to: groupSize, by: 4) {
            ahead.prefetch()
            let vector = UnsafeRawPointer(packed.integers) + slot &* packedSize(length)
            let size = packedSize(length)
            let scores = Scores(
                joined(halves(vector, slot), halves(vector + size, slot &+ 1)),
                joined(halves(vector + 2 &* size, slot &+ 2), halves(vector + 3 &* size, slot &+ 3)),
                codewords: codewords)
            let least = scores.least()
            let limit = least &+ margin
            let lower = bits(scores.lower .> limit)
            let upper = bits(scores.upper .> limit)
            let above = UnsafeRawPointer(parents + slot).loadUnaligned(as: SIMD4<Int32>.self)
            let numbers = above &* branching &+ (least.lowHalf.lowHalf & 7)
            UnsafeMutableRawPointer(row + slot).storeBytes(of: numbers, as: SIMD4<Int32>.self)
            // Seven of eight are above the limit, four times.
            if lower.nonzeroBitCount &+ upper.nonzeroBitCount != 28 {
                for one in 0..<4 {
                    let places: UInt16 = 0x1111 << UInt16(truncatingIfNeeded: one)
                    let count = (lower & places).nonzeroBitCount &+ (upper & places).nonzeroBitCount
                    if count != 7 { doubts |= 1 << UInt32(truncatingIfNeeded: slot &+ one) }
                }
            }
        }
        return doubts
    }

    @inline(__always)
    private func bits(_ mask: SIMDMask<Numbers>) -> UInt16 {
        _mm512_movepi32_mask(unsafeBitCast(mask, to: Register.self))
    }

    /// Adds halves of scores: codewords c and 4 + c of the first vector, then of the second one, in each quarter c of
    /// the register.
    @inline(__always)
    private func joined(_ first: Numbers, _ second: Numbers) -> Numbers {
        let first = unsafeBitCast(first, to: Register.self)
        let second = unsafeBitCast(second, to: Register.self)
        return unsafeBitCast(_mm512_unpacklo_epi64(first, second), to: Numbers.self)
            &+ unsafeBitCast(_mm512_unpackhi_epi64(first, second), to: Numbers.self)
    }

    /// Scores of eight codewords for four vectors, with the number of the codeword in the last three bits.
    private struct Scores {
        /// Of codeword c, for four vectors, in each quarter c of the register.
        let lower: Numbers
        /// Of codeword 4 + c.
        let upper: Numbers

        @inline(__always)
        init(_ first: Numbers, _ second: Numbers, codewords: Numbers) {
            let even = Numbers(0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30)
            lower = (Self.picked(even, first, second) & ~7) | codewords
            upper = (Self.picked(even &+ 1, first, second) & ~7) | (codewords | 4)
        }

        @inline(__always)
        private static func picked(_ places: Numbers, _ first: Numbers, _ second: Numbers) -> Numbers {
            let places = unsafeBitCast(places, to: Register.self)
            return unsafeBitCast(
                _mm512_permutex2var_epi32(
                    unsafeBitCast(first, to: Register.self), places, unsafeBitCast(second, to: Register.self)),
                to: Numbers.self)
        }

        /// The least of each vector, in all quarters.
        @inline(__always)
        func least() -> Numbers {
            let otherFour = Numbers(4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)
            let otherEight = Numbers(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)
            let ofTwo = _mm512_min_epi32(
                unsafeBitCast(lower, to: Register.self), unsafeBitCast(upper, to: Register.self))
            let ofFour = _mm512_min_epi32(
                ofTwo, _mm512_permutexvar_epi32(unsafeBitCast(otherFour, to: Register.self), ofTwo))
            let least = _mm512_min_epi32(
                ofFour, _mm512_permutexvar_epi32(unsafeBitCast(otherEight, to: Register.self), ofFour))
            return unsafeBitCast(least, to: Numbers.self)
        }
    }
#else
    /// Whether this variant compares integers.
    public let searchesIntegers = false
#endif
