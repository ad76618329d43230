#pragma once
#include <stddef.h>

/// The bytes of a file of `files/`, which is in the binary so that it works without any file beside it.
///
/// - Returns: NULL where there is none of this name.
const char *footpath_page_file(const char *name, size_t *size);
