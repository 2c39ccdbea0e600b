// A C interface over LibTorch's dispatcher.
//
// One function looks an operator up by name, one calls it with tagged arguments, so every ATen operator is
// reachable without another line of C++. No C++ exception crosses this interface: a function that can fail
// returns 0 on success and -1 on failure, with the engine's own text in ct_last_error() of that thread.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Handles own one reference each; release them with the matching ct_*_release.
typedef struct ct_tensor_object *ct_tensor;
typedef struct ct_generator_object *ct_generator;
// Operators live as long as the process.
typedef const struct ct_operator_object *ct_operator;
// A kernel lives as long as its module.
typedef const struct ct_function_object *ct_function;
typedef struct ct_module_object *ct_module;
typedef struct ct_graph_object *ct_graph;

// What a ct_value holds.
enum {
    CT_NONE = 0,
    CT_TENSOR = 1,       // handle
    CT_INTEGER = 2,      // integer (also data types, layouts and memory formats)
    CT_REAL = 3,         // real
    CT_BOOLEAN = 4,      // integer, 0 or 1
    CT_INTEGERS = 5,     // pools.integers[integer ..< integer + count] (also truth values, 0 or 1, and numbers)
    CT_REALS = 6,        // pools.reals[...]
    CT_TENSORS = 7,      // pools.tensors[...]; a null handle is an absent tensor
    CT_STRING = 8,       // pools.characters[...]
    CT_DEVICE = 9,       // integer = device type, count = index
    CT_GENERATOR = 10,   // handle
};

typedef struct {
    int32_t tag;
    int32_t count;
    int64_t integer;
    double real;
    void *handle;
} ct_value;

// Storage of the list arguments of one call; the call keeps nothing of it.
typedef struct {
    const int64_t *integers;
    const double *reals;
    const ct_tensor *tensors;
    const char *characters;
} ct_pools;

// The text of this thread's last failure; valid until its next call.
const char *ct_last_error(void);

const char *ct_version(void);
const char *ct_build_information(void);
// The folder that libtorch_cpu was loaded from, empty if the loader does not tell.
const char *ct_library_folder(void);
// "DEFAULT", "AVX2", "AVX512", …: what LibTorch's own kernels use on this processor.
const char *ct_processor_capability(void);

// Operators: name as "aten::conv2d", overload as "" or "Tensor".
int ct_find_operator(const char *name, const char *overload, ct_operator *out);
// Calls an operator. Absent trailing arguments take the schema's defaults. Results are written to `results`
// (a tensor list is spread over several); returns -1 if they are more than `capacity`.
int ct_call(ct_operator op, const ct_value *arguments, int32_t count, const ct_pools *pools, ct_value *results,
            int32_t capacity, int32_t *result_count);

// Tensors. Sizes in elements; data types and devices are c10's numbers.
int ct_tensor_empty(const int64_t *sizes, int32_t rank, int32_t data_type, int32_t device_type, int32_t device_index,
                    int32_t channels_last, ct_tensor *out);
void ct_tensor_release(ct_tensor tensor);
int ct_tensor_alias(ct_tensor tensor, ct_tensor *out);
int32_t ct_tensor_rank(ct_tensor tensor);
int64_t ct_tensor_size(ct_tensor tensor, int32_t axis);
int64_t ct_tensor_stride(ct_tensor tensor, int32_t axis);
int64_t ct_tensor_count(ct_tensor tensor);
int32_t ct_tensor_data_type(ct_tensor tensor);
int32_t ct_tensor_device_type(ct_tensor tensor);
int32_t ct_tensor_device_index(ct_tensor tensor);
int32_t ct_tensor_is_contiguous(ct_tensor tensor, int32_t channels_last);
// Null if the tensor is not on the processor's memory.
void *ct_tensor_data(ct_tensor tensor);
// Where the first element is, in the memory of whatever device; 0 on failure.
uint64_t ct_tensor_address(ct_tensor tensor);

// Gradients.
int32_t ct_tensor_requires_gradient(ct_tensor tensor);
int ct_tensor_set_requires_gradient(ct_tensor tensor, int32_t value);
int ct_tensor_backward(ct_tensor tensor, int32_t retain_graph);
// A null handle where there is no gradient.
int ct_tensor_gradient(ct_tensor tensor, ct_tensor *out);
// A null gradient clears it.
int ct_tensor_set_gradient(ct_tensor tensor, ct_tensor gradient);
// Sets recording of this thread, returns what it was.
int32_t ct_set_gradient_recording(int32_t enabled);

// A gradient of the caller's: from that of the value to those of the inputs, `gradients`, null where there is none.
// The handles it writes are taken over. Returns 0, or -1 after ct_set_last_error.
typedef int (*ct_gradient_function)(void *context, ct_tensor gradient, ct_tensor *gradients);
// `value`, as if an operator had computed it from the inputs with this gradient, which can be asked for once. The
// context is released after that, or with the graph; at once where nothing is recorded, and on failure.
int ct_tensor_with_gradient(ct_tensor value, const ct_tensor *inputs, int32_t count, void *context,
                            ct_gradient_function function, void (*release)(void *context), ct_tensor *out);
// What ct_last_error says next on this thread.
void ct_set_last_error(const char *text);

// Generators.
int ct_generator_create(int32_t device_type, int32_t device_index, uint64_t seed, ct_generator *out);
void ct_generator_release(ct_generator generator);
int ct_generator_state(ct_generator generator, ct_tensor *out);
int ct_generator_set_state(ct_generator generator, ct_tensor state);

// Threads inside one operator. ct_parallel runs body(context, begin, end) over parts of 0 ..< count on the
// engine's own threads; the body must not throw.
int32_t ct_thread_count(void);
int ct_set_thread_count(int32_t count);
int ct_parallel(int64_t count, int64_t grain, void (*body)(void *context, int64_t begin, int64_t end), void *context);
// Runs body(context, index) for each index in 0 ..< count on the engine's own threads; an operator that the body calls
// uses the thread that calls it alone, and is not recorded. The body must not throw.
int ct_parallel_jobs(int64_t count, void (*body)(void *context, int64_t index), void *context);

// Lets the allocator keep what is freed for the next allocation instead of giving it back to the system.
void ct_keep_freed_memory(void);

// CUDA: opened at run time where LibTorch's library for it is there. Returns 1 if a device is usable, else 0
// with the reason in ct_last_error().
int32_t ct_cuda_available(void);
int32_t ct_cuda_device_count(void);
int ct_cuda_synchronize(void);
// What kernels need to know of the first device; zeros where there is none.
typedef struct {
    int32_t multiprocessors;
    int32_t capability;    // 90 for 9.0
    int32_t shared_memory; // bytes that a block can have
} ct_device_facts;
ct_device_facts ct_cuda_facts(void);
// Whether cuDNN tries its convolutions at the first use of a shape and keeps the fastest.
int ct_cuda_choose_fastest_convolutions(int32_t enabled);

// A stream of its own for what this thread starts, as capturing needs; both wait for all work on the device.
typedef struct {
    int64_t identifier;
    int32_t device;
} ct_stream;
int ct_cuda_enter_stream(ct_stream *previous);
int ct_cuda_leave_stream(ct_stream previous);
// A number of this thread's present stream.
int64_t ct_cuda_current_stream(void);

// Graphs: what this thread starts between begin and end is recorded, not run; a replay runs all of it on the memory
// of the recording. Both happen on a stream of its own.
int ct_graph_begin(ct_graph *out);
int ct_graph_end(ct_graph graph);
int ct_graph_replay(ct_graph graph);
void ct_graph_release(ct_graph graph);

// Kernels in CUDA C++, compiled for the current device when they are needed. Modules live as long as the process: graphs
// may hold their kernels.
int ct_module_compile(const char *source, const char *name, const char *const *options, int32_t count, ct_module *out);
// shared_memory: bytes that launches will ask for.
int ct_module_function(ct_module module, const char *name, int32_t shared_memory, ct_function *out);
// Starts a kernel on the current stream. arguments[i] points to the i-th argument, in the kernel's own type.
int ct_function_launch(ct_function function, const int32_t *grid, const int32_t *block, int32_t shared_memory,
                       const void *const *arguments);

#ifdef __cplusplus
}
#endif
