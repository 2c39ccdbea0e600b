#include "CTorch.h"

#if !__has_include(<ATen/ATen.h>)
#error "LibTorch was not found: run 'make setup' in this checkout, set LIBTORCH to a LibTorch folder, or give pkg-config a libtorch.pc"
#else

#include "Guarded.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/version.h>

#include <dlfcn.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <atomic>
#include <climits>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

std::string &ct::last_error() {
    static thread_local std::string text;
    return text;
}

namespace {

using namespace ct;

c10::Device device_of(int64_t type, int64_t index) {
    return c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
}

// What a list argument holds, by the schema; null where it is no list.
c10::TypePtr element_type(const c10::TypePtr &type) {
    if (auto list = type->cast<c10::ListType>()) return list->getElementType();
    if (auto optional = type->cast<c10::OptionalType>()) return element_type(optional->getElementType());
    return nullptr;
}

// The schema says whether a list of tensors may have holes (as in indexing).
bool takes_optional_tensors(const c10::TypePtr &type) {
    auto element = element_type(type);
    return element && element->kind() == c10::TypeKind::OptionalType;
}

c10::IValue to_ivalue(const ct_value &value, const ct_pools &pools, const c10::Argument &argument) {
    switch (value.tag) {
    case CT_NONE:
        return c10::IValue();
    case CT_TENSOR:
        return c10::IValue(unwrap(static_cast<ct_tensor>(value.handle)));
    case CT_INTEGER:
        if (argument.type()->kind() == c10::TypeKind::FloatType) {
            return c10::IValue(static_cast<double>(value.integer));
        }
        return c10::IValue(value.integer);
    case CT_REAL:
        return c10::IValue(value.real);
    case CT_BOOLEAN:
        return c10::IValue(value.integer != 0);
    case CT_INTEGERS: {
        if (auto type = element_type(argument.type()); type && type->kind() != c10::TypeKind::IntType) {
            c10::impl::GenericList list(type);
            for (int32_t i = 0; i < value.count; ++i) {
                int64_t number = pools.integers[value.integer + i];
                list.push_back(type->kind() == c10::TypeKind::BoolType ? c10::IValue(number != 0) : c10::IValue(number));
            }
            return c10::IValue(std::move(list));
        }
        c10::List<int64_t> list;
        list.reserve(value.count);
        for (int32_t i = 0; i < value.count; ++i) list.push_back(pools.integers[value.integer + i]);
        return c10::IValue(std::move(list));
    }
    case CT_REALS: {
        c10::List<double> list;
        list.reserve(value.count);
        for (int32_t i = 0; i < value.count; ++i) list.push_back(pools.reals[value.integer + i]);
        return c10::IValue(std::move(list));
    }
    case CT_TENSORS: {
        if (takes_optional_tensors(argument.type())) {
            c10::List<std::optional<at::Tensor>> list;
            list.reserve(value.count);
            for (int32_t i = 0; i < value.count; ++i) {
                ct_tensor tensor = pools.tensors[value.integer + i];
                list.push_back(tensor ? std::optional<at::Tensor>(unwrap(tensor)) : std::nullopt);
            }
            return c10::IValue(std::move(list));
        }
        c10::List<at::Tensor> list;
        list.reserve(value.count);
        for (int32_t i = 0; i < value.count; ++i) {
            ct_tensor tensor = pools.tensors[value.integer + i];
            list.push_back(tensor ? unwrap(tensor) : at::Tensor());
        }
        return c10::IValue(std::move(list));
    }
    case CT_STRING:
        return c10::IValue(std::string(pools.characters + value.integer, value.count));
    case CT_DEVICE:
        return c10::IValue(device_of(value.integer, value.count));
    case CT_GENERATOR:
        return c10::IValue(unwrap(static_cast<ct_generator>(value.handle)));
    default:
        TORCH_CHECK(false, "argument '", argument.name(), "' has the unknown tag ", value.tag);
    }
}

// Writes results and releases what it wrote if it cannot finish, so that a failed call leaks nothing.
class ResultWriter {
  public:
    ResultWriter(ct_value *results, int32_t capacity) : results(results), capacity(capacity) {}
    ~ResultWriter() {
        if (finished) return;
        for (int32_t i = 0; i < count; ++i) {
            if (results[i].tag == CT_TENSOR) delete static_cast<at::Tensor *>(results[i].handle);
        }
    }
    void write(const c10::IValue &value) {
        if (value.isTensor()) {
            const at::Tensor &tensor = value.toTensor();
            if (tensor.defined()) {
                next() = {CT_TENSOR, 0, 0, 0, wrap(tensor)};
            } else {
                next() = {CT_NONE, 0, 0, 0, nullptr};
            }
        } else if (value.isTensorList()) {
            for (const at::Tensor &tensor : value.toTensorVector()) write(c10::IValue(tensor));
        } else if (value.isInt()) {
            next() = {CT_INTEGER, 0, value.toInt(), 0, nullptr};
        } else if (value.isDouble()) {
            next() = {CT_REAL, 0, 0, value.toDouble(), nullptr};
        } else if (value.isBool()) {
            next() = {CT_BOOLEAN, 0, value.toBool() ? 1 : 0, 0, nullptr};
        } else if (value.isNone()) {
            next() = {CT_NONE, 0, 0, 0, nullptr};
        } else {
            TORCH_CHECK(false, "a result of type ", value.tagKind(), " has no form in this interface");
        }
    }
    int32_t finish() {
        finished = true;
        return count;
    }

  private:
    ct_value &next() {
        TORCH_CHECK(count < capacity, "the operator has more than ", capacity, " results");
        return results[count++];
    }
    ct_value *results;
    int32_t capacity;
    int32_t count = 0;
    bool finished = false;
};

} // namespace

const char *ct_last_error(void) { return last_error().c_str(); }
const char *ct_version(void) { return TORCH_VERSION; }

const char *ct_build_information(void) {
    static const std::string text = at::show_config();
    return text.c_str();
}

const char *ct_library_folder(void) {
    static const std::string folder = [] {
        Dl_info info;
        if (dladdr(reinterpret_cast<void *>(&at::show_config), &info) == 0 || info.dli_fname == nullptr) {
            return std::string();
        }
        std::string path = info.dli_fname;
        size_t slash = path.rfind('/');
        return slash == std::string::npos ? std::string() : path.substr(0, slash);
    }();
    return folder.c_str();
}

const char *ct_processor_capability(void) {
    static const std::string text = at::get_cpu_capability();
    return text.c_str();
}

int ct_find_operator(const char *name, const char *overload, ct_operator *out) {
    return guarded([&] {
        auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
        *out = reinterpret_cast<ct_operator>(new c10::OperatorHandle(handle));
    });
}

int ct_call(ct_operator op, const ct_value *arguments, int32_t count, const ct_pools *pools, ct_value *results,
            int32_t capacity, int32_t *result_count) {
    return guarded([&] {
        const auto &handle = *reinterpret_cast<const c10::OperatorHandle *>(op);
        const auto &schema = handle.schema();
        const auto &formal = schema.arguments();
        TORCH_CHECK(static_cast<size_t>(count) <= formal.size(), schema.name(), " takes ", formal.size(),
                    " arguments, and ", count, " were given");
        torch::jit::Stack stack;
        stack.reserve(formal.size());
        for (size_t i = 0; i < formal.size(); ++i) {
            if (i < static_cast<size_t>(count)) {
                stack.push_back(to_ivalue(arguments[i], *pools, formal[i]));
                continue;
            }
            auto value = formal[i].default_value();
            TORCH_CHECK(value.has_value(), schema.name(), " needs the argument '", formal[i].name(), "'");
            stack.push_back(*value);
        }
        handle.callBoxed(stack);
        ResultWriter writer(results, capacity);
        for (const auto &value : stack) writer.write(value);
        *result_count = writer.finish();
    });
}

int ct_tensor_empty(const int64_t *sizes, int32_t rank, int32_t data_type, int32_t device_type, int32_t device_index,
                    int32_t channels_last, ct_tensor *out) {
    return guarded([&] {
        auto options = at::TensorOptions()
                           .dtype(static_cast<c10::ScalarType>(data_type))
                           .device(device_of(device_type, device_index));
        auto format = channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
        *out = wrap(at::empty(at::IntArrayRef(sizes, rank), options.memory_format(format)));
    });
}

void ct_tensor_release(ct_tensor tensor) { delete &unwrap(tensor); }

int ct_tensor_alias(ct_tensor tensor, ct_tensor *out) {
    return guarded([&] { *out = wrap(unwrap(tensor)); });
}

int32_t ct_tensor_rank(ct_tensor tensor) { return static_cast<int32_t>(unwrap(tensor).dim()); }
int64_t ct_tensor_size(ct_tensor tensor, int32_t axis) { return unwrap(tensor).sizes()[axis]; }
int64_t ct_tensor_stride(ct_tensor tensor, int32_t axis) { return unwrap(tensor).strides()[axis]; }
int64_t ct_tensor_count(ct_tensor tensor) { return unwrap(tensor).numel(); }
int32_t ct_tensor_data_type(ct_tensor tensor) { return static_cast<int32_t>(unwrap(tensor).scalar_type()); }
int32_t ct_tensor_device_type(ct_tensor tensor) { return static_cast<int32_t>(unwrap(tensor).device().type()); }
int32_t ct_tensor_device_index(ct_tensor tensor) { return unwrap(tensor).device().index(); }

int32_t ct_tensor_is_contiguous(ct_tensor tensor, int32_t channels_last) {
    return unwrap(tensor).is_contiguous(channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

void *ct_tensor_data(ct_tensor tensor) {
    void *data = nullptr;
    guarded([&] {
        const at::Tensor &value = unwrap(tensor);
        if (value.device().is_cpu()) data = value.data_ptr();
    });
    return data;
}

uint64_t ct_tensor_address(ct_tensor tensor) {
    uint64_t address = 0;
    guarded([&] { address = reinterpret_cast<uintptr_t>(unwrap(tensor).data_ptr()); });
    return address;
}

int32_t ct_tensor_requires_gradient(ct_tensor tensor) { return unwrap(tensor).requires_grad(); }

int ct_tensor_set_requires_gradient(ct_tensor tensor, int32_t value) {
    return guarded([&] { unwrap(tensor).set_requires_grad(value != 0); });
}

int ct_tensor_backward(ct_tensor tensor, int32_t retain_graph) {
    return guarded([&] { torch::autograd::backward({unwrap(tensor)}, {}, retain_graph != 0); });
}

int ct_tensor_gradient(ct_tensor tensor, ct_tensor *out) {
    return guarded([&] {
        const at::Tensor &gradient = unwrap(tensor).grad();
        *out = gradient.defined() ? wrap(gradient) : nullptr;
    });
}

int ct_tensor_set_gradient(ct_tensor tensor, ct_tensor gradient) {
    return guarded([&] { unwrap(tensor).mutable_grad() = gradient ? unwrap(gradient) : at::Tensor(); });
}

int32_t ct_set_gradient_recording(int32_t enabled) {
    bool before = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(enabled != 0);
    return before;
}

namespace {

// Owns a gradient function of the caller's.
struct OwnGradient : torch::CustomClassHolder {
    OwnGradient(void *context, ct_gradient_function function, void (*release)(void *))
        : context(context), function(function), release(release) {}
    ~OwnGradient() override { clear(); }

    void clear() {
        if (context) release(context);
        context = nullptr;
    }

    void *context;
    ct_gradient_function function;
    void (*release)(void *);
};

// The node of the graph that asks it. `Value` is no tensor to autograd, which would take it for an input otherwise.
struct OwnNode : torch::autograd::Function<OwnNode> {
    struct Value {
        at::Tensor tensor;
    };

    static at::Tensor forward(torch::autograd::AutogradContext *node, const Value &value, const c10::IValue &own,
                              at::TensorList inputs) {
        node->saved_data["own"] = own;
        node->saved_data["inputs"] = static_cast<int64_t>(inputs.size());
        return value.tensor;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext *node,
                                                   torch::autograd::variable_list gradients) {
        auto own = c10::static_intrusive_pointer_cast<OwnGradient>(node->saved_data["own"].toCapsule());
        TORCH_CHECK(own->context, "a gradient of our own can be asked for once");
        std::vector<ct_tensor> results(node->saved_data["inputs"].toInt(), nullptr);
        int status = own->function(own->context, reinterpret_cast<ct_tensor>(&gradients[0]), results.data());
        torch::autograd::variable_list list(2);
        for (ct_tensor result : results) {
            list.push_back(result ? std::move(unwrap(result)) : at::Tensor());
            if (result) ct_tensor_release(result);
        }
        if (status != 0) throw std::runtime_error(last_error());
        // What it kept for this is memory that the rest of the graph can use.
        own->clear();
        return list;
    }
};

} // namespace

void ct_set_last_error(const char *text) { last_error() = text; }

int ct_tensor_with_gradient(ct_tensor value, const ct_tensor *inputs, int32_t count, void *context,
                            ct_gradient_function function, void (*release)(void *context), ct_tensor *out) {
    return guarded([&] {
        auto own = c10::make_intrusive<OwnGradient>(context, function, release);
        std::vector<at::Tensor> list;
        for (int32_t i = 0; i < count; ++i) list.push_back(unwrap(inputs[i]));
        // Another tensor on the same memory: the gradient function may keep `value` without keeping the graph.
        OwnNode::Value data{unwrap(value).variable_data()};
        *out = wrap(OwnNode::apply(data, c10::IValue::make_capsule(own), at::TensorList(list)));
    });
}

int ct_generator_create(int32_t device_type, int32_t device_index, uint64_t seed, ct_generator *out) {
    return guarded([&] {
        auto device = device_of(device_type, device_index);
        at::Generator generator = device.is_cpu() ? at::detail::createCPUGenerator(seed)
                                                  : at::detail::getCUDAHooks().getNewGenerator(device.index());
        generator.set_current_seed(seed);
        *out = reinterpret_cast<ct_generator>(new at::Generator(std::move(generator)));
    });
}

void ct_generator_release(ct_generator generator) { delete &unwrap(generator); }

int ct_generator_state(ct_generator generator, ct_tensor *out) {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(unwrap(generator).mutex());
        *out = wrap(unwrap(generator).get_state());
    });
}

int ct_generator_set_state(ct_generator generator, ct_tensor state) {
    return guarded([&] {
        std::lock_guard<std::mutex> lock(unwrap(generator).mutex());
        unwrap(generator).set_state(unwrap(state));
    });
}

int32_t ct_thread_count(void) { return at::get_num_threads(); }

int ct_set_thread_count(int32_t count) {
    return guarded([&] { at::set_num_threads(count); });
}

namespace {

// The OpenMP runtime that LibTorch brings. at::parallel_for runs serially in a file that is compiled without OpenMP,
// and to compile with it would bind this library to one compiler's runtime; asking LibTorch's own for a team keeps
// one set of threads in the process.
struct OpenMP {
    void (*parallel)(void (*)(void *), void *, unsigned, unsigned);
    int (*thread_number)(void);
    int (*team_size)(void);
    void (*set_thread_count)(int);
};

const OpenMP &open_mp() {
    static const OpenMP functions = {
        reinterpret_cast<void (*)(void (*)(void *), void *, unsigned, unsigned)>(dlsym(RTLD_DEFAULT, "GOMP_parallel")),
        reinterpret_cast<int (*)(void)>(dlsym(RTLD_DEFAULT, "omp_get_thread_num")),
        reinterpret_cast<int (*)(void)>(dlsym(RTLD_DEFAULT, "omp_get_num_threads")),
        reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads")),
    };
    return functions;
}

struct ParallelLoop {
    int64_t count;
    void (*body)(void *context, int64_t begin, int64_t end);
    void *context;

    void part(int64_t index, int64_t parts) const {
        int64_t size = (count + parts - 1) / parts;
        int64_t begin = std::min(count, index * size);
        int64_t end = std::min(count, begin + size);
        if (begin < end) body(context, begin, end);
    }
};

} // namespace

int ct_parallel(int64_t count, int64_t grain, void (*body)(void *context, int64_t begin, int64_t end), void *context) {
    return guarded([&] {
        ParallelLoop loop{count, body, context};
        int64_t parts = std::min<int64_t>(at::get_num_threads(), (count + grain - 1) / std::max<int64_t>(grain, 1));
        if (parts <= 1) return loop.part(0, 1);
        const OpenMP &runtime = open_mp();
        if (runtime.parallel && runtime.thread_number && runtime.team_size) {
            runtime.parallel(
                [](void *data) {
                    static_cast<ParallelLoop *>(data)->part(open_mp().thread_number(), open_mp().team_size());
                },
                &loop, static_cast<unsigned>(parts), 0);
            return;
        }
        // A LibTorch that was built with another runtime: threads of our own for this loop.
        std::vector<std::thread> threads;
        int64_t started = 1;
        try {
            for (; started < parts; ++started) threads.emplace_back([=] { loop.part(started, parts); });
        } catch (const std::system_error &) {
            // The system gives no more threads: what they would have done is done here.
        }
        loop.part(0, parts);
        for (int64_t index = started; index < parts; ++index) loop.part(index, parts);
        for (auto &thread : threads) thread.join();
    });
}

namespace {

struct ParallelJobs {
    int64_t count;
    void (*body)(void *context, int64_t index);
    void *context;
    std::atomic<int64_t> taken{0};

    void work() {
        c10::AutoGradMode recording(false);
        for (int64_t index; (index = taken.fetch_add(1)) < count;) body(context, index);
    }
};

} // namespace

int ct_parallel_jobs(int64_t count, void (*body)(void *context, int64_t index), void *context) {
    return guarded([&] {
        ParallelJobs jobs{count, body, context};
        int before = at::get_num_threads();
        int64_t workers = std::min<int64_t>(before, count);
        if (before == 1) return jobs.work();
        const OpenMP &runtime = open_mp();
        if (workers > 1 && runtime.parallel && runtime.set_thread_count) {
            runtime.parallel(
                [](void *data) {
                    // LibTorch sets a new thread's number when it is first asked for, which must not come later.
                    at::get_num_threads();
                    // Of this thread, for this region: oneDNN plans its work for as many threads as this says, and would
                    // wait for those that it planned for.
                    open_mp().set_thread_count(1);
                    static_cast<ParallelJobs *>(data)->work();
                },
                &jobs, static_cast<unsigned>(workers), 0);
            return;
        }
        at::set_num_threads(1);
        jobs.work();
        at::set_num_threads(before);
    });
}

void ct_keep_freed_memory(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

#endif
