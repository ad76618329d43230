#pragma once

#include <sys/types.h>

/// Starts the program `arguments[0]` with pipes in place of its standard input and output; standard error is shared. It
/// inherits no other descriptor, no ignored signal and no signal mask.
///
/// Returns 0, or an errno; then nothing was started. `input` and `output` are this side's ends, to write to and to read
/// from.
int footpath_spawn(char *const arguments[], pid_t *process, int *input, int *output);
