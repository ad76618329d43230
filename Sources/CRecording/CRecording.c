// Swift's Glibc module leaves out what only _GNU_SOURCE declares.
#define _GNU_SOURCE
#include "CRecording.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <zlib.h>

int footpath_event(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void footpath_raise(int event) {
    (void)eventfd_write(event, 1);
}

void footpath_lower(int event) {
    eventfd_t count;
    (void)eventfd_read(event, &count);
}

int footpath_connect(const char *path, int *descriptor) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) return ENAMETOOLONG;
    memcpy(address.sun_path, path, length);
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connection < 0) return errno;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    if (connect(connection, (struct sockaddr *)&address, size)) {
        int code = errno;
        close(connection);
        return code;
    }
    *descriptor = connection;
    return 0;
}

int64_t footpath_send(int descriptor, const void *bytes, int64_t count) {
    return send(descriptor, bytes, (size_t)count, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int footpath_reserve(int descriptor, int64_t offset, int64_t count) {
    if (fallocate(descriptor, FALLOC_FL_KEEP_SIZE, offset, count) == 0) return 0;
    return errno == EOPNOTSUPP || errno == ENOSYS || errno == EINTR ? 0 : errno;
}

int footpath_lock(int descriptor) {
    while (flock(descriptor, LOCK_EX | LOCK_NB)) {
        if (errno == EINTR) continue;
        return errno == EWOULDBLOCK ? EWOULDBLOCK : 0;
    }
    return 0;
}

int footpath_rename_to_free(const char *path, const char *name) {
    if (renameat2(AT_FDCWD, path, AT_FDCWD, name, RENAME_NOREPLACE) == 0) return 0;
    // File systems without it (NFS): a name that is taken between these two calls is lost.
    if (errno != EINVAL && errno != ENOSYS) return errno;
    if (faccessat(AT_FDCWD, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) return EEXIST;
    return rename(path, name) ? errno : 0;
}

/// Returns 0, or an errno.
static int deflate_file(int input, int output) {
    int copy = fcntl(output, F_DUPFD_CLOEXEC, 0); // gzclose closes it
    if (copy < 0) return errno;
    gzFile file = gzdopen(copy, "wb6");
    if (!file) {
        close(copy);
        return ENOMEM;
    }
    static _Thread_local unsigned char bytes[64 * 1024];
    int code = 0;
    for (;;) {
        ssize_t count = read(input, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) code = errno;
        if (count <= 0) break;
        errno = 0;
        if (gzwrite(file, bytes, (unsigned)count) != count) {
            code = errno ? errno : EIO;
            break;
        }
    }
    errno = 0;
    if (gzclose(file) != Z_OK && !code) code = errno ? errno : EIO;
    return code;
}

int footpath_gzip(const char *path, const char *compressed) {
    int input = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (input < 0) return errno;
    struct stat status;
    int output = -1, code = fstat(input, &status) ? errno : 0;
    if (!code && (output = open(compressed, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0777)) < 0) {
        code = errno;
    }
    if (output >= 0) {
        // The umask may have taken some away.
        if (fchmod(output, status.st_mode & 0777)) code = errno;
        if (!code) code = deflate_file(input, output);
        if (!code && fsync(output)) code = errno;
        if (close(output) && !code) code = errno;
        if (code) unlink(compressed);
    }
    close(input);
    return code;
}

void footpath_yield_to_others(void) {
    enum { IOPRIO_WHO_PROCESS = 1, IOPRIO_IDLE = 3 << 13 };
    pid_t thread = (pid_t)syscall(SYS_gettid);
    // Where either is refused the work is only less polite.
    (void)setpriority(PRIO_PROCESS, (id_t)thread, 19);
    (void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, thread, IOPRIO_IDLE);
}
