#pragma once

#include <stdint.h>

/// Listens at an address of this machine (`127.0.0.1` or `::1`), without waiting in accept. Port 0 lets the system
/// choose. Returns 0, or an errno.
int footpath_listen(const char *address, uint16_t port, int *listener, uint16_t *chosen);

/// Takes a client that waits, to be read and written without waiting. Returns a descriptor, or -1 and sets errno.
int footpath_accept(int listener);

/// As recv(2), and send(2) without a signal where the reader is gone.
int64_t footpath_receive(int descriptor, void *bytes, int64_t count);
int64_t footpath_transmit(int descriptor, const void *bytes, int64_t count);

/// Makes the calling thread give way to others, as far as those need the processor (nice 5).
void footpath_give_way(void);
