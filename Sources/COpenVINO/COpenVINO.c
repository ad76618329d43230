// memfd_create is outside of the standard that Swift's C compiler takes by default.
#define _GNU_SOURCE
#include "COpenVINO.h"
#include "Memory.h"
#include "Processor.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// The declarations below follow openvino/c/*.h. The numbers of the element-type enumeration changed between releases, so
// a tensor's type is recognised by its bytes per element, and that of bytes is looked for.
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

typedef struct {
    const char *build, *description;
} ov_version;

#define OV_FUNCTIONS(F)                                                                                                \
    F(ov_status, ov_core_create, (void **core))                                                                        \
    F(ov_status, ov_core_read_model, (const void *core, const char *path, const char *bin_path, void **model))         \
    F(ov_status, ov_core_read_model_from_memory_buffer,                                                                \
      (const void *core, const char *bytes, size_t size, const void *weights, void **model))                           \
    F(ov_status, ov_core_compile_model,                                                                                \
      (const void *core, const void *model, const char *device, size_t argument_count, void **compiled, ...))          \
    F(ov_status, ov_core_set_property, (const void *core, const char *device, ...))                                    \
    F(ov_status, ov_core_import_model,                                                                                 \
      (const void *core, const char *bytes, size_t size, const char *device, void **compiled))                         \
    F(ov_status, ov_compiled_model_export_model, (const void *compiled, const char *path))                             \
    F(void, ov_model_free, (void *model))                                                                              \
    F(ov_status, ov_model_reshape_single_input, (const void *model, ov_partial_shape shape))                           \
    F(ov_status, ov_partial_shape_create_static, (int64_t rank, const int64_t *dims, ov_partial_shape *shape))         \
    F(void, ov_partial_shape_free, (ov_partial_shape * shape))                                                         \
    F(ov_status, ov_model_const_input, (const void *model, void **port))                                               \
    F(ov_status, ov_port_get_partial_shape, (const void *port, ov_partial_shape *shape))                               \
    F(void, ov_output_const_port_free, (void *port))                                                                   \
    F(ov_status, ov_preprocess_prepostprocessor_create, (const void *model, void **steps))                             \
    F(ov_status, ov_preprocess_prepostprocessor_get_input_info, (const void *steps, void **input))                     \
    F(ov_status, ov_preprocess_input_info_get_tensor_info, (const void *input, void **tensor))                         \
    F(ov_status, ov_preprocess_input_tensor_info_set_element_type, (void *tensor, int type))                           \
    F(ov_status, ov_preprocess_prepostprocessor_build, (const void *steps, void **model))                              \
    F(void, ov_preprocess_input_tensor_info_free, (void *tensor))                                                      \
    F(void, ov_preprocess_input_info_free, (void *input))                                                              \
    F(void, ov_preprocess_prepostprocessor_free, (void *steps))                                                        \
    F(ov_status, ov_compiled_model_inputs_size, (const void *compiled, size_t *size))                                  \
    F(ov_status, ov_compiled_model_outputs_size, (const void *compiled, size_t *size))                                 \
    F(ov_status, ov_compiled_model_create_infer_request, (const void *compiled, void **request))                       \
    F(void, ov_compiled_model_free, (void *compiled))                                                                  \
    F(void, ov_infer_request_free, (void *request))                                                                    \
    F(ov_status, ov_infer_request_infer, (void *request))                                                              \
    F(ov_status, ov_infer_request_get_input_tensor_by_index, (const void *request, size_t index, void **tensor))       \
    F(ov_status, ov_infer_request_get_output_tensor_by_index, (const void *request, size_t index, void **tensor))      \
    F(ov_status, ov_tensor_create, (int type, ov_shape shape, void **tensor))                                          \
    F(ov_status, ov_tensor_get_shape, (const void *tensor, ov_shape *shape))                                           \
    F(ov_status, ov_shape_free, (ov_shape * shape))                                                                    \
    F(ov_status, ov_tensor_get_size, (const void *tensor, size_t *elements))                                           \
    F(ov_status, ov_tensor_get_byte_size, (const void *tensor, size_t *bytes))                                         \
    F(ov_status, ov_tensor_data, (const void *tensor, void **data))                                                    \
    F(void, ov_tensor_free, (void *tensor))                                                                            \
    F(ov_status, ov_get_openvino_version, (ov_version * version))                                                      \
    F(void, ov_version_free, (ov_version * version))                                                                   \
    F(const char *, ov_get_last_err_msg, (void))

struct footpath_ov_runtime {
    void *core;
    /// The number of the type of bytes without a sign.
    int bytes;
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

/// Looks for the type of bytes without a sign. Whole numbers of 8, 16, 32 and 64 bits stand behind one another twice in
/// each release, first those with a sign. 0 where they don't.
static int type_of_bytes(footpath_ov_runtime *runtime) {
    enum { types = 20, count = 8 };
    size_t sizes[types + 4] = {0};
    for (int type = 1, runs = 0; type < types; type++) {
        int64_t dims[] = {count};
        void *tensor = NULL;
        if (runtime->ov_tensor_create(type, (ov_shape){1, dims}, &tensor) != 0) continue;
        (void)runtime->ov_tensor_get_byte_size(tensor, &sizes[type]);
        runtime->ov_tensor_free(tensor);
        int first = type - 3;
        if (first < 1 || sizes[first] != count || sizes[first + 1] != 2 * count || sizes[first + 2] != 4 * count ||
            sizes[type] != 8 * count)
            continue;
        if (++runs == 2) return first;
    }
    return 0;
}

/// How networks are compiled, and imported, which takes no properties of its own.
static const char *const properties[][2] = {
    // No streams: with one stream or none an inference runs on the thread that asks; with more it is handed to one of
    // OpenVINO's threads and back (ImmediateStreamsExecutor in OpenVINO's async_infer_request.cpp).
    {"NUM_STREAMS", "0"},
    {"INFERENCE_NUM_THREADS", "1"},
    // On processors with AMX or AVX512-BF16 the default is bfloat16, and the same file would then give other records
    // on another machine.
    {"INFERENCE_PRECISION_HINT", "f32"},
    // Pinning would fight with the other threads of the process.
    {"ENABLE_CPU_PINNING", "NO"},
};
enum { property_count = sizeof properties / sizeof *properties };

static ov_status configure(footpath_ov_runtime *runtime) {
    ov_status status = 0;
    for (size_t index = 0; status == 0 && index < property_count; index++)
        status = runtime->ov_core_set_property(runtime->core, "CPU", properties[index][0], properties[index][1]);
    return status;
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
    if (failed(runtime, runtime->ov_core_create(&runtime->core), "ov_core_create", error, error_size) ||
        failed(runtime, configure(runtime), "ov_core_set_property", error, error_size)) {
        free(runtime);
        return NULL;
    }
    runtime->bytes = type_of_bytes(runtime);
    if (!runtime->bytes) {
        explain(error, error_size, "ov_tensor_create", "this OpenVINO has no bytes where they are looked for");
        free(runtime);
        return NULL;
    }
    return runtime;
}

static int can_be_3(ov_dimension extent) { return extent.min <= 3 && (extent.max == -1 || extent.max >= 3); }

/// Whether the one input is a picture of three planes, rather than one of pixels.
static int takes_planes(footpath_ov_runtime *runtime, const void *model) {
    void *port = NULL;
    ov_partial_shape shape;
    if (runtime->ov_model_const_input(model, &port) != 0) return 0;
    int is_so = 0;
    if (runtime->ov_port_get_partial_shape(port, &shape) == 0) {
        is_so = shape.rank.min == 4 && shape.rank.max == 4 && can_be_3(shape.dims[1]) &&
                !(shape.dims[3].min == 3 && shape.dims[3].max == 3);
        runtime->ov_partial_shape_free(&shape);
    }
    runtime->ov_output_const_port_free(port);
    return is_so;
}

/// Has a model take bytes for its input, which it converts itself. A network in int8 quantises them no more, then.
static ov_status take_bytes(footpath_ov_runtime *runtime, void **model) {
    void *steps = NULL, *input = NULL, *tensor = NULL, *built = NULL;
    ov_status status = runtime->ov_preprocess_prepostprocessor_create(*model, &steps);
    if (status == 0) status = runtime->ov_preprocess_prepostprocessor_get_input_info(steps, &input);
    if (status == 0) status = runtime->ov_preprocess_input_info_get_tensor_info(input, &tensor);
    if (status == 0) status = runtime->ov_preprocess_input_tensor_info_set_element_type(tensor, runtime->bytes);
    if (status == 0) status = runtime->ov_preprocess_prepostprocessor_build(steps, &built);
    if (tensor) runtime->ov_preprocess_input_tensor_info_free(tensor);
    if (input) runtime->ov_preprocess_input_info_free(input);
    if (steps) runtime->ov_preprocess_prepostprocessor_free(steps);
    if (built) {
        runtime->ov_model_free(*model);
        *model = built;
    }
    return status;
}

footpath_ov_model *footpath_ov_read(footpath_ov_runtime *runtime, const char *path, const char *bytes, size_t size,
                                    char *error, size_t error_size) {
    void *model = NULL;
    ov_status status = path
                           ? runtime->ov_core_read_model(runtime->core, path, NULL, &model)
                           : runtime->ov_core_read_model_from_memory_buffer(runtime->core, bytes, size, NULL, &model);
    if (failed(runtime, status, "ov_core_read_model", error, error_size)) return NULL;
    if (takes_planes(runtime, model) && failed(runtime, take_bytes(runtime, &model), "ov_preprocess", error, error_size)) {
        runtime->ov_model_free(model);
        return NULL;
    }
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

/// Takes over what is compiled, also where it fails.
static footpath_ov_session *make_session(footpath_ov_runtime *runtime, void *compiled, char *error, size_t error_size) {
    footpath_ov_session *session = calloc(1, sizeof *session);
    if (!session) {
        runtime->ov_compiled_model_free(compiled);
        explain(error, error_size, "calloc", "out of memory");
        return NULL;
    }
    *session = (footpath_ov_session){runtime, compiled, NULL};
    if (failed(runtime, runtime->ov_compiled_model_create_infer_request(compiled, &session->request),
               "ov_compiled_model_create_infer_request", error, error_size)) {
        footpath_ov_session_free(session);
        return NULL;
    }
    drop_what_compiling_needed();
    return session;
}

footpath_ov_session *footpath_ov_compile(footpath_ov_model *model, const footpath_ov_shape *input, char *error,
                                         size_t error_size) {
    footpath_ov_runtime *runtime = model->runtime;
    if (input && reshape(runtime, model->model, input, error, error_size)) return NULL;
    void *compiled = NULL;
    if (failed(runtime, runtime->ov_core_compile_model(runtime->core, model->model, "CPU", 0, &compiled),
               "ov_core_compile_model", error, error_size))
        return NULL;
    return make_session(runtime, compiled, error, error_size);
}

int footpath_ov_identity(footpath_ov_runtime *runtime, char *text, size_t size) {
    ov_version version = {NULL, NULL};
    if (runtime->ov_get_openvino_version(&version) != 0) return 1;
    FILE *file = fmemopen(text, size, "w");
    if (file) {
        fprintf(file, "OpenVINO %s", version.build);
        for (size_t index = 0; index < property_count; index++)
            fprintf(file, " %s=%s", properties[index][0], properties[index][1]);
        describe_processor(file);
    }
    runtime->ov_version_free(&version);
    if (!file) return 1;
    int is_cut = ftell(file) >= (long)size - 1;
    return fclose(file) != 0 || is_cut;
}

int footpath_ov_export(const footpath_ov_session *session, footpath_ov_image *image, char *error, size_t error_size) {
    footpath_ov_runtime *runtime = session->runtime;
    *image = (footpath_ov_image){NULL, 0};
    int file = memfd_create("footpath-network", MFD_CLOEXEC);
    if (file < 0) {
        explain(error, error_size, "memfd_create", strerror(errno));
        return 1;
    }
    // OpenVINO takes names of files only.
    char path[32];
    struct stat status;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (!failed(runtime, runtime->ov_compiled_model_export_model(session->compiled, path),
                "ov_compiled_model_export_model", error, error_size) &&
        fstat(file, &status) == 0 && status.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        if (bytes != MAP_FAILED) *image = (footpath_ov_image){bytes, (size_t)status.st_size};
    }
    close(file);
    return image->bytes ? 0 : 1;
}

void footpath_ov_image_free(footpath_ov_image image) { (void)munmap(image.bytes, image.size); }

footpath_ov_session *footpath_ov_import(footpath_ov_runtime *runtime, footpath_ov_image image, char *error,
                                        size_t error_size) {
    void *compiled = NULL;
    if (failed(runtime, runtime->ov_core_import_model(runtime->core, image.bytes, image.size, "CPU", &compiled),
               "ov_core_import_model", error, error_size))
        return NULL;
    return make_session(runtime, compiled, error, error_size);
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

/// The memory of a tensor, which its session owns; frees the handle.
///
/// `is_of_bytes`: whether its elements are bytes rather than floats; NULL where they must be floats.
static void *open_tensor(footpath_ov_runtime *runtime, void *tensor, footpath_ov_shape *shape, int *is_of_bytes,
                         char *error, size_t error_size) {
    size_t elements = 0, bytes = 0;
    void *data = NULL, *result = NULL;
    ov_shape full = {0, NULL};
    if (failed(runtime, runtime->ov_tensor_get_size(tensor, &elements), "ov_tensor_get_size", error, error_size) ||
        failed(runtime, runtime->ov_tensor_get_byte_size(tensor, &bytes), "ov_tensor_get_byte_size", error,
               error_size) ||
        failed(runtime, runtime->ov_tensor_get_shape(tensor, &full), "ov_tensor_get_shape", error, error_size)) {
        // explained by failed()
    } else if ((bytes != elements * sizeof(float) && !(is_of_bytes && bytes == elements)) || full.rank > 8) {
        explain(error, error_size, "tensor", "not float32, or of more than 8 dimensions");
    } else if (!failed(runtime, runtime->ov_tensor_data(tensor, &data), "ov_tensor_data", error, error_size)) {
        shape->rank = (int)full.rank;
        memcpy(shape->dims, full.dims, (size_t)full.rank * sizeof *full.dims);
        if (is_of_bytes) *is_of_bytes = bytes == elements;
        result = data;
    }
    if (full.dims) runtime->ov_shape_free(&full);
    runtime->ov_tensor_free(tensor);
    return result;
}

void *footpath_ov_input(footpath_ov_session *session, footpath_ov_shape *shape, int *takes_planes, char *error,
                        size_t error_size) {
    void *tensor = NULL;
    ov_status status = session->runtime->ov_infer_request_get_input_tensor_by_index(session->request, 0, &tensor);
    if (failed(session->runtime, status, "ov_infer_request_get_input_tensor", error, error_size)) return NULL;
    return open_tensor(session->runtime, tensor, shape, takes_planes, error, error_size);
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
    return open_tensor(session->runtime, tensor, shape, NULL, error, error_size);
}
