#pragma once

#include <stddef.h>
#include <stdint.h>

/// Bytes of a file, a pipe or a socket; what begins as gzip (RFC 1952) is inflated, all its members one after another.
typedef struct footpath_input footpath_input;

/// Reads from `descriptor`, which is closed with the input. Returns NULL where there is no memory; the descriptor stays open then.
footpath_input *footpath_input_open(int descriptor);

/// Reads up to `room` bytes, at least one where there are more. Returns how many, 0 at the end, or a negative errno.
int64_t footpath_input_read(footpath_input *input, uint8_t *bytes, int64_t room);

/// Why what is compressed ended before its end: 0 it didn't, 1 it is cut short, 2 it is damaged.
int footpath_input_flaw(const footpath_input *input);

void footpath_input_close(footpath_input *input);

/// The place of the first newline in `bytes` from `start` on; `end` where there is none before it.
ptrdiff_t footpath_newline(const uint8_t *bytes, ptrdiff_t start, ptrdiff_t end);
