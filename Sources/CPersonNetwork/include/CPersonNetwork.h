#pragma once
#include <stddef.h>

/// The bytes of footpath-person.onnx, in the binary so that it works without any file beside it. Its card is the
/// README.md of this folder.
const char *footpath_person_onnx(size_t *size);
