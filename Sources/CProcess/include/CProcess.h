#pragma once

#include <stdint.h>
#include <sys/types.h>

/// Starts the program at `path` with pipes in place of its standard input and output; standard error is shared. It
/// inherits no other descriptor, no ignored signal and no signal mask.
///
/// Returns 0, or an errno; then nothing was started. `input` and `output` are this side's ends, to write to and to read
/// from.
int footpath_spawn(const char *path, char *const arguments[], pid_t *process, int *input, int *output);

/// Sends a message to the service manager's socket (sd_notify(3)); `@` begins an abstract address. Never waits.
///
/// Returns 0, or an errno.
int footpath_notify(const char *socket, const char *message);

/// CLOCK_MONOTONIC in microseconds, as sd_notify's MONOTONIC_USEC wants it.
int64_t footpath_monotonic_microseconds(void);
