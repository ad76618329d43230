#define _GNU_SOURCE
#include "CBuckets.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_beneath(int folder, const char *path) {
    struct open_how how = {
        .flags = O_PATH | O_CLOEXEC | O_NOFOLLOW,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    long opened;
    // EAGAIN: something was renamed meanwhile.
    for (int attempt = 0; attempt < 10; attempt++) {
        opened = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (opened >= 0 || (errno != EAGAIN && errno != EINTR)) break;
    }
    return (int)opened;
}

int footpath_object_open(const char *folder, const char *path, struct footpath_object *object) {
    int root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return errno;
    int found = open_beneath(root, path), code = found < 0 ? errno : 0;
    close(root);
    if (code) return code;
    struct stat status;
    if (fstat(found, &status)) code = errno;
    else if (!S_ISREG(status.st_mode)) code = S_ISDIR(status.st_mode) ? EISDIR : ENXIO;
    if (!code) {
        // O_PATH has opened no file yet; this leads to the very one that was looked at.
        char name[32];
        snprintf(name, sizeof name, "/proc/self/fd/%d", found);
        object->descriptor = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (object->descriptor < 0) code = errno;
    }
    close(found);
    if (code) return code;
    object->device = status.st_dev;
    object->inode = status.st_ino;
    object->size = status.st_size;
    object->changed = status.st_mtim.tv_sec;
    object->changed_nanoseconds = status.st_mtim.tv_nsec;
    return 0;
}

int64_t footpath_object_read(int descriptor, void *bytes, int64_t count, int64_t offset) {
    int64_t read;
    do read = pread(descriptor, bytes, (size_t)count, offset);
    while (read < 0 && errno == EINTR);
    return read;
}
