#include "CPersonNetwork.h"

// #embed is standard from C23 on; SwiftPM compiles C as C17, where clang offers it as an extension.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char bytes[] = {
#embed "footpath-person.onnx"
};

const char *footpath_person_onnx(size_t *size) {
    *size = sizeof bytes;
    return bytes;
}
