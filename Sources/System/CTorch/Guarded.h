// What the files of this interface share.
#pragma once

#include "CTorch.h"

#include <ATen/ATen.h>

#include <exception>
#include <string>

namespace ct {

// The text of this thread's last failure.
std::string &last_error();

inline at::Tensor &unwrap(ct_tensor tensor) { return *reinterpret_cast<at::Tensor *>(tensor); }
inline ct_tensor wrap(at::Tensor tensor) { return reinterpret_cast<ct_tensor>(new at::Tensor(std::move(tensor))); }
inline at::Generator &unwrap(ct_generator generator) { return *reinterpret_cast<at::Generator *>(generator); }

// Runs body; turns whatever it throws into -1 and a text. The engine's own text ends in a C++ back trace,
// which helps nobody who reads an error message.
template <typename Body> int guarded(Body body) {
    try {
        body();
        return 0;
    } catch (const c10::Error &error) {
        last_error() = error.what_without_backtrace();
    } catch (const std::exception &error) {
        last_error() = error.what();
    } catch (...) {
        last_error() = "the engine threw an object that is not a std::exception";
    }
    return -1;
}

} // namespace ct
