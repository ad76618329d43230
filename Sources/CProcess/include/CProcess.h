#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/// The descriptors under which a program that `footpath_spawn` starts finds what is shared with it, and the file that it is
/// handed.
enum { FOOTPATH_SHARED_DESCRIPTOR = 3, FOOTPATH_FILE_DESCRIPTOR = 4 };

/// Starts the program at `path` with pipes in place of its standard input and output; standard error is shared, and the
/// descriptors `shared` and `file` where they aren't negative; they must be above those that they get there. It inherits no other descriptor, no ignored signal, no signal mask, and
/// nothing of the environment that is the daemon's alone.
///
/// Returns 0, or an errno; then nothing was started. `input` and `output` are this side's ends, to write to and to read
/// from.
int footpath_spawn(
    const char *path, char *const arguments[], int shared, int file, pid_t *process, int *input, int *output);

/// A file in memory without a name (memfd_create(2)), of `size` bytes for good: who shares it can make it neither shorter,
/// so that no mapping of it ever raises SIGBUS, nor longer. Takes memory where it is written to.
///
/// Returns a descriptor, which is closed on exec; -1 with errno where there is none.
int footpath_shared_memory(int64_t size);

/// Opens a process, so that no other that gets its number later is taken for it (pidfd_open(2)). Returns 0, or an errno.
int footpath_open_process(pid_t process, int *descriptor);

/// Sends a signal to an open process. Returns 0, or an errno.
int footpath_signal_process(int descriptor, int signal);

/// Sends a message to the service manager's socket (sd_notify(3)); `@` begins an abstract address. Never waits.
///
/// Returns 0, or an errno.
int footpath_notify(const char *socket, const char *message);

/// CLOCK_MONOTONIC in microseconds, as sd_notify's MONOTONIC_USEC wants it.
int64_t footpath_monotonic_microseconds(void);

enum { FOOTPATH_FILE, FOOTPATH_FOLDER, FOOTPATH_LINK, FOOTPATH_OTHER };

/// What stands in a folder under a name: its kind, its bytes, and when it was changed in milliseconds since 1970 UTC.
struct footpath_entry {
    int32_t kind;
    int64_t size;
    int64_t changed;
};

/// Opens a folder to list it; NULL with errno where that fails.
void *footpath_folder_open(const char *path);

/// The next name and what stands there, links not followed; NULL at the end, with errno where that isn't 0. Valid until the
/// next call.
const char *footpath_folder_next(void *folder, struct footpath_entry *entry);

void footpath_folder_close(void *folder);

/// Whether a process on this machine has a file open for writing, by a read lease (fcntl(2)); false where that can't be
/// known: other users' files without CAP_LEASE, and files of a share.
bool footpath_is_being_written(const char *path);
