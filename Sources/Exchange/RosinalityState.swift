import Files
import Torch

/// A state dictionary of theirs that was checked: every tensor is there in the shape that the others ask for.
struct RosinalityState {
    /// The tensors of the table, in its order.
    let tensors: [(entry: RosinalityEntry, tensor: Tensor)]
    /// Residual blocks of each encoder and decoder.
    let residualBlocks: Int
    /// The lengths that decide all shapes.
    private let sizes: [RosinalityAxis: Int]

    private static let expected = "a state_dict of rosinality/vq-vae-2-pytorch's VQVAE"

    /// Infers all sizes from the shapes and checks every tensor against them.
    ///
    /// - Throws: ``ExchangeError/mismatchedState(source:expected:problems:)`` with everything that is wrong.
    init(_ state: [String: Tensor], source: String) throws {
        let state = Self.withoutPrefix(state)
        let blocks = Self.residualBlocks(state)
        let table = RosinalityEntry.table(residualBlocks: blocks)
        let sizes = Self.sizes(table, state)
        var problems: [String] = []
        var tensors: [(entry: RosinalityEntry, tensor: Tensor)] = []
        for entry in table {
            guard let tensor = state[entry.name] else {
                problems.append("missing: '\(entry.name)'")
                continue
            }
            if let problem = try Self.problem(of: tensor, entry, sizes) { problems.append(problem) }
            tensors.append((entry, tensor))
        }
        let known = Set(table.map(\.name))
        // First: what a file has says more of what it is than what it lacks, and a message shows the first twenty.
        problems = state.keys.filter { !known.contains($0) }.sorted().map { "unknown: '\(name: $0)'" } + problems
        guard problems.isEmpty else {
            throw ExchangeError.mismatchedState(source: source, expected: Self.expected, problems: problems)
        }
        self.tensors = tensors
        self.sizes = sizes
        residualBlocks = blocks
    }

    /// A size. Models without residual blocks lack one, `residual`, which matters to none of their tensors: it is the
    /// default of theirs then.
    subscript(axis: RosinalityAxis) -> Int { sizes[axis] ?? 32 }

    /// What is wrong with one tensor.
    private static func problem(
        of tensor: Tensor, _ entry: RosinalityEntry, _ sizes: [RosinalityAxis: Int]
    ) throws -> String? {
        let shape = entry.shape.map { $0.length(sizes) }
        if tensor.shape.count != shape.count || zip(tensor.shape, shape).contains(where: { $1 != nil && $0 != $1 }) {
            let expected = shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
            return "'\(entry.name)' has the shape \(tensor.shape), the others ask for [\(expected)]"
        }
        // Wider types would be rounded, and the way back would give other numbers.
        guard [.float32, .float16, .bfloat16].contains(tensor.dataType) else {
            return "'\(entry.name)' is of type \(tensor.dataType), not float32, float16 or bfloat16"
        }
        guard try (tensor.to(.float32) * entry.factor).isFinite() else {
            return "'\(entry.name)' holds numbers that are not finite"
        }
        return nil
    }

    /// The keys of a model that was trained by `DataParallel` all start with `module.`.
    private static func withoutPrefix(_ state: [String: Tensor]) -> [String: Tensor] {
        let prefix = "module."
        guard state.keys.allSatisfy({ $0.hasPrefix(prefix) }) else { return state }
        return [String: Tensor](uniqueKeysWithValues: state.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }

    /// The residual blocks that most stacks have.
    private static func residualBlocks(_ state: [String: Tensor]) -> Int {
        var votes: [Int: Int] = [:]
        for (stack, first) in RosinalityEntry.residualStarts {
            var highest = first - 1
            for key in state.keys where key.hasPrefix("\(stack).blocks.") {
                let parts = key.split(separator: ".")
                // A number beyond that of tensors is nonsense, and would ask for as many.
                if parts.count == 6, parts[3] == "conv", let index = Int(parts[2]), index <= state.count {
                    highest = max(highest, index)
                }
            }
            votes[highest - first + 1, default: 0] += 1
        }
        return elected(votes) ?? 0
    }

    /// Each size as most tensors say it, so that one wrong tensor is named and not all others.
    private static func sizes(_ table: [RosinalityEntry], _ state: [String: Tensor]) -> [RosinalityAxis: Int] {
        var votes: [RosinalityAxis: [Int: Int]] = [:]
        for entry in table {
            guard let shape = state[entry.name]?.shape, shape.count == entry.shape.count else { continue }
            for (axis, length) in zip(entry.shape, shape) where RosinalityAxis.deciding.contains(axis) {
                votes[axis, default: [:]][length, default: 0] += 1
            }
        }
        return votes.compactMapValues(elected)
    }

    /// The number with most votes, the larger of equals.
    private static func elected(_ votes: [Int: Int]) -> Int? {
        votes.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    }
}
