/// How codes become bytes.
package enum CodingMode: UInt8, Sendable, Hashable, CaseIterable {
    /// ⌈log₂ m⌉ bits a code: any program can read it.
    case packed = 0
    /// A range coder, with integer probabilities from statistics that are stored beside the model.
    case modelled = 1
}
