#pragma once
#include <stddef.h>
#include <stdint.h>

// OpenVINO's C API (openvino/c/*.h, 2024 and later), loaded with dlopen so that building needs no OpenVINO. Only what
// Footpath uses: float32 networks with one input, on the CPU. Where that is a picture of three planes
// ([1, 3, height, width]), it takes bytes, which the network converts itself.
//
// A function that returns int returns 0 for success; otherwise the reason is in `error` (always terminated, may be NULL
// with size 0). Functions that return a pointer return NULL on failure, likewise. A runtime may be used from several
// threads; a model or a session from one at a time.

/// A loaded libopenvino_c with its core.
typedef struct footpath_ov_runtime footpath_ov_runtime;
/// A network as it was read.
typedef struct footpath_ov_model footpath_ov_model;
/// A network compiled for the CPU; one inference at a time.
typedef struct footpath_ov_session footpath_ov_session;

/// A compiled network as OpenVINO writes it, beginning with a page.
typedef struct {
    void *bytes;
    size_t size;
} footpath_ov_image;

/// A tensor's shape: `rank` extents.
typedef struct {
    int64_t dims[8];
    int rank;
} footpath_ov_shape;

/// Loads the library at `path`. Never unloaded: OpenVINO's threads outlive its objects.
footpath_ov_runtime *footpath_ov_open(const char *path, char *error, size_t error_size);

/// Reads a network from the file at `path`, or from `bytes` where `path` is NULL (ONNX or IR only).
footpath_ov_model *footpath_ov_read(footpath_ov_runtime *runtime, const char *path, const char *bytes, size_t size,
                                    char *error, size_t error_size);
/// Sessions keep what they need of it.
void footpath_ov_model_free(footpath_ov_model *model);

/// Compiles a network to run on the thread that asks for an inference. Reshapes its input to `input` first where that is
/// not NULL; the model keeps the shape. Sessions of one model share its constants.
footpath_ov_session *footpath_ov_compile(footpath_ov_model *model, const footpath_ov_shape *input, char *error,
                                         size_t error_size);
/// Writes a compiled network into memory for footpath_ov_image_free; it may be at an inference meanwhile. OpenVINO can't write
/// one that was imported.
int footpath_ov_export(const footpath_ov_session *session, footpath_ov_image *image, char *error, size_t error_size);
void footpath_ov_image_free(footpath_ov_image image);
/// Another session of a network that was written by a runtime of the same identity. It takes a tenth of the time that reading
/// and compiling do: the network was simplified before. Its constants stay in the image, which must outlive it.
footpath_ov_session *footpath_ov_import(footpath_ov_runtime *runtime, footpath_ov_image image, char *error,
                                        size_t error_size);
/// What a written network depends on besides the network and its input's shape: OpenVINO's version, how it compiles, the
/// processor, and variables of the environment that OpenVINO listens to. Returns 1 where that can't be told in `size` bytes.
int footpath_ov_identity(footpath_ov_runtime *runtime, char *text, size_t size);
void footpath_ov_session_free(footpath_ov_session *session);

size_t footpath_ov_input_count(const footpath_ov_session *session);
size_t footpath_ov_output_count(const footpath_ov_session *session);

/// The input's memory and shape, valid for the life of the session: bytes where it takes planes, otherwise floats.
void *footpath_ov_input(footpath_ov_session *session, footpath_ov_shape *shape, int *takes_planes, char *error,
                        size_t error_size);
/// Splits `count` pixels of three bytes into three planes.
void footpath_split_planes(uint8_t *planes, const uint8_t *pixels, size_t count);
/// Runs the network on the calling thread and returns when it is done.
int footpath_ov_infer(footpath_ov_session *session, char *error, size_t error_size);
/// The memory and shape of output `index`, valid until the next inference.
const float *footpath_ov_output(footpath_ov_session *session, size_t index, footpath_ov_shape *shape, char *error,
                                size_t error_size);
