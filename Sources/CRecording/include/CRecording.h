#pragma once

#include <stdint.h>

/// A descriptor to wake a thread by (eventfd(2)): closed by exec, never waits. Returns -1 and sets errno on failure.
int footpath_event(void);

/// Raises an event. Never waits.
void footpath_raise(int event);

/// Takes an event back.
void footpath_lower(int event);

/// Connects to the stream socket at `path` (unix(7)), to be written to without waiting.
///
/// Returns 0, or an errno: ENAMETOOLONG where no address can hold the path, EAGAIN where the listener's queue is full.
int footpath_connect(const char *path, int *descriptor);

/// Sends what a socket takes at once; a reader that is gone is an error (EPIPE), not a signal. Returns as send(2).
int64_t footpath_send(int descriptor, const void *bytes, int64_t count);

/// Reserves room on the disk for what will be written from `offset` on, without changing the file's size. Where the
/// file system can't, it does nothing. Returns 0, or an errno.
int footpath_reserve(int descriptor, int64_t offset, int64_t count);

/// Locks a file for this opening of it (flock(2)), without waiting. Returns 0, also where the file system has no locks, or
/// EWOULDBLOCK where another opening has it locked.
int footpath_lock(int descriptor);

/// Renames a file to a name that is free. Returns 0, or an errno: EEXIST where the name is taken.
int footpath_rename_to_free(const char *path, const char *name);

/// Compresses a file (RFC 1952) into a new one with the same permissions and waits until the disk has it. The bytes
/// depend on nothing but the content. A new file that isn't complete is removed.
///
/// Returns 0, or an errno.
int footpath_gzip(const char *path, const char *compressed);

/// Makes the calling thread yield processor and disk to everything else.
void footpath_yield_to_others(void);
