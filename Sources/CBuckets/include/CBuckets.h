#pragma once

#include <stdint.h>

/// A regular file that is open for reading.
struct footpath_object {
    int descriptor;
    uint64_t device, inode;
    int64_t size;
    /// Of its last change, in seconds since 1970 and nanoseconds.
    int64_t changed, changed_nanoseconds;
};

/// Opens `path` in `folder`: a regular file to which neither links nor `..` nor a leading `/` lead (openat2(2)). Nothing but
/// a regular file is opened, so no device does anything and no pipe is waited for.
///
/// Returns 0, or an errno: ENOSYS where the kernel can't (before Linux 5.6).
int footpath_object_open(const char *folder, const char *path, struct footpath_object *object);

/// Reads up to `count` bytes from `offset` on; -1 with errno where that fails.
int64_t footpath_object_read(int descriptor, void *bytes, int64_t count, int64_t offset);
