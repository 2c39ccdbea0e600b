// The CUDA half of the interface. LibTorch's library for CUDA, the driver and the run-time compiler are opened when
// they are first asked for, and what is called in them is looked up by name: a build needs no CUDA, and a machine
// without a GPU pays nothing.
#include "CTorch.h"

#if __has_include(<ATen/ATen.h>)

#include "Guarded.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <dlfcn.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace ct;

namespace {

std::string beside_libtorch(const char *name) {
    std::string folder = ct_library_folder();
    return folder.empty() ? name : folder + "/" + name;
}

std::string loader_error(const std::string &otherwise) {
    const char *text = dlerror();
    return text ? text : otherwise;
}

// Opens the CUDA half of LibTorch once. It must be global: its initialisers register kernels with the dispatcher.
void *cuda_library(std::string *failure = nullptr) {
    static std::string text;
    static void *const handle = [] {
        void *opened = dlopen(beside_libtorch("libtorch_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL);
        if (!opened) text = loader_error("libtorch_cuda.so could not be opened");
        return opened;
    }();
    if (failure) *failure = text;
    return handle;
}

void require_cuda() { TORCH_CHECK(ct_cuda_available(), last_error()); }

c10::impl::VirtualGuardImpl cuda_guard() { return c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA); }

// A function of a library by its name. C++ names are those of the Itanium ABI, which LibTorch's wheels follow.
template <typename Function> Function find(void *library, const char *name) {
    auto function = reinterpret_cast<Function>(dlsym(library, name));
    TORCH_CHECK(function, "this LibTorch's CUDA libraries have no function ", name);
    return function;
}

// at::cuda::CUDAGraph: its header needs CUDA's own, so an object of it is memory here, and its methods are functions.
struct GraphFunctions {
    static constexpr size_t room = 4096;
    void (*construct)(void *, bool);
    void (*destroy)(void *);
    void (*begin)(void *, std::pair<unsigned long long, unsigned long long>, int);
    void (*end)(void *);
    void (*replay)(void *);
};

const GraphFunctions &graph_functions() {
    static const GraphFunctions functions = [] {
        void *library = cuda_library();
        GraphFunctions found;
        found.construct = find<void (*)(void *, bool)>(library, "_ZN2at4cuda9CUDAGraphC1Eb");
        found.destroy = find<void (*)(void *)>(library, "_ZN2at4cuda9CUDAGraphD1Ev");
        found.begin = find<void (*)(void *, std::pair<unsigned long long, unsigned long long>, int)>(
            library, "_ZN2at4cuda9CUDAGraph13capture_beginESt4pairIyyE21cudaStreamCaptureMode");
        found.end = find<void (*)(void *)>(library, "_ZN2at4cuda9CUDAGraph11capture_endEv");
        found.replay = find<void (*)(void *)>(library, "_ZN2at4cuda9CUDAGraph6replayEv");
        return found;
    }();
    return functions;
}

struct Graph {
    Graph() : functions(graph_functions()), memory(new std::max_align_t[GraphFunctions::room / sizeof(std::max_align_t)]) {
        functions.construct(memory.get(), false);
    }
    ~Graph() { functions.destroy(memory.get()); }
    Graph(const Graph &) = delete;
    Graph &operator=(const Graph &) = delete;

    const GraphFunctions &functions;
    std::unique_ptr<std::max_align_t[]> memory;
};

// The driver and the run-time compiler, through the library by which LibTorch itself finds both.
struct Compiler {
    using Program = void *;
    const char *(*error_text)(int);
    int (*create)(Program *, const char *, const char *, int, const char *const *, const char *const *);
    int (*compile)(Program, int, const char *const *);
    int (*log_size)(Program, size_t *);
    int (*log)(Program, char *);
    int (*code_size)(Program, size_t *);
    int (*code)(Program, char *);
    int (*destroy)(Program *);
    int (*load)(void **, const void *);
    int (*function)(void **, void *, const char *);
    int (*set_attribute)(void *, int, int);
    int (*launch)(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **);
    int (*describe)(int, const char **);
    int (*device_attribute)(int *, int, int);
    int (*current_context)(void **);
    int (*primary_context)(void **, int);
    int (*set_context)(void *);
};

// The compiler opens a library of its built-in functions by name alone, which the loader finds where Python's paths are
// set; it lies beside the compiler.
void open_builtins(void *compiler_function) {
    Dl_info info;
    if (dladdr(compiler_function, &info) == 0 || info.dli_fname == nullptr) return;
    std::error_code error;
    auto folder = std::filesystem::path(info.dli_fname).parent_path();
    for (const auto &entry : std::filesystem::directory_iterator(folder, error)) {
        std::string name = entry.path().filename();
        // There are others, for older compilers, with "alt" in their names.
        if (name.rfind("libnvrtc-builtins.so", 0) == 0) dlopen(entry.path().c_str(), RTLD_NOW | RTLD_GLOBAL);
    }
}

const Compiler &compiler() {
    static const Compiler functions = [] {
        std::string path = beside_libtorch("libcaffe2_nvrtc.so");
        void *library = dlopen(path.c_str(), RTLD_NOW);
        TORCH_CHECK(library, "the run-time compiler for CUDA: ", loader_error(path + " could not be opened"));
        Compiler found;
        auto look = [&](auto &function, const char *name) {
            function = find<std::remove_reference_t<decltype(function)>>(library, name);
        };
        look(found.error_text, "nvrtcGetErrorString");
        open_builtins(reinterpret_cast<void *>(found.error_text));
        look(found.create, "nvrtcCreateProgram");
        look(found.compile, "nvrtcCompileProgram");
        look(found.log_size, "nvrtcGetProgramLogSize");
        look(found.log, "nvrtcGetProgramLog");
        look(found.code_size, "nvrtcGetCUBINSize");
        look(found.code, "nvrtcGetCUBIN");
        look(found.destroy, "nvrtcDestroyProgram");
        look(found.load, "cuModuleLoadData");
        look(found.function, "cuModuleGetFunction");
        look(found.set_attribute, "cuFuncSetAttribute");
        look(found.launch, "cuLaunchKernel");
        look(found.describe, "cuGetErrorString");
        look(found.device_attribute, "cuDeviceGetAttribute");
        look(found.current_context, "cuCtxGetCurrent");
        look(found.primary_context, "cuDevicePrimaryCtxRetain");
        look(found.set_context, "cuCtxSetCurrent");
        return found;
    }();
    return functions;
}

void check_driver(int status, const char *what) {
    if (status == 0) return;
    const char *text = nullptr;
    compiler().describe(status, &text);
    TORCH_CHECK(false, what, ": ", text ? text : "unknown error", " (CUDA driver ", status, ")");
}

int device_attribute(int attribute) {
    int value = 0;
    check_driver(compiler().device_attribute(&value, attribute, cuda_guard().getDevice().index()), "the device's facts");
    return value;
}

// From CUDA's cuda.h, whose numbers do not change.
constexpr int compute_capability_major = 75;
constexpr int compute_capability_minor = 76;
constexpr int multiprocessor_count = 16;
constexpr int largest_shared_memory = 97;
constexpr int function_shared_memory = 8;
constexpr int default_shared_memory = 48 << 10;

// The driver's functions need a context, which LibTorch's operators make current on the threads that call them: what runs
// on autograd's thread may be the first there.
void require_context() {
    static thread_local bool is_there = false;
    if (is_there) return;
    void *context = nullptr;
    check_driver(compiler().current_context(&context), "the device's context");
    if (!context) {
        check_driver(compiler().primary_context(&context, cuda_guard().getDevice().index()), "the device's context");
        check_driver(compiler().set_context(context), "the device's context");
    }
    is_there = true;
}

} // namespace

int32_t ct_cuda_available(void) {
    int32_t available = 0;
    int status = guarded([&] {
        std::string failure;
        TORCH_CHECK(cuda_library(&failure), failure);
        TORCH_CHECK(at::hasCUDA(), "LibTorch's CUDA library opened, but no CUDA device answers");
        available = 1;
    });
    return status == 0 ? available : 0;
}

int32_t ct_cuda_device_count(void) {
    if (!ct_cuda_available()) return 0;
    int32_t count = 0;
    guarded([&] { count = at::detail::getCUDAHooks().deviceCount(); });
    return count;
}

int ct_cuda_synchronize(void) {
    return guarded([&] {
        TORCH_CHECK(ct_cuda_available(), "there is no CUDA device");
        at::detail::getCUDAHooks().deviceSynchronize(at::detail::getCUDAHooks().getCurrentDevice());
    });
}

ct_device_facts ct_cuda_facts(void) {
    static const ct_device_facts facts = [] {
        ct_device_facts found = {0, 0, 0};
        guarded([&] {
            require_cuda();
            found.multiprocessors = device_attribute(multiprocessor_count);
            found.capability = 10 * device_attribute(compute_capability_major) + device_attribute(compute_capability_minor);
            found.shared_memory = device_attribute(largest_shared_memory);
        });
        return found;
    }();
    return facts;
}

int ct_cuda_choose_fastest_convolutions(int32_t enabled) {
    return guarded([&] { at::globalContext().setBenchmarkCuDNN(enabled != 0); });
}

int ct_cuda_enter_stream(ct_stream *previous) {
    return guarded([&] {
        require_cuda();
        auto guard = cuda_guard();
        guard.synchronizeDevice(guard.getDevice().index());
        auto stream = guard.getStreamFromGlobalPool(guard.getDevice(), false);
        auto before = guard.exchangeStream(stream).pack3();
        *previous = {before.stream_id, before.device_index};
    });
}

int ct_cuda_leave_stream(ct_stream previous) {
    return guarded([&] {
        // The thread has its stream back whatever the device says.
        auto guard = cuda_guard();
        guard.exchangeStream(c10::Stream::unpack3(previous.identifier, static_cast<c10::DeviceIndex>(previous.device),
                                                  c10::DeviceType::CUDA));
        guard.synchronizeDevice(guard.getDevice().index());
    });
}

int64_t ct_cuda_current_stream(void) {
    int64_t identifier = 0;
    guarded([&] {
        auto guard = cuda_guard();
        identifier = guard.getStream(guard.getDevice()).id();
    });
    return identifier;
}

int ct_graph_begin(ct_graph *out) {
    return guarded([&] {
        require_cuda();
        auto graph = std::make_unique<Graph>();
        // Zero: a pool of memory of its own. 1: what other threads do meanwhile is not looked at.
        graph->functions.begin(graph->memory.get(), {0, 0}, 1);
        *out = reinterpret_cast<ct_graph>(graph.release());
    });
}

int ct_graph_end(ct_graph graph) {
    return guarded([&] {
        auto *own = reinterpret_cast<Graph *>(graph);
        own->functions.end(own->memory.get());
    });
}

int ct_graph_replay(ct_graph graph) {
    return guarded([&] {
        auto *own = reinterpret_cast<Graph *>(graph);
        own->functions.replay(own->memory.get());
    });
}

void ct_graph_release(ct_graph graph) { delete reinterpret_cast<Graph *>(graph); }

int ct_module_compile(const char *source, const char *name, const char *const *options, int32_t count, ct_module *out) {
    return guarded([&] {
        require_cuda();
        const Compiler &own = compiler();
        std::string architecture = "--gpu-architecture=sm_" + std::to_string(device_attribute(compute_capability_major)) +
                                   std::to_string(device_attribute(compute_capability_minor));
        std::vector<const char *> all = {architecture.c_str(), "--std=c++17"};
        all.insert(all.end(), options, options + count);
        auto check = [&](int status, const char *what) {
            TORCH_CHECK(status == 0, what, " ", name, ": ", own.error_text(status));
        };
        Compiler::Program program = nullptr;
        check(own.create(&program, source, name, 0, nullptr, nullptr), "making a program of");
        std::unique_ptr<Compiler::Program, void (*)(Compiler::Program *)> cleanup(
            &program, [](Compiler::Program *program) { compiler().destroy(program); });
        int status = own.compile(program, static_cast<int>(all.size()), all.data());
        if (status != 0) {
            size_t size = 0;
            std::string text;
            if (own.log_size(program, &size) == 0 && size > 1) {
                text.resize(size);
                own.log(program, text.data());
                text.resize(size - 1);
            }
            TORCH_CHECK(false, "compiling ", name, ": ", own.error_text(status), "\n", text);
        }
        size_t size = 0;
        check(own.code_size(program, &size), "the code of");
        std::vector<char> code(size);
        check(own.code(program, code.data()), "the code of");
        void *handle = nullptr;
        require_context();
        check_driver(own.load(&handle, code.data()), name);
        *out = reinterpret_cast<ct_module>(handle);
    });
}

int ct_module_function(ct_module module, const char *name, int32_t shared_memory, ct_function *out) {
    return guarded([&] {
        void *function = nullptr;
        check_driver(compiler().function(&function, module, name), name);
        if (shared_memory > default_shared_memory) {
            int most = device_attribute(largest_shared_memory);
            TORCH_CHECK(shared_memory <= most, name, " wants ", shared_memory, " bytes of shared memory, the device has ",
                        most, " for a block");
            check_driver(compiler().set_attribute(function, function_shared_memory, shared_memory), name);
        }
        *out = reinterpret_cast<ct_function>(function);
    });
}

int ct_function_launch(ct_function function, const int32_t *grid, const int32_t *block, int32_t shared_memory,
                       const void *const *arguments) {
    return guarded([&] {
        require_context();
        auto guard = cuda_guard();
        void *stream = guard.getStreamNativeHandle(guard.getStream(guard.getDevice()));
        auto size = [](int32_t number) { return static_cast<unsigned>(number); };
        check_driver(compiler().launch(reinterpret_cast<void *>(const_cast<ct_function_object *>(function)), size(grid[0]),
                                       size(grid[1]), size(grid[2]), size(block[0]), size(block[1]), size(block[2]),
                                       size(shared_memory), stream, const_cast<void **>(arguments), nullptr),
                     "starting a kernel");
    });
}

#endif
