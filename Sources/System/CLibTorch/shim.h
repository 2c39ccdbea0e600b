// LibTorch has no C headers: this module exists so that pkg-config's flags for `libtorch` reach CTorch when the
// package is a dependency of another one.
