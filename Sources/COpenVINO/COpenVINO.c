// dl_iterate_phdr and madvise are outside of the standard that Swift's C compiler takes by default.
#define _GNU_SOURCE
#include "COpenVINO.h"

#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The declarations below follow openvino/c/*.h. The element-type enumeration is avoided on purpose: its numbers changed
// between releases, so a float32 tensor is recognised by its bytes per element instead.
typedef int ov_status;
typedef struct {
    int64_t min, max;
} ov_dimension;
typedef struct {
    ov_dimension rank;
    ov_dimension *dims;
} ov_partial_shape;
typedef struct {
    int64_t rank;
    int64_t *dims;
} ov_shape;

#define OV_FUNCTIONS(F)                                                                                                \
    F(ov_status, ov_core_create, (void **core))                                                                        \
    F(ov_status, ov_core_read_model, (const void *core, const char *path, const char *bin_path, void **model))         \
    F(ov_status, ov_core_read_model_from_memory_buffer,                                                                \
      (const void *core, const char *bytes, size_t size, const void *weights, void **model))                           \
    F(ov_status, ov_core_compile_model,                                                                                \
      (const void *core, const void *model, const char *device, size_t argument_count, void **compiled, ...))          \
    F(void, ov_model_free, (void *model))                                                                              \
    F(ov_status, ov_model_reshape_single_input, (const void *model, ov_partial_shape shape))                           \
    F(ov_status, ov_partial_shape_create_static, (int64_t rank, const int64_t *dims, ov_partial_shape *shape))         \
    F(void, ov_partial_shape_free, (ov_partial_shape * shape))                                                         \
    F(ov_status, ov_compiled_model_inputs_size, (const void *compiled, size_t *size))                                  \
    F(ov_status, ov_compiled_model_outputs_size, (const void *compiled, size_t *size))                                 \
    F(ov_status, ov_compiled_model_create_infer_request, (const void *compiled, void **request))                       \
    F(void, ov_compiled_model_free, (void *compiled))                                                                  \
    F(void, ov_infer_request_free, (void *request))                                                                    \
    F(ov_status, ov_infer_request_infer, (void *request))                                                              \
    F(ov_status, ov_infer_request_get_input_tensor_by_index, (const void *request, size_t index, void **tensor))       \
    F(ov_status, ov_infer_request_get_output_tensor_by_index, (const void *request, size_t index, void **tensor))      \
    F(ov_status, ov_tensor_get_shape, (const void *tensor, ov_shape *shape))                                           \
    F(ov_status, ov_shape_free, (ov_shape * shape))                                                                    \
    F(ov_status, ov_tensor_get_size, (const void *tensor, size_t *elements))                                           \
    F(ov_status, ov_tensor_get_byte_size, (const void *tensor, size_t *bytes))                                         \
    F(ov_status, ov_tensor_data, (const void *tensor, void **data))                                                    \
    F(void, ov_tensor_free, (void *tensor))                                                                            \
    F(const char *, ov_get_last_err_msg, (void))

struct footpath_ov_runtime {
    void *core;
#define MEMBER(result, name, arguments) result(*name) arguments;
    OV_FUNCTIONS(MEMBER)
#undef MEMBER
};

struct footpath_ov_model {
    footpath_ov_runtime *runtime;
    void *model;
};

struct footpath_ov_session {
    footpath_ov_runtime *runtime;
    void *compiled, *request;
};

static void explain(char *error, size_t size, const char *what, const char *detail) {
    if (size > 0) snprintf(error, size, "%s: %s", what, detail && *detail ? detail : "no reason given");
}

/// 0 where `status` is success, otherwise 1 with the reason explained.
static int failed(footpath_ov_runtime *runtime, ov_status status, const char *what, char *error, size_t size) {
    if (status == 0) return 0;
    explain(error, size, what, runtime->ov_get_last_err_msg());
    return 1;
}

footpath_ov_runtime *footpath_ov_open(const char *path, char *error, size_t error_size) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        explain(error, error_size, "dlopen", dlerror());
        return NULL;
    }
    footpath_ov_runtime *runtime = calloc(1, sizeof *runtime);
    if (!runtime) {
        explain(error, error_size, "calloc", "out of memory");
        return NULL;
    }
#define LOAD(result, name, arguments)                                                                                  \
    *(void **)&runtime->name = dlsym(library, #name);                                                                  \
    if (!runtime->name) {                                                                                              \
        explain(error, error_size, "dlsym", #name " is missing: this OpenVINO is too old");                            \
        free(runtime);                                                                                                 \
        return NULL;                                                                                                   \
    }
    OV_FUNCTIONS(LOAD)
#undef LOAD
    if (failed(runtime, runtime->ov_core_create(&runtime->core), "ov_core_create", error, error_size)) {
        free(runtime);
        return NULL;
    }
    return runtime;
}

footpath_ov_model *footpath_ov_read(footpath_ov_runtime *runtime, const char *path, const char *bytes, size_t size,
                                    char *error, size_t error_size) {
    void *model = NULL;
    ov_status status = path
                           ? runtime->ov_core_read_model(runtime->core, path, NULL, &model)
                           : runtime->ov_core_read_model_from_memory_buffer(runtime->core, bytes, size, NULL, &model);
    if (failed(runtime, status, "ov_core_read_model", error, error_size)) return NULL;
    footpath_ov_model *result = malloc(sizeof *result);
    if (!result) {
        runtime->ov_model_free(model);
        explain(error, error_size, "malloc", "out of memory");
        return NULL;
    }
    *result = (footpath_ov_model){runtime, model};
    return result;
}

void footpath_ov_model_free(footpath_ov_model *model) {
    model->runtime->ov_model_free(model->model);
    free(model);
}

static int reshape(footpath_ov_runtime *runtime, void *model, const footpath_ov_shape *input, char *error, size_t size) {
    ov_partial_shape shape;
    ov_status status = runtime->ov_partial_shape_create_static(input->rank, input->dims, &shape);
    if (failed(runtime, status, "ov_partial_shape_create_static", error, size)) return 1;
    status = runtime->ov_model_reshape_single_input(model, shape);
    runtime->ov_partial_shape_free(&shape);
    return failed(runtime, status, "ov_model_reshape", error, size);
}

/// Whether the loader put addresses into a library's code, which its file doesn't have.
static int has_addresses_in_code(const struct dl_phdr_info *library) {
    for (int index = 0; index < library->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[index];
        if (part->p_type != PT_DYNAMIC) continue;
        const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(library->dlpi_addr + part->p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL)) return 1;
    }
    return 0;
}

/// Takes code and constants of the program or a library out of this process's memory; what is used comes back from the
/// file, page by page.
static int drop_code(struct dl_phdr_info *library, size_t size, void *unused) {
    (void)size, (void)unused;
    // The program's name is empty; the kernel's part has one without a slash.
    int is_file = !*library->dlpi_name || strchr(library->dlpi_name, '/');
    if (!is_file || has_addresses_in_code(library)) return 0;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int index = 0; index < library->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[index];
        if (part->p_type != PT_LOAD || part->p_flags & PF_W) continue;
        uintptr_t start = library->dlpi_addr + part->p_vaddr, end = start + part->p_memsz;
        start -= start % page;
        (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

/// Starting the program, reading and compiling took tens of megabytes of code and of heap that inference doesn't need.
static void drop_what_compiling_needed(void) {
    malloc_trim(0);
    dl_iterate_phdr(drop_code, NULL);
}

footpath_ov_session *footpath_ov_compile(footpath_ov_model *model, const footpath_ov_shape *input, char *error,
                                         size_t error_size) {
    footpath_ov_runtime *runtime = model->runtime;
    if (input && reshape(runtime, model->model, input, error, error_size)) return NULL;
    footpath_ov_session *session = calloc(1, sizeof *session);
    if (!session) {
        explain(error, error_size, "calloc", "out of memory");
        return NULL;
    }
    session->runtime = runtime;
    // No streams: with one stream or none an inference runs on the thread that asks; with more it is handed to one of
    // OpenVINO's threads and back (ImmediateStreamsExecutor in OpenVINO's async_infer_request.cpp).
    // float32 everywhere: on processors with AMX or AVX512-BF16 the default is bfloat16, and the same file would then
    // give other records on another machine. Pinning would fight with the other threads of the process.
    ov_status status = runtime->ov_core_compile_model(
        runtime->core, model->model, "CPU", 8, &session->compiled, "NUM_STREAMS", "0", "INFERENCE_NUM_THREADS", "1",
        "INFERENCE_PRECISION_HINT", "f32", "ENABLE_CPU_PINNING", "NO");
    if (failed(runtime, status, "ov_core_compile_model", error, error_size) ||
        failed(runtime, runtime->ov_compiled_model_create_infer_request(session->compiled, &session->request),
               "ov_compiled_model_create_infer_request", error, error_size)) {
        footpath_ov_session_free(session);
        return NULL;
    }
    drop_what_compiling_needed();
    return session;
}

void footpath_ov_session_free(footpath_ov_session *session) {
    if (session->request) session->runtime->ov_infer_request_free(session->request);
    if (session->compiled) session->runtime->ov_compiled_model_free(session->compiled);
    free(session);
}

size_t footpath_ov_input_count(const footpath_ov_session *session) {
    size_t count = 0;
    return session->runtime->ov_compiled_model_inputs_size(session->compiled, &count) == 0 ? count : 0;
}

size_t footpath_ov_output_count(const footpath_ov_session *session) {
    size_t count = 0;
    return session->runtime->ov_compiled_model_outputs_size(session->compiled, &count) == 0 ? count : 0;
}

/// The memory of a float32 tensor, which its session owns; frees the handle.
static float *open_tensor(footpath_ov_runtime *runtime, void *tensor, footpath_ov_shape *shape, char *error,
                          size_t error_size) {
    size_t elements = 0, bytes = 0;
    void *data = NULL;
    ov_shape full = {0, NULL};
    float *result = NULL;
    if (failed(runtime, runtime->ov_tensor_get_size(tensor, &elements), "ov_tensor_get_size", error, error_size) ||
        failed(runtime, runtime->ov_tensor_get_byte_size(tensor, &bytes), "ov_tensor_get_byte_size", error,
               error_size) ||
        failed(runtime, runtime->ov_tensor_get_shape(tensor, &full), "ov_tensor_get_shape", error, error_size)) {
        // explained by failed()
    } else if (bytes != elements * sizeof(float) || full.rank > 8) {
        explain(error, error_size, "tensor", "not float32, or of more than 8 dimensions");
    } else if (!failed(runtime, runtime->ov_tensor_data(tensor, &data), "ov_tensor_data", error, error_size)) {
        shape->rank = (int)full.rank;
        memcpy(shape->dims, full.dims, (size_t)full.rank * sizeof *full.dims);
        result = data;
    }
    if (full.dims) runtime->ov_shape_free(&full);
    runtime->ov_tensor_free(tensor);
    return result;
}

float *footpath_ov_input(footpath_ov_session *session, footpath_ov_shape *shape, char *error, size_t error_size) {
    void *tensor = NULL;
    ov_status status = session->runtime->ov_infer_request_get_input_tensor_by_index(session->request, 0, &tensor);
    if (failed(session->runtime, status, "ov_infer_request_get_input_tensor", error, error_size)) return NULL;
    return open_tensor(session->runtime, tensor, shape, error, error_size);
}

int footpath_ov_infer(footpath_ov_session *session, char *error, size_t error_size) {
    ov_status status = session->runtime->ov_infer_request_infer(session->request);
    return failed(session->runtime, status, "ov_infer_request_infer", error, error_size);
}

const float *footpath_ov_output(footpath_ov_session *session, size_t index, footpath_ov_shape *shape, char *error,
                                size_t error_size) {
    void *tensor = NULL;
    ov_status status = session->runtime->ov_infer_request_get_output_tensor_by_index(session->request, index, &tensor);
    if (failed(session->runtime, status, "ov_infer_request_get_output_tensor", error, error_size)) return NULL;
    return open_tensor(session->runtime, tensor, shape, error, error_size);
}
