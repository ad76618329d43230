// accept4 is declared by _GNU_SOURCE alone.
#define _GNU_SOURCE
#include "CServing.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/// Returns the address's size, 0 where it is none.
static socklen_t parse(const char *text, uint16_t port, union address *address) {
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        return sizeof address->v4;
    }
    if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        return sizeof address->v6;
    }
    return 0;
}

int footpath_listen(const char *text, uint16_t port, int *listener, uint16_t *chosen) {
    union address address;
    socklen_t size = parse(text, port, &address);
    if (!size) return EINVAL;
    int descriptor = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return errno;
    // A daemon that starts anew needn't wait for the connections of the one before to be forgotten.
    int yes = 1;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(descriptor, &address.any, size) || listen(descriptor, 128) ||
        getsockname(descriptor, &address.any, &size)) {
        int code = errno;
        close(descriptor);
        return code;
    }
    *chosen = ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    *listener = descriptor;
    return 0;
}

int footpath_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

int64_t footpath_receive(int descriptor, void *bytes, int64_t count) {
    int64_t received;
    do received = recv(descriptor, bytes, (size_t)count, 0);
    while (received < 0 && errno == EINTR);
    return received;
}

int64_t footpath_transmit(int descriptor, const void *bytes, int64_t count) {
    int64_t sent;
    do sent = send(descriptor, bytes, (size_t)count, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

// Of a Linux thread, whatever POSIX says of processes (setpriority(2)).
void footpath_give_way(void) { (void)setpriority(PRIO_PROCESS, 0, 5); }
