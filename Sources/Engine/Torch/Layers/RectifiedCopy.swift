/// max(x, 0) of a result, where a CUDA device's pass over it left that beside it.
package final class RectifiedCopy {
    /// Outside of differentiation; `nil` where there is none.
    package var tensor: Tensor?

    /// None yet.
    package init() {}
}
